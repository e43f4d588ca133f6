// How often each operation met each rule.

import ModelReference

struct Tally {
  private(set) var operations = 0
  private var counts: [String: [Rule: Int]] = [:]

  mutating func count(_ step: Step, _ rules: Set<Rule>) {
    operations += 1
    let name: String
    switch step {
    case .call(let operation):
      guard operation.side == .view else { return }
      name = operation.kind.rawValue
    case .change(let change): name = change.kind.rawValue
    }
    for rule in rules { counts[name, default: [:]][rule, default: 0] += 1 }
  }

  var matrix: String {
    let kinds = counts.keys.sorted()
    let rules = Rule.allCases.filter { rule in kinds.contains { counts[$0]?[rule] != nil } }
    var lines: [String] = []
    for kind in kinds {
      let cells = rules.map { "\($0.rawValue):\(counts[kind]?[$0] ?? 0)" }
      lines.append("\(kind): " + cells.joined(separator: " "))
    }
    return lines.joined(separator: "\n")
  }
}

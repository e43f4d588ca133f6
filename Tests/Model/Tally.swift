// How often each operation met each rule.

import ModelReference

struct Tally {
  private(set) var operations = 0
  private var counts: [Operation.Kind: [Rule: Int]] = [:]

  mutating func count(_ operation: Operation, _ rules: Set<Rule>) {
    operations += 1
    guard operation.side == .view else { return }
    for rule in rules { counts[operation.kind, default: [:]][rule, default: 0] += 1 }
  }

  var matrix: String {
    let kinds = Operation.Kind.allCases
    let rules = Rule.allCases.filter { rule in kinds.contains { counts[$0]?[rule] != nil } }
    var lines: [String] = []
    for kind in kinds {
      let cells = rules.map { "\($0.rawValue):\(counts[kind]?[$0] ?? 0)" }
      lines.append("\(kind.rawValue): " + cells.joined(separator: " "))
    }
    return lines.joined(separator: "\n")
  }
}

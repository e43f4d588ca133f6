// How often each operation met each rule, and what has to be met.

import ModelReference

struct Tally {
  private(set) var operations = 0
  private var counts: [String: [Rule: Int]] = [:]

  mutating func count(_ step: Step, _ rules: Set<Rule>) {
    operations += 1
    guard let name = step.matrixName else { return }
    for rule in rules { counts[name, default: [:]][rule, default: 0] += 1 }
  }

  private static let names =
    Operation.Kind.allCases.map(\.rawValue)
    + LinkChange.Kind.allCases.map { "table \($0.rawValue)" }
    + HandleUse.Kind.allCases.map { "handle \($0.rawValue)" } + ["explain"]

  /// One line for each rule; a pair that cannot occur is a dot.
  var matrix: String {
    var lines: [String] = []
    for rule in Rule.allCases {
      let cells = Self.names.map { name -> String in
        let count = counts[name]?[rule] ?? 0
        return count == 0 && !Self.canMeet(name, rule) ? "." : "\(name) \(count)"
      }
      lines.append("\(rule.rawValue): " + cells.filter { $0 != "." }.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }

  /// Pairs that can occur and did not.
  var missing: [String] {
    Self.names.flatMap { name in
      Rule.allCases.filter { counts[name]?[$0] == nil && Self.canMeet(name, $0) }
        .map { "\(name) never met \($0.rawValue)" }
    }
  }
}

extension Step {
  var matrixName: String? {
    switch self {
    case .call(let operation): operation.side == .view ? operation.kind.rawValue : nil
    case .change(let change): "table \(change.kind.rawValue)"
    case .handle(let use): "handle \(use.kind.rawValue)"
    case .explain: "explain"
    }
  }
}

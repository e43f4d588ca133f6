// The rules of one list that are alive at a directory.

/// A state of an automaton. Interned: two states are equal if they are one object.
final class RuleState: Sendable, Hashable {
  let automaton: RuleAutomaton
  let positions: [Int32]
  /// No rule that is alive excepts anything.
  let isInert: Bool
  /// Every rule that is alive matches at any depth.
  let isNameOnly: Bool
  /// An anchored rule other than an exception path of the trie is alive.
  let hasPatterns: Bool
  private let index: RuleIndex

  init(_ automaton: RuleAutomaton, positions: [Int32]) {
    self.automaton = automaton
    self.positions = positions
    isInert =
      !automaton.exceptsAnywhere
      && positions.allSatisfy { automaton.rule(at: $0).isNegated }
    isNameOnly = positions.allSatisfy { automaton.isNameOnly($0) }
    hasPatterns = positions.contains {
      !(automaton.pathsAreWays && automaton.rule(at: $0).isPath)
    }
    index = RuleIndex(positions.map { automaton.step(at: $0) })
  }

  func decide(_ name: Span<UInt8>, hash: UInt64) -> Decision {
    var decision = Decision()
    automaton.anywhere.decide(name, hash: hash, into: &decision)
    if !positions.isEmpty { index.decide(name, hash: hash, into: &decision) }
    return decision
  }

  func excepts(_ rule: Int32) -> Bool {
    rule >= 0 && !automaton.rules[Int(rule)].isNegated
  }

  /// The positions that are alive in the directory of that name.
  func positions(below name: Span<UInt8>, hash: UInt64) -> [Int32] {
    var next = positions.filter { automaton.isAnyDepth($0) }
    index.appendSuccessors(name, hash: hash, to: &next)
    return automaton.normalized(next)
  }

  /// What hides by name alone from here on, in the order of the list.
  struct NameRule: Hashable {
    let component: ExceptionRule.Component
    let isNegated: Bool
    let directoriesOnly: Bool
  }

  var nameRules: [NameRule] {
    var alive: [(number: Int32, component: ExceptionRule.Component)] = []
    for (number, rule) in automaton.rules.enumerated() where rule.isNameOnly {
      alive.append((Int32(number), rule.components[0]))
    }
    for position in positions where automaton.isNameOnly(position) {
      alive.append((automaton.ruleNumber(at: position), automaton.step(at: position).component))
    }
    return alive.sorted { $0.number < $1.number }.map { number, component in
      let rule = automaton.rules[Int(number)]
      return NameRule(
        component: component, isNegated: rule.isNegated, directoriesOnly: rule.directoriesOnly)
    }
  }

  static func == (left: RuleState, right: RuleState) -> Bool { left === right }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

// An exception list as an automaton over path components.
//
// A position is a component of an anchored rule: alive at a directory if the components before it
// match the path from the list's owner to the directory. Name-only rules are alive everywhere and
// have no position. A state is the set of the positions that are alive; advancing it by a name
// gives the state of the child directory.

/// The rules of one list. Immutable.
final class RuleAutomaton: Sendable {
  let number: Int
  let rules: [ExceptionRule]
  /// The list's exception paths are in the trie: a link's own list or the anchor's.
  let pathsAreWays: Bool
  let anywhere: RuleIndex
  /// Some name-only rule excepts.
  let exceptsAnywhere: Bool
  let start: [Int32]

  /// By position.
  private let components: [ExceptionRule.Component]
  private let ruleNumbers: [Int32]

  init(number: Int, list: ExceptionList, pathsAreWays: Bool) {
    self.number = number
    self.pathsAreWays = pathsAreWays
    rules = list.rules
    var components: [ExceptionRule.Component] = []
    var ruleNumbers: [Int32] = []
    var start: [Int32] = []
    var anywhere: [RuleIndex.Step] = []
    for (index, rule) in list.rules.enumerated() {
      if rule.isNameOnly {
        anywhere.append(
          RuleIndex.Step(
            component: rule.components[0], rule: Int32(index),
            directoriesOnly: rule.directoriesOnly, next: -1))
      } else {
        start.append(Int32(components.count))
        components.append(contentsOf: rule.components)
        ruleNumbers.append(
          contentsOf: repeatElement(Int32(index), count: rule.components.count))
      }
    }
    self.components = components
    self.ruleNumbers = ruleNumbers
    self.start = start
    self.anywhere = RuleIndex(anywhere)
    exceptsAnywhere = list.rules.contains { $0.isNameOnly && !$0.isNegated }
  }

  func ruleNumber(at position: Int32) -> Int32 { ruleNumbers[Int(position)] }

  func rule(at position: Int32) -> ExceptionRule { rules[Int(ruleNumber(at: position))] }

  func isAnyDepth(_ position: Int32) -> Bool { components[Int(position)] == .anyDepth }

  /// "**/x" is left of the rule: it matches at any depth from here on.
  func isNameOnly(_ position: Int32) -> Bool {
    isAnyDepth(position) && isLast(position + 1)
  }

  /// The component that a name is compared with at the position.
  func step(at position: Int32) -> RuleIndex.Step {
    let compared = isAnyDepth(position) ? position + 1 : position
    return RuleIndex.Step(
      component: components[Int(compared)], rule: ruleNumber(at: position),
      directoriesOnly: rule(at: position).directoriesOnly,
      next: isLast(compared) ? -1 : compared + 1)
  }

  private func isLast(_ position: Int32) -> Bool {
    let next = Int(position) + 1
    return next == components.count || ruleNumbers[next] != ruleNumbers[Int(position)]
  }

  /// Sorted, and without those that a later "**" of the same rule makes needless: what they can
  /// match, it can.
  func normalized(_ positions: [Int32]) -> [Int32] {
    var kept: [Int32] = []
    var settledRule: Int32 = -1
    for position in positions.sorted(by: >) where position != kept.last {
      let rule = ruleNumber(at: position)
      if rule == settledRule { continue }
      kept.append(position)
      if isAnyDepth(position) { settledRule = rule }
    }
    return kept.reversed()
  }
}

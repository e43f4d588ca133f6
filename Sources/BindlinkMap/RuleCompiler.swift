// From the lists of a table to rule states and ways; equal lists are compiled once.

/// Lives while a table is built.
struct RuleCompiler {
  private struct Key: Hashable {
    let list: ExceptionList
    let pathsAreWays: Bool
  }

  let interned = RuleStates()
  private var automata: [Key: RuleAutomaton] = [:]
  private let view: RuleState?

  init(viewExceptions: ExceptionList) {
    let automaton = RuleAutomaton(number: 0, list: viewExceptions, pathsAreWays: false)
    let state = interned.start(automaton)
    view = state.isInert ? nil : state
  }

  /// A layer's, at its root: its own list, the inherited ones, the view's.
  mutating func states(own: ExceptionList, inherited: [InheritedExceptions]) -> [RuleState] {
    var states: [RuleState] = []
    if !own.isEmpty {
      states.append(interned.start(automaton(own, pathsAreWays: true)))
    }
    for inheritance in inherited {
      var state = interned.start(automaton(inheritance.list, pathsAreWays: false))
      for name in inheritance.base {
        state = interned.advanced(state, by: name.span, hash: NameIndex.hash(name.span))
      }
      states.append(state)
    }
    if let view { states.append(view) }
    return states.filter { !$0.isInert }
  }

  /// The exception paths of a list that except something: not those that a later rule takes back,
  /// nor those below a directory that is excepted whatever its type is.
  func ways(of list: ExceptionList, from states: [RuleState]) -> [[[UInt8]]] {
    list.rules.compactMap { rule in
      guard let path = rule.path else { return nil }
      if list.rules.count == 1, states.count == 1 { return path }
      return isEffective(path, from: states) ? path : nil
    }
  }

  private func isEffective(_ path: [[UInt8]], from states: [RuleState]) -> Bool {
    var states = states
    for name in path.dropLast() {
      let hash = NameIndex.hash(name.span)
      if case .always = states.exclusion(of: name.span, hash: hash) { return false }
      states = interned.advanced(states, by: name.span, hash: hash)
    }
    guard let last = path.last else { return false }
    let own = states.filter(\.automaton.pathsAreWays)
    if case .never = own.exclusion(of: last.span, hash: NameIndex.hash(last.span)) {
      return false
    }
    return true
  }

  private mutating func automaton(
    _ list: ExceptionList, pathsAreWays: Bool
  ) -> RuleAutomaton {
    let key = Key(list: list, pathsAreWays: pathsAreWays)
    if let known = automata[key] { return known }
    let made = RuleAutomaton(
      number: automata.count + 1, list: list, pathsAreWays: pathsAreWays)
    automata[key] = made
    return made
  }
}

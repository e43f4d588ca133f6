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
  func ways(of list: ExceptionList, from fresh: [RuleState]) -> [[[UInt8]]] {
    // What is alive in each directory on the way; nil where all is excepted. Many paths share one.
    var reached: [[[UInt8]]: [RuleState]?] = [:]
    func states(in directory: [[UInt8]]) -> [RuleState]? {
      var states: [RuleState]? = fresh
      for count in directory.indices.map({ $0 + 1 }) {
        let prefix = Array(directory.prefix(count))
        if let known = reached[prefix] {
          states = known
        } else {
          states = states.flatMap { self.states(below: directory[count - 1], from: $0) }
          reached[prefix] = .some(states)
        }
      }
      return states
    }
    return list.rules.compactMap(\.path).filter { path in
      guard let last = path.last, let states = states(in: Array(path.dropLast())) else {
        return false
      }
      let own = states.filter(\.automaton.pathsAreWays)
      if case .never = own.exclusion(of: last.span, hash: NameIndex.hash(last.span)) {
        return false
      }
      return true
    }
  }

  private func states(below name: [UInt8], from states: [RuleState]) -> [RuleState]? {
    let hash = NameIndex.hash(name.span)
    if case .always = states.exclusion(of: name.span, hash: hash) { return nil }
    return interned.advanced(states, by: name.span, hash: hash)
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

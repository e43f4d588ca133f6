// All states of a table's automata, so that equal ones are one object.

/// The interned rule states of a table.
final class RuleStates: Sendable {
  private struct Key: Hashable {
    let automaton: Int
    let positions: [Int32]
  }

  /// Guards the states. Innermost: nothing is locked while it is held.
  private let table = Guarded(WeakTable<Key, RuleState>())

  func start(_ automaton: RuleAutomaton) -> RuleState {
    state(automaton, automaton.start)
  }

  func advanced(_ state: RuleState, by name: Span<UInt8>, hash: UInt64) -> RuleState {
    if state.positions.isEmpty { return state }
    let positions = state.positions(below: name, hash: hash)
    return positions == state.positions ? state : self.state(state.automaton, positions)
  }

  /// All of a layer's; those that can except nothing any more are left out.
  func advanced(_ states: [RuleState], by name: Span<UInt8>, hash: UInt64) -> [RuleState] {
    var next: [RuleState] = []
    for state in states {
      let state = advanced(state, by: name, hash: hash)
      if !state.isInert { next.append(state) }
    }
    return next
  }

  private func state(_ automaton: RuleAutomaton, _ positions: [Int32]) -> RuleState {
    let key = Key(automaton: automaton.number, positions: positions)
    return table.withLock { table in
      table.object(for: key) { RuleState(automaton, positions: positions) }
    }
  }
}

extension [RuleState] {
  /// A name is excepted if any of the lists says so.
  func exclusion(of name: Span<UInt8>, hash: UInt64) -> Exclusion {
    var directory = false
    var other = false
    for index in indices {
      let state = self[index]
      let decision = state.decide(name, hash: hash)
      directory = directory || state.excepts(decision.directory)
      other = other || state.excepts(decision.other)
    }
    return Exclusion(directory: directory, other: other)
  }
}

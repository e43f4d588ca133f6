// Which rules a name meets: one probe for the literal ones, a scan for those with wildcards.

/// The rules that decide a name: the last one that matches a directory of that name, and the last
/// one that matches anything else. -1: none.
struct Decision: Sendable {
  var directory: Int32 = -1
  var other: Int32 = -1

  mutating func merge(rule: Int32, directoriesOnly: Bool) {
    directory = max(directory, rule)
    if !directoriesOnly { other = max(other, rule) }
  }

  mutating func merge(_ decision: Decision) {
    directory = max(directory, decision.directory)
    other = max(other, decision.other)
  }
}

/// Components that are compared with the next name, by what they are.
struct RuleIndex: Sendable {
  struct Step {
    let component: ExceptionRule.Component
    let rule: Int32
    let directoriesOnly: Bool
    /// The position that is alive below a name that matches; -1 if the match decides the name.
    let next: Int32
  }

  private var names = NameIndex()
  /// For each literal name.
  private var decisions: [Decision] = []
  private var successors: [[Int32]] = []
  /// Last rules first, so that a scan can end at the first match.
  private var deciding = GlobTable()
  private var advancing = GlobTable()

  /// `steps` in the order of their rules.
  init(_ steps: [Step]) {
    for step in steps.reversed() {
      switch step.component {
      case .literal(let name):
        let number = Int(names.insert(name))
        if number == decisions.count {
          decisions.append(Decision())
          successors.append([])
        }
        if step.next < 0 {
          decisions[number].merge(rule: step.rule, directoriesOnly: step.directoriesOnly)
        } else {
          successors[number].append(step.next)
        }
      case .glob(let glob) where step.next < 0:
        deciding.append(
          glob, rule: step.rule, next: -1, directoriesOnly: step.directoriesOnly)
      case .glob(let glob):
        advancing.append(glob, rule: step.rule, next: step.next, directoriesOnly: false)
      case .anyDepth:
        preconditionFailure("a step compares a name")
      }
    }
  }

  func decide(_ name: Span<UInt8>, hash: UInt64, into decision: inout Decision) {
    if !names.isEmpty {
      let number = names.find(name, hash: hash)
      if number >= 0 { decision.merge(decisions[Int(number)]) }
    }
    for index in 0..<deciding.entries.count {
      let entry = deciding.entries[index]
      if entry.rule < decision.other { break }
      if entry.directoriesOnly, entry.rule < decision.directory { continue }
      if deciding.matches(entry, name) {
        decision.merge(rule: entry.rule, directoriesOnly: entry.directoriesOnly)
      }
    }
  }

  func appendSuccessors(_ name: Span<UInt8>, hash: UInt64, to positions: inout [Int32]) {
    let number = names.find(name, hash: hash)
    if number >= 0 { positions.append(contentsOf: successors[Int(number)]) }
    for entry in advancing.entries where advancing.matches(entry, name) {
      positions.append(entry.next)
    }
  }
}

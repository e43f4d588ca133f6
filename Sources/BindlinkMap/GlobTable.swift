// The rules with wildcards that a name has to be held against, flat in memory: a lookup scans
// them without counting references.

/// Wildcard components, in the order in which they were appended.
struct GlobTable: Sendable {
  private struct Entry {
    /// The rule's index in its list.
    let rule: Int32
    /// The position that is alive below a name that matches; -1 if the match decides the name.
    let next: Int32
    let directoriesOnly: Bool
    /// The byte that a name has to begin and to end with, or -1. It counts in `minimumCount`.
    let first: Int16
    let last: Int16
    let minimumCount: Int
    let tokens: Range<Int>
    let sets: Int
  }

  private var entries: [Entry] = []
  private var tokens: [Int32] = []
  private var sets: [ByteSet] = []

  mutating func append(_ glob: Glob, rule: Int32, next: Int32, directoriesOnly: Bool) {
    func literal(_ token: Int32?) -> Int16 {
      guard let token, 0..<Glob.firstSet ~= token else { return -1 }
      return Int16(token)
    }
    let start = tokens.count
    entries.append(
      Entry(
        rule: rule, next: next, directoriesOnly: directoriesOnly,
        first: literal(glob.tokens.first), last: literal(glob.tokens.last),
        minimumCount: glob.tokens.count { $0 != Glob.anyRun },
        tokens: start..<start + glob.tokens.count, sets: sets.count))
    tokens.append(contentsOf: glob.tokens)
    sets.append(contentsOf: glob.sets)
  }

  /// Entries of later rules come first.
  func decide(_ name: Span<UInt8>, into decision: inout Decision) {
    let entries = entries.span
    for index in entries.indices {
      let rule = entries[index].rule
      if rule < decision.other { break }
      if entries[index].directoriesOnly, rule < decision.directory { continue }
      if canMatch(entries[index], name), matches(entries[index], name) {
        decision.merge(rule: rule, directoriesOnly: entries[index].directoriesOnly)
      }
    }
  }

  func appendSuccessors(_ name: Span<UInt8>, to positions: inout [Int32]) {
    for entry in entries where canMatch(entry, name) && matches(entry, name) {
      positions.append(entry.next)
    }
  }

  @inline(__always)
  private func canMatch(_ entry: Entry, _ name: Span<UInt8>) -> Bool {
    let count = name.count
    guard count >= entry.minimumCount else { return false }
    return (entry.first < 0 || entry.first == Int16(name[0]))
      && (entry.last < 0 || entry.last == Int16(name[count &- 1]))
  }

  /// Two pointers and one place to go back to: no pattern takes more than its length times the
  /// name's.
  private func matches(_ entry: Entry, _ name: Span<UInt8>) -> Bool {
    let count = name.count
    let end = entry.tokens.upperBound
    var token = entry.tokens.lowerBound
    var index = 0
    var runToken = -1
    var runIndex = 0
    while index < count {
      if token < end {
        let value = tokens[token]
        if value == Glob.anyRun {
          token &+= 1
          if token == end { return true }
          runToken = token
          runIndex = index
          continue
        }
        if accepts(value, name[index], sets: entry.sets) {
          token &+= 1
          index &+= 1
          continue
        }
      }
      if runToken < 0 { return false }
      runIndex &+= 1
      index = runIndex
      token = runToken
    }
    if token < end, tokens[token] == Glob.anyRun { token &+= 1 }
    return token == end
  }

  private func accepts(_ token: Int32, _ byte: UInt8, sets base: Int) -> Bool {
    if token >= Glob.firstSet {
      return sets[base &+ Int(token &- Glob.firstSet)].contains(byte)
    }
    return token == Glob.anyByte || token == Int32(byte)
  }
}

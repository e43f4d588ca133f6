// The commonest wildcards, "*.x" and "x*", without a scan: one probe for each length that occurs.

/// What each beginning or end of a name decides.
struct AffixIndex: Sendable {
  private enum Side: Int32 {
    case prefix, suffix
  }

  private struct Length: Hashable {
    let side: Side
    let count: Int
  }

  private var affixes = NameIndex()
  private var decisions: [Decision] = []
  private var lengths: [Length] = []

  /// False if the glob is of neither form.
  mutating func insert(_ glob: Glob, rule: Int32, directoriesOnly: Bool) -> Bool {
    let length: Length
    let number: Int
    if let suffix = glob.suffix {
      length = Length(side: .suffix, count: suffix.count)
      number = Int(affixes.insert(suffix, under: length.side.rawValue))
    } else if let prefix = glob.prefix {
      length = Length(side: .prefix, count: prefix.count)
      number = Int(affixes.insert(prefix, under: length.side.rawValue))
    } else {
      return false
    }
    if number == decisions.count { decisions.append(Decision()) }
    decisions[number].merge(rule: rule, directoriesOnly: directoriesOnly)
    if !lengths.contains(length) { lengths.append(length) }
    return true
  }

  func decide(_ name: Span<UInt8>, into decision: inout Decision) {
    for length in lengths where length.count <= name.count {
      let affix =
        switch length.side {
        case .prefix: name.extracting(first: length.count)
        case .suffix: name.extracting(last: length.count)
        }
      let number = affixes.find(
        affix, hash: NameIndex.hash(affix), under: length.side.rawValue)
      if number >= 0 { decision.merge(decisions[Int(number)]) }
    }
  }
}

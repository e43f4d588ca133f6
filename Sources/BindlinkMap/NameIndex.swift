// Names found by one hash probe: the literal rules of a list, the children in the trie.

/// An append-only open-addressed table of (parent, name). Entries are numbered from 0 in the
/// order of insertion.
struct NameIndex: Sendable {
  private struct Entry {
    let hash: UInt64
    let start: Int
    let count: Int
    let parent: Int32
  }

  private var entries: [Entry] = []
  private var bytes: [UInt8] = []
  /// Entry numbers, -1 where free. The count is a power of two, at least twice the entries'.
  private var slots: [Int32] = []

  var isEmpty: Bool { entries.isEmpty }

  /// Computed once per name and shared by all tables that are asked for it.
  static func hash(_ name: Span<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: name.count)
    // Bytes have no padding, and the loads are in bounds by the condition of the loop.
    let raw = unsafe name.bytes
    var offset = 0
    while offset &+ 8 <= raw.byteCount {
      let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = mixed(hash, word)
      offset &+= 8
    }
    var word: UInt64 = 0
    while offset < raw.byteCount {
      word = word &<< 8 | UInt64(name[offset])
      offset &+= 1
    }
    return mixed(hash, word)
  }

  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
    return product ^ product &>> 32
  }

  /// The entry's number, -1 if there is none.
  func find(_ name: Span<UInt8>, hash nameHash: UInt64, under parent: Int32 = 0) -> Int32 {
    guard !slots.isEmpty else { return -1 }
    let hash = Self.mixed(nameHash, UInt64(truncatingIfNeeded: parent))
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let number = slots[slot]
      if number < 0 { return -1 }
      let entry = entries[Int(number)]
      if entry.hash == hash, entry.parent == parent, isName(name, of: entry) { return number }
      slot = (slot &+ 1) & mask
    }
  }

  private func isName(_ name: Span<UInt8>, of entry: Entry) -> Bool {
    guard entry.count == name.count else { return false }
    for index in 0..<entry.count where bytes[entry.start &+ index] != name[index] { return false }
    return true
  }

  /// The number of the entry that is there or is made.
  mutating func insert(_ name: [UInt8], under parent: Int32 = 0) -> Int32 {
    let nameHash = Self.hash(name.span)
    let found = find(name.span, hash: nameHash, under: parent)
    if found >= 0 { return found }
    if slots.count < 2 * (entries.count + 1) { grow() }
    let hash = Self.mixed(nameHash, UInt64(truncatingIfNeeded: parent))
    let number = Int32(entries.count)
    entries.append(Entry(hash: hash, start: bytes.count, count: name.count, parent: parent))
    bytes.append(contentsOf: name)
    place(number)
    return number
  }

  func name(_ number: Int32) -> [UInt8] {
    let entry = entries[Int(number)]
    return Array(bytes[entry.start..<entry.start + entry.count])
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: max(8, slots.count * 2))
    for number in entries.indices { place(Int32(number)) }
  }

  private mutating func place(_ number: Int32) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: entries[Int(number)].hash) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = number
  }
}

// The bounded sets of nodes with an open descriptor, directories and files, and who has to give theirs
// up (a clock: a node used since the hand last passed is spared once).

struct DescriptorCache {
  /// Slots of nodes whose cached descriptor is open.
  private var slots: [UInt32] = []
  private var hand = 0

  var count: Int { slots.count }

  mutating func insert(_ slot: UInt32) { slots.append(slot) }

  mutating func remove(_ slot: UInt32) {
    guard let index = slots.firstIndex(of: slot) else { return }
    slots.swapAt(index, slots.count - 1)
    slots.removeLast()
  }

  /// The next slot to consider for eviction, and its removal.
  mutating func advance() -> UInt32? {
    guard !slots.isEmpty else { return nil }
    hand = (hand + 1) % slots.count
    return slots[hand]
  }

  mutating func removeAtHand() {
    slots.swapAt(hand, slots.count - 1)
    slots.removeLast()
    if hand >= slots.count { hand = 0 }
  }
}

extension NodeTable {
  /// Closes room for one more descriptor: returns one to close, if the set is at its bound and not all
  /// of it is in use.
  mutating func evictDirectory(bound: Int) -> Int32? {
    guard directories.count >= bound else { return nil }
    for _ in 0..<(2 * directories.count) {
      guard let slot = directories.advance() else { return nil }
      let node = unsafe self[slot]
      if unsafe node.pointee.pins > 0 { continue }
      if unsafe node.pointee.recentlyUsed {
        unsafe node.pointee.recentlyUsed = false
        continue
      }
      let descriptor = unsafe node.pointee.descriptor
      unsafe node.pointee.descriptor = -1
      directories.removeAtHand()
      return descriptor
    }
    return nil
  }
}

// The files that are used without handles and have a descriptor open: a bounded set, of which those
// opened for writing do not stay so for long.

struct FileAccess: OptionSet, Sendable {
  let rawValue: UInt8
  static let read = FileAccess(rawValue: 1)
  static let write = FileAccess(rawValue: 2)
  /// Of a file system that reports at close what it could not write: a write waits for it instead.
  static let remote = FileAccess(rawValue: 4)
}

struct FileCache {
  /// Slots of nodes whose `file` is open.
  var open = DescriptorCache()
  /// Slots of nodes whose `file` was opened for writing; some have been closed since.
  var writers: [UInt32] = []
  /// Somebody looks at `writers` from time to time.
  var isWatched = false
}

extension NodeTable {
  /// Makes an open file the node's own, instead of the one that it had. True: the set of
  /// writers is to be watched from now on.
  mutating func putFile(_ slot: UInt32, _ descriptor: Int32, _ access: FileAccess) -> Bool {
    let node = unsafe self[slot]
    if unsafe node.pointee.file < 0 { files.open.insert(slot) }
    unsafe node.pointee.file = descriptor
    unsafe node.pointee.access = access
    guard access.contains(.write) else { return false }
    files.writers.append(slot)
    defer { files.isWatched = true }
    return !files.isWatched
  }

  /// Takes the node's open file from it, to be closed.
  mutating func takeFile(_ slot: UInt32) -> Int32 {
    let node = unsafe self[slot]
    defer {
      unsafe node.pointee.file = -1
      unsafe node.pointee.access = []
    }
    files.open.remove(slot)
    return unsafe node.pointee.file
  }

  /// The one to be closed where the set is at its bound, pinned. Those without a name go last.
  mutating func fileToClose(bound: Int) -> UInt32? {
    guard files.open.count >= bound else { return nil }
    for round in 0..<(3 * files.open.count) {
      guard let slot = files.open.advance() else { return nil }
      let node = unsafe self[slot]
      if unsafe node.pointee.pins > 0 { continue }
      if unsafe node.pointee.recentlyUsed {
        unsafe node.pointee.recentlyUsed = false
        continue
      }
      if unsafe node.pointee.isUnlinked, round < 2 * files.open.count { continue }
      unsafe node.pointee.pins += 1
      return slot
    }
    return nil
  }

  /// Those opened for writing that have not been used since the last call, pinned.
  mutating func idleWriters() -> [(slot: UInt32, descriptor: Int32)] {
    var idle: [(slot: UInt32, descriptor: Int32)] = []
    var others: [UInt32] = []
    for slot in files.writers {
      let node = unsafe self[slot]
      guard unsafe node.pointee.isInUse, unsafe node.pointee.file >= 0,
        unsafe node.pointee.access.contains(.write)
      else { continue }
      if unsafe node.pointee.pins > 0 || node.pointee.recentlyUsed {
        unsafe node.pointee.recentlyUsed = false
        others.append(slot)
      } else {
        unsafe node.pointee.pins += 1
        idle.append((slot, unsafe node.pointee.file))
      }
    }
    files.writers = others
    return idle
  }
}

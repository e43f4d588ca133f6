// POSIX locks. The kernel names an owner (a process's file table); the server takes its locks on the
// backing as open-file-description locks, on a description per owner and file, so that they count
// against everybody on the host, and one owner's end frees no other's.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

final class LockTable: Sendable {
  private struct Key: Hashable {
    let node: NodeID
    let owner: UInt64
  }

  struct Range {
    var start: Int64
    /// The first byte behind; Int64.max: to the end.
    var end: Int64
    var type: Int32
    var pid: Int32
  }

  /// One owner's locks on one file. The description is closed, and the locks with it, when the last
  /// user ends: a thread that waits for a lock is one.
  private final class Holder: Sendable {
    let descriptor: Int32
    let isWritable: Bool
    let ranges = Guarded<[Range]>([])

    init(_ descriptor: consuming Descriptor, isWritable: Bool) {
      self.isWritable = isWritable
      self.descriptor = descriptor.release()
    }

    deinit { _ = bl_close(descriptor) }
  }

  /// Guards the set of holders; taken before a holder's `ranges`.
  private let holders = Guarded<[Key: Holder]>([:])

  func set(
    _ lock: FileLock, node: NodeID, owner: UInt64, on descriptor: Int32, isWritable: Bool,
    waits: Bool
  ) throws(Errno) {
    let key = Key(node: node, owner: owner)
    if lock.type == F_UNLCK, holders.withLock({ $0[key] }) == nil { return }
    let holder = try holder(
      key, on: descriptor, needsWriting: lock.type == F_WRLCK, isWritable: isWritable)
    try apply(
      lock, to: holder, Int32(waits ? BL_LOCK_SET_WAIT : BL_LOCK_SET))
    let isFree = holder.ranges.withLock { ranges in
      Self.replace(&ranges, with: lock)
      return ranges.isEmpty
    }
    if isFree { holders.withLock { if $0[key] === holder { $0[key] = nil } } }
  }

  private func apply(_ lock: FileLock, to holder: Holder, _ command: Int32) throws(Errno) {
    var (type, start, length, pid) = (lock.type, lock.start, lock.length, Int32(0))
    _ = try unsafe System.checked(
      bl_lock(holder.descriptor, command, &type, &start, &length, &pid))
  }

  /// The file opened again; where its mode has come to forbid that, the client's own open file.
  private static func reopened(_ descriptor: Int32, _ access: Int32) throws(Errno) -> Descriptor {
    do throws(Errno) {
      return try System.reopen(descriptor, access)
    } catch {
      guard error == .accessDenied else { throw error }
      return try System.duplicate(descriptor)
    }
  }

  /// The owner's description of the file: for writing too where that is allowed, since a description
  /// of its own for write locks would conflict with the owner's read locks.
  private func holder(
    _ key: Key, on descriptor: Int32, needsWriting: Bool, isWritable: Bool
  ) throws(Errno) -> Holder {
    let known = holders.withLock { $0[key] }
    if let known, known.isWritable || !needsWriting { return known }
    let holder: Holder
    if let both = try? System.reopen(descriptor, O_RDWR) {
      holder = Holder(both, isWritable: true)
    } else {
      holder = Holder(
        try Self.reopened(descriptor, isWritable ? O_WRONLY : O_RDONLY), isWritable: isWritable)
    }
    if let known {
      // Read locks move to the new description: nobody else can write-lock them meanwhile but in
      // the moment between.
      for range in known.ranges.withLock({ $0 }) {
        var lock = range.lock
        lock.type = F_UNLCK
        try apply(lock, to: known, Int32(BL_LOCK_SET))
        try apply(range.lock, to: holder, Int32(BL_LOCK_SET))
        holder.ranges.withLock { $0.append(range) }
      }
    }
    holders.withLock { $0[key] = holder }
    return holder
  }

  /// The first lock in the way, or `lock` with F_UNLCK.
  func test(
    _ lock: FileLock, node: NodeID, owner: UInt64, on descriptor: Int32
  ) throws(Errno) -> FileLock {
    var found = lock
    let own = holders.withLock { $0[Key(node: node, owner: owner)] }
    if let own {
      _ = try unsafe System.checked(
        bl_lock(
          own.descriptor, Int32(BL_LOCK_TEST), &found.type, &found.start, &found.length,
          &found.pid))
    } else {
      // A description of its own, so that no lock counts as the asker's.
      let fresh = try Self.reopened(descriptor, O_RDONLY)
      _ = try unsafe System.checked(
        bl_lock(
          fresh.raw, Int32(BL_LOCK_TEST), &found.type, &found.start, &found.length,
          &found.pid))
    }
    if found.type != F_UNLCK, found.pid <= 0 { found.pid = holderPid(node, found) }
    return found
  }

  private func holderPid(_ node: NodeID, _ lock: FileLock) -> Int32 {
    let wanted = lock.range
    return holders.withLock { holders in
      for (key, holder) in holders where key.node == node {
        let match = holder.ranges.withLock { ranges in
          ranges.first { $0.start < wanted.end && wanted.start < $0.end && $0.type == wanted.type }
        }
        if let match { return match.pid }
      }
      return -1
    }
  }

  /// The owner closed the file: POSIX frees all its locks on it.
  func release(node: NodeID, owner: UInt64) {
    let holder = holders.withLock { holders in
      holders.isEmpty ? nil : holders.removeValue(forKey: Key(node: node, owner: owner))
    }
    guard let holder else { return }
    let all = FileLock(type: F_UNLCK, start: 0, length: 0, pid: 0)
    try? apply(all, to: holder, Int32(BL_LOCK_SET))
  }

  /// What remains of an owner's locks when one is set or freed.
  static func replace(_ ranges: inout [Range], with lock: FileLock) {
    let new = lock.range
    ranges = ranges.flatMap { old -> [Range] in
      guard old.start < new.end, new.start < old.end else { return [old] }
      var rest: [Range] = []
      if old.start < new.start {
        rest.append(Range(start: old.start, end: new.start, type: old.type, pid: old.pid))
      }
      if new.end < old.end {
        rest.append(Range(start: new.end, end: old.end, type: old.type, pid: old.pid))
      }
      return rest
    }
    if lock.type != F_UNLCK { ranges.append(new) }
  }
}

extension FileLock {
  fileprivate var range: LockTable.Range {
    LockTable.Range(
      start: start, end: length == 0 ? Int64.max : start &+ length, type: type, pid: pid)
  }
}

extension LockTable.Range {
  fileprivate var lock: FileLock {
    FileLock(type: type, start: start, length: end == Int64.max ? 0 : end - start, pid: pid)
  }
}

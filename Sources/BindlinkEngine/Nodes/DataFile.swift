// The data of files that are used without handles (`noOpen`): the kernel sends no OPEN and names the
// node alone, so descriptors belong to nodes. One is opened at the first request that needs it, for
// reading, or for both when something is first written, and kept in a bounded set.
//
// Whoever asks has passed the kernel's check when it opened the file, so a mode that forbids it now
// refuses nothing: the descriptor that made the file is kept, and the owner's right opens it again.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

/// A file during an operation on its data.
@safe struct DataFile: ~Copyable {
  /// Not counted: no operation outlives the engine's method that it is part of.
  let engine: Unmanaged<Engine>
  let slot: UInt32
  /// The node's, or one of this operation's own.
  var descriptor: Int32
  var access: FileAccess
  var isOwn = false

  deinit {
    if isOwn { _ = bl_close(descriptor) }
    unsafe engine._withUnsafeGuaranteedRef { $0.unpin(slot) }
  }
}

extension Engine {
  /// How long a file that was written stays open for writing, in nanoseconds: as long as it does,
  /// nobody on the host can execute it (ETXTBSY).
  private static let writersRest: UInt64 = 100_000_000

  /// EROFS where the node's place is read-only (W1).
  func dataFile(_ id: NodeID, writes: Bool) throws(Errno) -> DataFile {
    var file = try nodes.withLock { (table) throws(Errno) -> DataFile in
      guard let node = unsafe table[id] else { throw .stale }
      guard unsafe node.pointee.format == 0o100000 else {
        throw unsafe node.pointee.isDirectory ? .isDirectory : .badDescriptor
      }
      if writes, unsafe node.pointee.isReadOnly { throw .readOnlyFileSystem }
      unsafe node.pointee.pins += 1
      unsafe node.pointee.recentlyUsed = true
      let suits = unsafe node.pointee.access.contains(writes ? .write : .read)
      return unsafe DataFile(
        engine: .passUnretained(self), slot: NodeTable.slot(of: id),
        descriptor: suits ? unsafe node.pointee.file : -1, access: unsafe node.pointee.access)
    }
    if file.descriptor < 0 { try open(&file, writes: writes) }
    return file
  }

  /// Where it does not matter what it was opened for.
  func anyDataFile(_ id: NodeID) throws(Errno) -> DataFile {
    do throws(Errno) {
      return try dataFile(id, writes: false)
    } catch {
      guard error == .accessDenied else { throw error }
      return try dataFile(id, writes: true)
    }
  }

  private func open(_ file: inout DataFile, writes: Bool) throws(Errno) {
    let slot = file.slot
    var access: FileAccess = writes ? [.read, .write] : .read
    let opened = try open(slot, &access)
    if writes, System.isRemote(opened.raw) { access.insert(.remote) }
    closeUnusedFile()
    let raw = opened.release()
    let (isShared, old, isToWatch) = nodes.withLock { table -> (Bool, Int32, Bool) in
      let node = unsafe table[slot]
      let known = unsafe node.pointee.file
      // Others may be using the node's.
      if known >= 0, unsafe node.pointee.pins > 1 || node.pointee.access.isSuperset(of: access) {
        return (false, -1, false)
      }
      return (true, known, table.putFile(slot, raw, access))
    }
    file.descriptor = raw
    file.access = access
    file.isOwn = !isShared
    if old >= 0 { _ = bl_close(old) }
    if isToWatch { supervise() }
  }

  /// For both rather than for writing alone. `access` says what for in the end.
  private func open(_ slot: UInt32, _ access: inout FileAccess) throws(Errno) -> Descriptor {
    let writes = access.contains(.write)
    do throws(Errno) {
      return try reopenedOrOpened(slot, writes ? O_RDWR : O_RDONLY)
    } catch {
      guard error == .accessDenied else { throw error }
    }
    if writes {
      do throws(Errno) {
        let opened = try reopenedOrOpened(slot, O_WRONLY)
        access = .write
        return opened
      } catch {
        guard error == .accessDenied else { throw error }
      }
    }
    return try openByOwnersRight(slot, writes ? O_RDWR : O_RDONLY)
  }

  private func reopenedOrOpened(_ slot: UInt32, _ flags: Int32) throws(Errno) -> Descriptor {
    let known = nodes.withLock { unsafe $0[slot].pointee.file }
    return known >= 0
      ? try System.reopen(known, flags & ~System.noFollow | O_NOCTTY)
      : try openObject(slot, flags | O_NOCTTY)
  }

  /// The mode came to forbid it after the client had opened the file. EACCES: it is another user's.
  private func openByOwnersRight(_ slot: UInt32, _ flags: Int32) throws(Errno) -> Descriptor {
    let object = try reopenedOrOpened(slot, System.pathOnly)
    let status = try System.status(of: object.raw)
    let mode = UInt32(status.mode)
    guard status.uid == geteuid(), mode & 0o6000 == 0 else { throw .accessDenied }
    _ = try System.checked(bl_chmod(object.raw, mode & 0o7777 | 0o600))
    defer { _ = bl_chmod(object.raw, mode & 0o7777) }
    return try System.reopen(object.raw, flags | O_NOCTTY)
  }

  /// A file just made, open for both, becomes its node's.
  func keep(_ file: consuming Descriptor, for id: NodeID) {
    closeUnusedFile()
    let raw = file.release()
    let (isKept, isToWatch) = nodes.withLock { table -> (Bool, Bool) in
      guard let node = unsafe table[id], unsafe node.pointee.file < 0 else { return (false, false) }
      unsafe node.pointee.recentlyUsed = true
      return (true, table.putFile(NodeTable.slot(of: id), raw, [.read, .write]))
    }
    if !isKept { _ = bl_close(raw) }
    if isToWatch { supervise() }
  }

  /// Makes room for one more. A file that the host has unlinked can be opened no more: it is the last
  /// to go.
  private func closeUnusedFile() {
    for _ in 0..<8 {
      guard let slot = nodes.withLock({ $0.fileToClose(bound: descriptorShare) }) else { return }
      let descriptor = nodes.withLock { unsafe $0[slot].pointee.file }
      let isUnlinked =
        (try? System.status(of: descriptor, synchronising: false))?.link_count == 0
      let closing = nodes.withLock { table -> Int32 in
        let node = unsafe table[slot]
        if isUnlinked, unsafe !node.pointee.isUnlinked {
          unsafe node.pointee.isUnlinked = true
          return -1
        }
        return unsafe node.pointee.pins > 1 ? -1 : table.takeFile(slot)
      }
      unpin(slot)
      if closing >= 0 {
        _ = bl_close(closing)
        return
      }
    }
  }

  /// Files that have not been written for a while are left open for reading, or as places alone. When
  /// to call it again, on the monotonic clock in nanoseconds; nil: when `supervise` is called.
  package func restWriters() -> UInt64? {
    for (slot, descriptor) in nodes.withLock({ $0.idleWriters() }) {
      var access = FileAccess.read
      var resting = (try? System.reopen(descriptor, O_RDONLY | O_NOCTTY))?.release()
      if resting == nil {
        access = []
        resting = (try? System.reopen(descriptor, Int32(BL_O_PATH)))?.release()
      }
      let closing = nodes.withLock { table -> Int32? in
        let node = unsafe table[slot]
        guard let resting, unsafe node.pointee.pins == 1, unsafe !node.pointee.recentlyUsed else {
          table.files.writers.append(slot)
          return resting
        }
        _ = table.putFile(slot, resting, access)
        return descriptor
      }
      if let closing { _ = bl_close(closing) }
      unpin(slot)
    }
    return nodes.withLock { table in
      table.files.isWatched = !table.files.writers.isEmpty
      return table.files.isWatched ? Self.now + Self.writersRest : nil
    }
  }

  /// The object behind a node's open file.
  func openDataObject(_ slot: UInt32, _ identity: Identity) -> Descriptor? {
    let descriptor = nodes.withLock { unsafe $0[slot].pointee.file }
    guard descriptor >= 0, let object = try? System.reopen(descriptor, Int32(BL_O_PATH)),
      let status = try? System.status(of: object.raw, synchronising: false),
      status.identity == identity
    else { return nil }
    return object
  }
}

extension System {
  /// Of a file system that reports at close what it could not write.
  static func isRemote(_ descriptor: Int32) -> Bool {
    isRemote(type: bl_file_system_type(descriptor))
  }

  static func isRemote(type: Int64) -> Bool {
    switch type {
    // NFS, SMB, CIFS, SMB 2, AFS, CEPH, 9P, Coda, FUSE.
    case 0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x5346_414f, 0x00c3_6400, 0x0102_1997,
      0x7375_7245, 0x6573_5546:
      true
    default: false
    }
  }
}

// Files: open, read, write and what else goes through an open file.

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// What of open(2)'s flags the backing is opened with. O_APPEND is left out: an append is told from
  /// a page's write-back by each request (see `write`).
  private static let openFlags =
    O_ACCMODE | Int32(BL_O_DIRECT) | Int32(BL_O_NOATIME) | O_SYNC | O_DSYNC

  /// `droppingSetIDFor`: the caller, if O_TRUNC is to take set-ID bits away.
  package func open(
    _ id: NodeID, flags: Int32, droppingSetIDFor caller: Caller? = nil
  ) throws(Errno) -> HandleID {
    let node = try pinned(id)
    let writes = flags & O_ACCMODE != O_RDONLY || flags & O_TRUNC != 0
    if writes, node.isReadOnly { throw .readOnlyFileSystem }
    // The kernel opens all others itself; a device here would be the server's.
    if node.isDirectory { throw .isDirectory }
    guard node.format == 0o100000 else { throw .noDeviceOrAddress }
    let file = try openForKernel(flags) { (access) throws(Errno) in
      try openObject(node.slot, flags & Self.openFlags & ~O_ACCMODE | access | O_NOCTTY)
    }
    // Truncated only now that it is known to be the right file.
    if flags & O_TRUNC != 0 { try truncate(file.raw, flags, droppingSetIDFor: caller) }
    return try handles.insert(file, flags: flags & Self.openFlags, node: id)
  }

  /// A kernel that writes back reads the rest of a page of which a part is written: what is to be written
  /// is opened for reading, too, if that is permitted. Where it is not, a write to a part of a page of
  /// old content is EACCES.
  private func openForKernel(
    _ flags: Int32, _ open: (_ access: Int32) throws(Errno) -> Descriptor
  ) throws(Errno) -> Descriptor {
    let access = flags & O_ACCMODE
    if policy.writesBack, access == O_WRONLY {
      do throws(Errno) {
        return try open(O_RDWR)
      } catch {
        guard error == .accessDenied else { throw error }
      }
    }
    return try open(access)
  }

  private func truncate(
    _ file: Int32, _ flags: Int32, droppingSetIDFor caller: Caller?
  ) throws(Errno) {
    if flags & O_ACCMODE != O_RDONLY {
      try truncate(file, to: 0, droppingSetIDFor: caller)
    } else {
      // O_RDONLY|O_TRUNC: Linux truncates.
      let writable = try System.reopen(file, O_WRONLY)
      try truncate(writable.raw, to: 0, droppingSetIDFor: caller)
    }
  }

  func truncate(
    _ file: Int32, to size: Int64, droppingSetIDFor caller: Caller?
  ) throws(Errno) {
    if let caller { try dropSetID(from: file, caller: caller) }
    _ = try System.checked(bl_truncate(file, size))
  }

  /// CREATE: makes a file if there is none, and opens it.
  package func create(
    _ parent: NodeID, _ name: Name, mode: UInt32, flags: Int32, caller: Caller
  ) throws(Errno) -> (Entry, HandleID) {
    try unsafe checkName(name)
    let directory = try directory(parent)
    let target = try unsafe creationTarget(
      in: directory, name, isExclusive: flags & O_EXCL != 0)
    // O_NONBLOCK: as in `openObject`.
    let flags = noOpen ? flags & ~O_ACCMODE | O_RDWR : flags
    let open =
      flags & (Self.openFlags | O_EXCL | O_TRUNC) | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK
    let file = try unsafe target.withName { (name) throws(Errno) -> Descriptor in
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      do throws(Errno) {
        return try openForKernel(flags) { (access) throws(Errno) in
          try unsafe System.open(
            target.descriptor, name, open & ~O_ACCMODE | access,
            mode: Umask.masked(mode, caller.umask, in: target.descriptor))
        }
      } catch {
        // A symbolic link or a FIFO came in between: the kernel is to look again.
        throw error == .loop || error == .noDeviceOrAddress ? .stale : error
      }
    }
    let located = Located(
      status: try System.status(of: file.raw), origin: target.origin, link: target.link)
    guard located.status.isRegular else { throw .stale }
    let entry = try unsafe register(located, in: directory, name)
    return try handing(entry, file, flags)
  }

  /// TMPFILE: a file without a name. Its node keeps a descriptor until the kernel forgets it.
  package func makeTemporaryFile(
    _ parent: NodeID, mode: UInt32, flags: Int32, caller: Caller
  ) throws(Errno) -> (Entry, HandleID) {
    let directory = try directory(parent)
    let target = try namelessTarget(in: directory)
    let flags = noOpen ? flags & ~O_ACCMODE | O_RDWR : flags
    let open =
      flags & (Self.openFlags | O_EXCL) | Int32(BL_O_TMPFILE_BIT) | System.directory
    let file: Descriptor
    do {
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      file = try openForKernel(flags) { (access) throws(Errno) in
        try unsafe System.open(
          target.descriptor, ".", open & ~O_ACCMODE | access,
          mode: Umask.masked(mode, caller.umask, in: target.descriptor))
      }
    }
    let kept = try System.duplicate(file.raw)
    let located = Located(
      status: try System.status(of: file.raw), origin: target.origin, link: target.link)
    let entry = registerNameless(located, keeping: kept)
    return try handing(entry, file, flags)
  }

  /// The entry is the kernel's only if the handle is, too. Without opens the handle is nobody's, and
  /// the file its node's.
  private func handing(
    _ entry: Entry, _ file: consuming Descriptor, _ flags: Int32
  ) throws(Errno) -> (Entry, HandleID) {
    if noOpen {
      keep(file, for: entry.node)
      return (entry, .unused)
    }
    do throws(Errno) {
      let handle = try handles.insert(file, flags: flags & Self.openFlags, node: entry.node)
      return (entry, handle)
    } catch {
      forget(entry.node, 1)
      throw error
    }
  }

  /// `buffer` is page-aligned (O_DIRECT). Returns the bytes read; fewer than asked for at the end.
  package func read(
    _ handle: HandleID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, flags: Int32
  ) throws(Errno) -> Int {
    let file = try handles.descriptor(handle, requestFlags: flags)
    let count = unsafe bl_pread(file, buffer.baseAddress, buffer.count, offset)
    // See `openForKernel`.
    if policy.writesBack, Errno(rawValue: Int32(-count)) == .badDescriptor { throw .accessDenied }
    return try System.checked(count)
  }

  /// `flags` are the client's at the time of the request. An append lands at the backing's end (O7);
  /// a page that the kernel writes back lands where it belongs, through whichever open file.
  package func write(
    _ handle: HandleID, _ data: UnsafeRawBufferPointer, at offset: Int64, flags: Int32,
    _ manner: WriteManner, caller: Caller
  ) throws(Errno) -> Int {
    let direct = manner.isFromPageCache ? 0 : flags & Int32(BL_O_DIRECT)
    let file = try handles.descriptor(handle, requestFlags: direct)
    if manner.isFromPageCache { return try unsafe Self.writePages(file, data, at: offset, 0) }
    if manner.dropsSetID { try dropSetID(from: file, caller: caller) }
    // A kernel that writes back knows of data that the backing has not got yet.
    let isAppend = flags & O_APPEND != 0 && !policy.writesBack
    let how = isAppend ? Int32(BL_WRITE_APPEND) : 0
    guard direct != 0 else {
      return try unsafe System.checked(
        bl_pwrite(file, data.baseAddress, data.count, offset, how))
    }
    return try unsafe Self.writeAligned(file, data, at: offset, how)
  }

  /// All of it or an error: the kernel, which takes a part for the whole, would lose the rest.
  static func writePages(
    _ file: Int32, _ data: UnsafeRawBufferPointer, at offset: Int64, _ how: Int32
  ) throws(Errno) -> Int {
    var written = 0
    while written < data.count {
      let count = try unsafe System.checked(
        bl_pwrite(
          file, data.baseAddress! + written, data.count - written, offset + Int64(written), how))
      if count == 0 { throw .io }
      written += count
    }
    return written
  }

  /// As O_DIRECT wants it.
  static func writeAligned(
    _ file: Int32, _ data: UnsafeRawBufferPointer, at offset: Int64, _ how: Int32
  ) throws(Errno) -> Int {
    let aligned = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(data.count, 1), alignment: 4096)
    defer { unsafe aligned.deallocate() }
    unsafe aligned.copyMemory(from: data)
    return try unsafe System.checked(
      bl_pwrite(file, aligned.baseAddress, data.count, offset, how))
  }

  /// FLUSH: one descriptor of the client was closed; its owner's POSIX locks end, and what the backing
  /// reports at close is reported.
  package func flush(_ handle: HandleID, lockOwner: UInt64) throws(Errno) {
    locks.release(node: try handles.node(handle), owner: lockOwner)
    let raw = try System.duplicate(handles.descriptor(handle)).release()
    _ = try System.checked(bl_close(raw))
  }

  /// A regular file that somebody has open.
  package func someOpenFile() -> NodeID? {
    handles.firstNode { id in
      nodes.withLock { unsafe $0[id]?.pointee.format == 0o100000 }
    }
  }

  /// The file system reports at close what it could not write.
  package func reportsAtClose(_ handle: HandleID) -> Bool {
    (try? handles.descriptor(handle)).map { System.isRemote($0) } ?? false
  }

  package func synchronize(_ handle: HandleID, dataOnly: Bool) throws(Errno) {
    _ = try System.checked(bl_fsync(handles.descriptor(handle), dataOnly ? 1 : 0))
  }

  /// `closeBacking` takes the number of a backing that the kernel is not to use any more.
  package func release(
    _ handle: HandleID, lockOwner: UInt64, closeBacking: (Int32) -> Void = { _ in }
  ) {
    if let node = try? handles.node(handle) {
      locks.release(node: node, owner: lockOwner)
      if passesThrough { endOpening(handle, of: node, closeBacking) }
    }
    handles.remove(handle)
  }

  package func allocate(
    _ handle: HandleID, mode: Int32, offset: Int64, length: Int64
  ) throws(Errno) {
    _ = try System.checked(bl_fallocate(handles.descriptor(handle), mode, offset, length))
  }

  package func seek(_ handle: HandleID, offset: Int64, whence: Int32) throws(Errno) -> Int64 {
    try System.checked(bl_lseek(handles.descriptor(handle), offset, whence))
  }

  package func copyRange(
    from source: HandleID, at sourceOffset: Int64, to target: HandleID, at targetOffset: Int64,
    length: Int, flags: Int32
  ) throws(Errno) -> Int {
    try System.checked(
      bl_copy_file_range(
        handles.descriptor(source), sourceOffset, handles.descriptor(target), targetOffset,
        length, UInt32(bitPattern: flags)))
  }

  /// The file attribute ioctls (lsattr, chattr); all else is ENOTTY. Returns the bytes of `output`.
  package func control(
    _ handle: HandleID, of id: NodeID, command: UInt32, input: UnsafeRawBufferPointer,
    output: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    guard let call = FileAttributeCall(rawValue: command) else { throw .notTypewriter }
    if noOpen, handle == .unused {
      let file = try anyDataFile(id)
      return try unsafe control(file.descriptor, of: id, call, input: input, output: output)
    }
    return try unsafe control(
      handles.descriptor(handle), of: handles.node(handle), call, input: input, output: output)
  }

  private func control(
    _ file: Int32, of id: NodeID, _ call: FileAttributeCall, input: UnsafeRawBufferPointer,
    output: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    let node = try pinned(id)
    if call.changes, node.isReadOnly || !node.isReal { throw .readOnlyFileSystem }
    guard node.isReal else { throw .notTypewriter }
    guard (call.changes ? input.count : output.count) >= call.size else {
      throw .invalid
    }
    return unsafe try withUnsafeTemporaryBuffer(call.size) { (argument) throws(Errno) -> Int in
      if call.changes {
        unsafe argument.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<call.size]))
      }
      _ = try unsafe System.checked(bl_ioctl(file, call.rawValue, argument.baseAddress))
      if call.changes { return 0 }
      unsafe output.copyMemory(from: UnsafeRawBufferPointer(argument))
      return call.size
    }
  }

  package func synchronizeFileSystem(of id: NodeID) throws(Errno) {
    let node = try pinned(id)
    guard node.isReal else { return }
    let object = try openObject(node.slot, O_RDONLY)
    _ = try System.checked(bl_syncfs(object.raw))
  }
}

/// The ioctls of FS_IOC_*FLAGS and FS_IOC_FS*XATTR.
private enum FileAttributeCall: UInt32 {
  case getFlags = 0x8008_6601
  case setFlags = 0x4008_6602
  case getExtended = 0x801c_581f
  case setExtended = 0x401c_5820

  var changes: Bool { self == .setFlags || self == .setExtended }
  /// FS_IOC_GETFLAGS says `long` and means `int`.
  var size: Int { self == .getFlags || self == .setFlags ? 4 : 28 }
}

private func withUnsafeTemporaryBuffer<R>(
  _ size: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Errno) -> R
) throws(Errno) -> R {
  let result: Result<R, Errno> = unsafe withUnsafeTemporaryAllocation(
    byteCount: size, alignment: 8
  ) { buffer in
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    do throws(Errno) {
      return .success(try unsafe body(buffer))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}

// Opening and creating files, and the end of that. OPEN and CREATE are answered here, because libfuse
// 3.14 leaves out what the kernel says of the caller's rights, and has no place for a backing's number
// in its answers.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addOpenings(to table: inout fuse_lowlevel_ops) {
  unsafe table.flush = flushFile
  unsafe table.release = releaseFile
}

/// FOPEN_ flags of the answer.
private struct OpeningFlags: OptionSet {
  let rawValue: UInt32
  /// What the kernel has of the file's data stays.
  static let keepsCache = OpeningFlags(rawValue: 1 << 1)
  static let savesFlush = OpeningFlags(rawValue: 1 << 5)
  static let passesThrough = OpeningFlags(rawValue: 1 << 7)
}

/// FUSE_OPEN_KILL_SUIDGID: O_TRUNC is to take set-ID bits away.
private let openDropsSetID: UInt32 = 1

extension Session {
  func open(_ request: consuming DirectRequest) {
    // The kernel opens all others itself from then on, without RELEASE.
    if engine.noOpen { return request.fail(.notImplemented) }
    let arguments = request.arguments(fuse_open_in.self)
    let node = request.node
    do throws(Errno) {
      let handle = try engine.open(
        node, flags: Int32(bitPattern: arguments.flags),
        droppingSetIDFor: arguments.open_flags & openDropsSetID != 0 ? request.caller() : nil)
      let backing = passThrough(handle, of: node)
      if backing != 0 { engine.expectKernelWrites(handle, of: node) }
      if !request.answer(answer(handle, of: node, backing)) { release(handle, lockOwner: 0) }
    } catch {
      request.fail(error)
    }
  }

  func create(_ request: consuming DirectRequest) {
    // The kernel sends MKNOD from then on.
    if engine.noOpen { return request.fail(.notImplemented) }
    let arguments = request.arguments(fuse_create_in.self)
    do throws(Errno) {
      let (entry, handle) = try unsafe engine.create(
        request.node, request.bytes(after: MemoryLayout<fuse_create_in>.size),
        mode: arguments.mode, flags: Int32(bitPattern: arguments.flags),
        caller: request.caller(umask: arguments.umask))
      answer(request, entry, handle)
    } catch {
      request.fail(error)
    }
  }

  func makeTemporaryFile(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_create_in.self)
    do throws(Errno) {
      let (entry, handle) = try engine.makeTemporaryFile(
        request.node, mode: arguments.mode, flags: Int32(bitPattern: arguments.flags),
        caller: request.caller(umask: arguments.umask))
      answer(request, entry, handle)
    } catch {
      request.fail(error)
    }
  }

  /// The entry's lookup count and the handle are the kernel's now, or are taken back if the answer
  /// did not get there.
  private func answer(_ request: consuming DirectRequest, _ entry: Entry, _ handle: HandleID) {
    var entry = entry
    let backing = passThrough(handle, of: entry.node)
    if backing != 0, engine.expectKernelWrites(handle, of: entry.node, isAnswered: true) {
      entry.attributes.timeout = 0
    }
    let answer = fuse_create_out(
      entry: fuse_entry_out(entry), open: answer(handle, of: entry.node, backing))
    if !request.answer(answer) {
      release(handle, lockOwner: 0)
      engine.forget(entry.node, 1)
    }
  }

  private func answer(_ handle: HandleID, of node: NodeID, _ backing: Int32) -> fuse_open_out {
    var flags: OpeningFlags = []
    if savesFlush(of: handle) { flags.insert(.savesFlush) }
    if backing != 0 {
      flags.insert(.passesThrough)
    } else if engine.keepsPages(of: node) {
      flags.insert(.keepsCache)
    }
    return fuse_open_out(fh: handle.rawValue, open_flags: flags.rawValue, backing_id: backing)
  }

  /// FLUSH ends the closing process' POSIX locks, unless the kernel keeps them (any open file can get
  /// some), and has the errors that a remote file system reports at close. It is sent for all else.
  private func savesFlush(of handle: HandleID) -> Bool {
    options.hasLocalLocks && !engine.reportsAtClose(handle)
  }

  // MARK: Passthrough

  /// The number by which the kernel knows the backing that it is to read and write itself; 0: the
  /// server does it.
  private func passThrough(_ handle: HandleID, of node: NodeID) -> Int32 {
    if !engine.passesThrough { return 0 }
    return engine.passThrough(handle, of: node) { bindlink_backing_open(device, $0) }
  }

  fileprivate func release(_ handle: HandleID, lockOwner: UInt64) {
    engine.release(handle, lockOwner: lockOwner) { bindlink_backing_close(device, $0) }
  }
}

private func flushFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    // No lock depends on it then, and remote file systems are written through.
    if session.engine.noOpen { return request.fail(.notImplemented) }
    do throws(Errno) {
      try unsafe session.engine.flush(HandleID(info), lockOwner: info!.pointee.lock_owner)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func releaseFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    unsafe session.release(HandleID(info), lockOwner: info!.pointee.lock_owner)
    request.succeed()
  }
}

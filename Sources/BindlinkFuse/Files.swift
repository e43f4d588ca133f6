// Open files: creating, opening, data, and what goes to a file's descriptor.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addFiles(to table: inout fuse_lowlevel_ops) {
  unsafe table.create = createFile
  unsafe table.open = openFile
  unsafe table.read = readFile
  unsafe table.write = writeFile
  unsafe table.flush = flushFile
  unsafe table.fsync = synchronizeFile
  unsafe table.release = releaseFile
  unsafe table.fallocate = allocateRange
  unsafe table.lseek = seekData
  unsafe table.copy_file_range = copyRange
}

private func createFile(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    // The kernel sends MKNOD from then on.
    if engine.noOpen { return request.fail(.notImplemented) }
    do throws(Errno) {
      let (entry, handle) = try unsafe engine.create(
        NodeID(parent), name!, mode: mode, flags: info!.pointee.flags, caller: request.caller)
      let savesFlush = session.savesFlush(of: handle)
      request.answer(entry, handle, savesFlush: savesFlush, from: engine)
    } catch {
      request.fail(error)
    }
  }
}

private func openFile(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    // The kernel opens all others itself from then on, without RELEASE.
    if engine.noOpen { return request.fail(.notImplemented) }
    do throws(Errno) {
      let handle = try unsafe engine.open(
        NodeID(node), flags: info!.pointee.flags, caller: request.caller)
      request.answer(
        handle, of: NodeID(node), savesFlush: session.savesFlush(of: handle), from: engine)
    } catch {
      request.fail(error)
    }
  }
}

private func readFile(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ size: Int, _ offset: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    let buffer = unsafe request.buffer(size: size)
    let flags = unsafe info!.pointee.flags
    do throws(Errno) {
      let count =
        engine.noOpen
        ? try unsafe engine.read(NodeID(node), into: buffer, at: Int64(offset), flags: flags)
        : try unsafe engine.read(HandleID(info), into: buffer, at: Int64(offset), flags: flags)
      unsafe request.answer(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } catch {
      request.fail(error)
    }
  }
}

private func writeFile(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ data: UnsafePointer<CChar>?, _ size: Int,
  _ offset: off_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    let data = unsafe UnsafeRawBufferPointer(start: data, count: size)
    let (flags, fromPageCache) = unsafe (info!.pointee.flags, info!.pointee.writepage != 0)
    do throws(Errno) {
      let count =
        engine.noOpen
        ? try unsafe engine.write(
          NodeID(node), data, at: Int64(offset), flags: flags, fromPageCache: fromPageCache)
        : try unsafe engine.write(
          HandleID(info), data, at: Int64(offset), flags: flags, fromPageCache: fromPageCache)
      request.answer(written: count)
    } catch {
      request.fail(error)
    }
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

private func synchronizeFile(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ dataOnly: Int32,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    do throws(Errno) {
      if engine.noOpen {
        try engine.synchronize(NodeID(node), dataOnly: dataOnly != 0)
      } else {
        try unsafe engine.synchronize(HandleID(info), dataOnly: dataOnly != 0)
      }
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
    unsafe session.engine.release(HandleID(info), lockOwner: info!.pointee.lock_owner)
    request.succeed()
  }
}

private func allocateRange(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ mode: Int32, _ offset: off_t, _ length: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    let (offset, length) = (Int64(offset), Int64(length))
    do throws(Errno) {
      if engine.noOpen {
        try engine.allocate(NodeID(node), mode: mode, offset: offset, length: length)
      } else {
        try unsafe engine.allocate(HandleID(info), mode: mode, offset: offset, length: length)
      }
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func seekData(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ offset: off_t, _ whence: Int32,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    do throws(Errno) {
      let position =
        engine.noOpen
        ? try engine.seek(NodeID(node), offset: Int64(offset), whence: whence)
        : try unsafe engine.seek(HandleID(info), offset: Int64(offset), whence: whence)
      request.answer(offset: position)
    } catch {
      request.fail(error)
    }
  }
}

private func copyRange(
  _ request: fuse_req_t?, _ sourceNode: fuse_ino_t, _ sourceOffset: off_t,
  _ source: UnsafeMutablePointer<fuse_file_info>?, _ targetNode: fuse_ino_t,
  _ targetOffset: off_t,
  _ target: UnsafeMutablePointer<fuse_file_info>?, _ length: Int, _ flags: Int32
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let count = try unsafe session.copyRange(
        from: NodeID(sourceNode), HandleID(source), at: Int64(sourceOffset),
        to: NodeID(targetNode), HandleID(target), at: Int64(targetOffset),
        length: copyLength(length), flags: flags)
      request.answer(written: count)
    } catch {
      request.fail(error)
    }
  }
}

extension Session {
  /// FLUSH ends the closing process' POSIX locks, unless the kernel keeps them (any open file can get
  /// some), and has the errors that a remote file system reports at close. It is sent for all else.
  fileprivate func savesFlush(of handle: HandleID) -> Bool {
    options.hasLocalLocks && !engine.reportsAtClose(handle)
  }

  func makeTemporaryFile(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_create_in.self)
    do throws(Errno) {
      let (entry, handle) = try engine.makeTemporaryFile(
        request.node, mode: arguments.mode, flags: Int32(bitPattern: arguments.flags),
        caller: request.caller(umask: arguments.umask))
      var answer = fuse_create_out()
      answer.entry = fuse_entry_out(entry)
      answer.open.fh = handle.rawValue
      if !request.answer(answer) {
        engine.release(handle, lockOwner: 0)
        engine.forget(entry.node, 1)
      }
    } catch {
      request.fail(error)
    }
  }

  /// As COPY_FILE_RANGE, with a 64-bit count in the answer.
  func copyFileRange(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_copy_file_range_in.self)
    do throws(Errno) {
      let count = try copyRange(
        from: request.node, HandleID(rawValue: arguments.fh_in),
        at: Int64(bitPattern: arguments.off_in),
        to: NodeID(rawValue: arguments.nodeid_out), HandleID(rawValue: arguments.fh_out),
        at: Int64(bitPattern: arguments.off_out), length: Int(clamping: arguments.len),
        flags: Int32(truncatingIfNeeded: arguments.flags))
      request.answer(fuse_copy_file_range_out(bytes_copied: UInt64(count)))
    } catch {
      request.fail(error)
    }
  }

  fileprivate func copyRange(
    from sourceNode: NodeID, _ source: HandleID, at sourceOffset: Int64, to targetNode: NodeID,
    _ target: HandleID, at targetOffset: Int64, length: Int, flags: Int32
  ) throws(Errno) -> Int {
    engine.noOpen
      ? try engine.copyRange(
        from: sourceNode, at: sourceOffset, to: targetNode, at: targetOffset, length: length,
        flags: flags)
      : try engine.copyRange(
        from: source, at: sourceOffset, to: target, at: targetOffset, length: length, flags: flags)
  }

  func synchronizeFileSystem(_ request: consuming DirectRequest) {
    do throws(Errno) {
      try engine.synchronizeFileSystem(of: request.node)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

/// What the 32-bit count in the answer to COPY_FILE_RANGE can hold.
private func copyLength(_ length: Int) -> Int {
  // As the kernel does: whole pages.
  let largest = Int(UInt32.max) & ~(WorkerBuffers.pageSize - 1)
  return (0...largest).contains(length) ? length : largest
}

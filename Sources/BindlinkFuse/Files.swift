// Data of files, and what else goes to a file's descriptor.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addFiles(to table: inout fuse_lowlevel_ops) {
  unsafe table.read = readFile
  unsafe table.fsync = synchronizeFile
  unsafe table.fallocate = allocateRange
  unsafe table.lseek = seekData
  unsafe table.copy_file_range = copyRange
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
    // The backing has holes where the kernel has data that it keeps: it says itself where there are any.
    if session.options.writesBack { return request.fail(.notImplemented) }
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
  func write(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_write_in.self)
    let data = unsafe UnsafeRawBufferPointer(
      start: request.bytes(after: MemoryLayout<fuse_write_in>.size), count: Int(arguments.size))
    let (offset, flags) = (Int64(bitPattern: arguments.offset), Int32(bitPattern: arguments.flags))
    // FUSE_WRITE_CACHE, FUSE_WRITE_KILL_SUIDGID
    let manner = WriteManner(
      isFromPageCache: arguments.write_flags & 1 != 0, dropsSetID: arguments.write_flags & 4 != 0)
    do throws(Errno) {
      let count =
        engine.noOpen
        ? try unsafe engine.write(
          request.node, data, at: offset, flags: flags, manner, caller: request.caller())
        : try unsafe engine.write(
          HandleID(rawValue: arguments.fh), data, at: offset, flags: flags, manner,
          caller: request.caller())
      request.answer(fuse_write_out(size: UInt32(count), padding: 0))
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

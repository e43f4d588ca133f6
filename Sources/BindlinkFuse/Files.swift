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
    do throws(Errno) {
      let (entry, handle) = try unsafe engine.create(
        NodeID(parent), name!, mode: mode, flags: info!.pointee.flags, caller: request.caller)
      request.answer(entry, handle, from: engine)
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
    do throws(Errno) {
      let handle = try unsafe engine.open(
        NodeID(node), flags: info!.pointee.flags, caller: request.caller)
      request.answer(handle, from: engine)
    } catch {
      request.fail(error)
    }
  }
}

private func readFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ size: Int, _ offset: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let buffer = unsafe request.buffer(size: size)
    do throws(Errno) {
      let count = try unsafe session.engine.read(
        HandleID(info), into: buffer, at: Int64(offset), flags: info!.pointee.flags)
      unsafe request.answer(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } catch {
      request.fail(error)
    }
  }
}

private func writeFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ data: UnsafePointer<CChar>?, _ size: Int,
  _ offset: off_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let count = try unsafe session.engine.write(
        HandleID(info), UnsafeRawBufferPointer(start: data, count: size), at: Int64(offset),
        flags: info!.pointee.flags, fromPageCache: info!.pointee.writepage != 0)
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
    do throws(Errno) {
      try unsafe session.engine.flush(HandleID(info), lockOwner: info!.pointee.lock_owner)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func synchronizeFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ dataOnly: Int32,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.synchronize(HandleID(info), dataOnly: dataOnly != 0)
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
  _ request: fuse_req_t?, _: fuse_ino_t, _ mode: Int32, _ offset: off_t, _ length: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.allocate(
        HandleID(info), mode: mode, offset: Int64(offset), length: Int64(length))
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func seekData(
  _ request: fuse_req_t?, _: fuse_ino_t, _ offset: off_t, _ whence: Int32,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let position = try unsafe session.engine.seek(
        HandleID(info), offset: Int64(offset), whence: whence)
      request.answer(offset: position)
    } catch {
      request.fail(error)
    }
  }
}

private func copyRange(
  _ request: fuse_req_t?, _: fuse_ino_t, _ sourceOffset: off_t,
  _ source: UnsafeMutablePointer<fuse_file_info>?, _: fuse_ino_t, _ targetOffset: off_t,
  _ target: UnsafeMutablePointer<fuse_file_info>?, _ length: Int, _ flags: Int32
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let count = try unsafe session.engine.copyRange(
        from: HandleID(source), at: Int64(sourceOffset), to: HandleID(target),
        at: Int64(targetOffset), length: copyLength(length), flags: flags)
      request.answer(written: count)
    } catch {
      request.fail(error)
    }
  }
}

extension Session {
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
      let count = try engine.copyRange(
        from: HandleID(rawValue: arguments.fh_in), at: Int64(bitPattern: arguments.off_in),
        to: HandleID(rawValue: arguments.fh_out), at: Int64(bitPattern: arguments.off_out),
        length: Int(clamping: arguments.len), flags: Int32(truncatingIfNeeded: arguments.flags))
      request.answer(fuse_copy_file_range_out(bytes_copied: UInt64(count)))
    } catch {
      request.fail(error)
    }
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

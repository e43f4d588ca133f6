// Attributes of nodes: stat, statx, chmod, chown, truncate, utimes, access, statfs.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addAttributes(to table: inout fuse_lowlevel_ops) {
  unsafe table.getattr = getAttributes
  unsafe table.setattr = setAttributes
  unsafe table.access = checkAccess
  unsafe table.statfs = statistics
}

private func getAttributes(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    do throws(Errno) {
      let attributes = try unsafe engine.attributes(
        of: NodeID(node), handle: HandleID(ifPresent: info))
      request.answer(attributes)
    } catch {
      request.fail(error)
    }
  }
}

private func setAttributes(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ status: UnsafeMutablePointer<stat>?,
  _ valid: Int32, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    let changes = unsafe AttributeChanges(status!.pointee, valid)
    do throws(Errno) {
      let attributes = try unsafe engine.setAttributes(
        of: NodeID(node), handle: HandleID(ifPresent: info), changes, caller: request.caller)
      request.answer(attributes)
    } catch {
      request.fail(error)
    }
  }
}

private func checkAccess(_ request: fuse_req_t?, _ node: fuse_ino_t, _ mode: Int32) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try session.engine.checkAccess(to: NodeID(node), mode: mode, caller: request.caller)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func statistics(_ request: fuse_req_t?, _ node: fuse_ino_t) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let statistics = try session.engine.fileSystemStatistics(of: NodeID(node))
      request.answer(statistics)
    } catch {
      request.fail(error)
    }
  }
}

extension Session {
  func statx(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_statx_in.self)
    // FUSE_GETATTR_FH
    let handle = arguments.getattr_flags & 1 != 0 ? HandleID(rawValue: arguments.fh) : nil
    do throws(Errno) {
      let attributes = try engine.attributes(of: request.node, handle: handle)
      var answer = fuse_statx_out()
      (answer.attr_valid, answer.attr_valid_nsec) = wireTimeout(attributes.timeout)
      answer.stat = fuse_statx(attributes)
      request.answer(answer)
    } catch {
      request.fail(error)
    }
  }
}

extension AttributeChanges {
  fileprivate init(_ status: stat, _ valid: Int32) {
    self.init()
    if valid & FUSE_SET_ATTR_MODE != 0 { mode = status.st_mode }
    if valid & FUSE_SET_ATTR_UID != 0 { uid = status.st_uid }
    if valid & FUSE_SET_ATTR_GID != 0 { gid = status.st_gid }
    if valid & FUSE_SET_ATTR_SIZE != 0 { size = Int64(status.st_size) }
    if valid & FUSE_SET_ATTR_ATIME_NOW != 0 {
      accessTime = .now
    } else if valid & FUSE_SET_ATTR_ATIME != 0 {
      accessTime = .at(status.st_atim)
    }
    if valid & FUSE_SET_ATTR_MTIME_NOW != 0 {
      modificationTime = .now
    } else if valid & FUSE_SET_ATTR_MTIME != 0 {
      modificationTime = .at(status.st_mtim)
    }
  }
}

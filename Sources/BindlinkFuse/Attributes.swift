// Attributes of nodes: stat, statx, chmod, chown, truncate, utimes, access, statfs.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addAttributes(to table: inout fuse_lowlevel_ops) {
  unsafe table.getattr = getAttributes
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

/// FATTR_ flags of SETATTR.
private struct SetFlags: OptionSet {
  let rawValue: UInt32
  static let mode = SetFlags(rawValue: 1 << 0)
  static let uid = SetFlags(rawValue: 1 << 1)
  static let gid = SetFlags(rawValue: 1 << 2)
  static let size = SetFlags(rawValue: 1 << 3)
  static let accessTime = SetFlags(rawValue: 1 << 4)
  static let modificationTime = SetFlags(rawValue: 1 << 5)
  static let handle = SetFlags(rawValue: 1 << 6)
  static let accessTimeNow = SetFlags(rawValue: 1 << 7)
  static let modificationTimeNow = SetFlags(rawValue: 1 << 8)
  static let dropsSetID = SetFlags(rawValue: 1 << 11)
}

extension Session {
  func setAttributes(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_setattr_in.self)
    let flags = SetFlags(rawValue: arguments.valid)
    do throws(Errno) {
      let attributes = try engine.setAttributes(
        of: request.node,
        handle: flags.contains(.handle) ? HandleID(rawValue: arguments.fh) : nil,
        AttributeChanges(arguments, flags), caller: request.caller())
      request.answer(fuse_attr_out(attributes))
    } catch {
      request.fail(error)
    }
  }

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
  fileprivate init(_ arguments: fuse_setattr_in, _ flags: SetFlags) {
    self.init()
    if flags.contains(.mode) { mode = arguments.mode }
    if flags.contains(.uid) { uid = arguments.uid }
    if flags.contains(.gid) { gid = arguments.gid }
    if flags.contains(.size) { size = Int64(bitPattern: arguments.size) }
    if flags.contains(.accessTimeNow) {
      accessTime = .now
    } else if flags.contains(.accessTime) {
      accessTime = .at(time(arguments.atime, arguments.atimensec))
    }
    if flags.contains(.modificationTimeNow) {
      modificationTime = .now
    } else if flags.contains(.modificationTime) {
      modificationTime = .at(time(arguments.mtime, arguments.mtimensec))
    }
    dropsSetID = flags.contains(.dropsSetID)
  }
}

private func time(_ seconds: UInt64, _ nanoseconds: UInt32) -> timespec {
  timespec(tv_sec: Int(Int64(bitPattern: seconds)), tv_nsec: Int(nanoseconds))
}

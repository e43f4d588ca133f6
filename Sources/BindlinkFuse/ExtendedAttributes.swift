// Extended attributes, ACLs among them. A size of 0 asks how large the answer would be.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addExtendedAttributes(to table: inout fuse_lowlevel_ops) {
  unsafe table.getxattr = getExtendedAttribute
  unsafe table.listxattr = listExtendedAttributes
  unsafe table.removexattr = removeExtendedAttribute
}

private func getExtendedAttribute(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ size: Int
) {
  unsafe serve(request) { request, session in
    let buffer = unsafe request.buffer(size: size)
    do throws(Errno) {
      let count = try unsafe session.engine.getExtendedAttribute(
        NodeID(node), name!, into: buffer)
      unsafe request.answer(extendedAttributes: buffer, count)
    } catch {
      request.fail(error)
    }
  }
}

private func listExtendedAttributes(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ size: Int
) {
  unsafe serve(request) { request, session in
    let buffer = unsafe request.buffer(size: size)
    do throws(Errno) {
      let count = try unsafe session.engine.listExtendedAttributes(NodeID(node), into: buffer)
      unsafe request.answer(extendedAttributes: buffer, count)
    } catch {
      request.fail(error)
    }
  }
}

private func removeExtendedAttribute(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.removeExtendedAttribute(
        NodeID(node), name!, caller: request.caller)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

extension Request {
  fileprivate consuming func answer(
    extendedAttributes buffer: UnsafeMutableRawBufferPointer, _ count: Int
  ) {
    if unsafe buffer.isEmpty {
      answer(extendedAttributeSize: count)
    } else {
      unsafe answer(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}

extension Session {
  func setExtendedAttribute(_ request: consuming DirectRequest) {
    let arguments = request.arguments(fuse_setxattr_in.self)
    let name = unsafe request.bytes(after: MemoryLayout<fuse_setxattr_in>.size)
    let value = unsafe UnsafeRawBufferPointer(
      start: name + strlen(name) + 1, count: Int(arguments.size))
    do throws(Errno) {
      try unsafe engine.setExtendedAttribute(
        request.node, name, value, flags: Int32(bitPattern: arguments.flags),
        caller: request.caller())
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

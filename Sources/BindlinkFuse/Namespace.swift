// Making, renaming and removing names.
import BindlinkEngine
import BindlinkMap
import CFuse3
import Glibc

func addNamespace(to table: inout fuse_lowlevel_ops) {
  unsafe table.readlink = readSymbolicLink
  unsafe table.mknod = makeNode
  unsafe table.mkdir = makeDirectory
  unsafe table.symlink = makeSymbolicLink
  unsafe table.link = makeHardLink
  unsafe table.unlink = unlinkName
  unsafe table.rmdir = removeDirectory
  unsafe table.rename = renameName
}

private func readSymbolicLink(_ request: fuse_req_t?, _ node: fuse_ino_t) {
  unsafe serve(request) { request, session in
    // The kernel takes a page less its final NUL.
    let buffer = unsafe request.buffer(size: WorkerBuffers.pageSize - 1)
    do throws(Errno) {
      let length = try unsafe session.engine.readSymbolicLink(NodeID(node), into: buffer)
      unsafe request.answer(UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    } catch {
      request.fail(error)
    }
  }
}

private func makeNode(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t,
  _ device: dev_t
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let entry = try unsafe session.engine.makeNode(
        NodeID(parent), name!, mode: mode, device: UInt64(device), caller: request.caller)
      request.answer(entry, from: session.engine)
    } catch {
      request.fail(error)
    }
  }
}

private func makeDirectory(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ mode: mode_t
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let entry = try unsafe session.engine.makeDirectory(
        NodeID(parent), name!, mode: mode, caller: request.caller)
      request.answer(entry, from: session.engine)
    } catch {
      request.fail(error)
    }
  }
}

private func makeSymbolicLink(
  _ request: fuse_req_t?, _ target: UnsafePointer<CChar>?, _ parent: fuse_ino_t,
  _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let entry = try unsafe session.engine.makeSymbolicLink(
        NodeID(parent), name!, target: target!, caller: request.caller)
      request.answer(entry, from: session.engine)
    } catch {
      request.fail(error)
    }
  }
}

private func makeHardLink(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    // libfuse takes the node from the arguments, where it is not checked with the header's.
    guard node != 0 else { return request.fail(.invalid) }
    do throws(Errno) {
      let entry = try unsafe session.engine.makeHardLink(
        NodeID(node), NodeID(parent), name!, caller: request.caller)
      request.answer(entry, from: session.engine)
    } catch {
      request.fail(error)
    }
  }
}

private func unlinkName(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.unlink(NodeID(parent), name!, caller: request.caller)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func removeDirectory(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.removeDirectory(NodeID(parent), name!, caller: request.caller)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func renameName(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?,
  _ newParent: fuse_ino_t, _ newName: UnsafePointer<CChar>?, _ flags: UInt32
) {
  unsafe serve(request) { request, session in
    guard newParent != 0 else { return request.fail(.invalid) }
    do throws(Errno) {
      try unsafe session.engine.rename(
        NodeID(parent), name!, to: NodeID(newParent), newName!, flags: flags,
        caller: request.caller)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

// Looking up names and forgetting nodes.
import BindlinkEngine
import BindlinkMap
import CFuse3

func addLookup(to table: inout fuse_lowlevel_ops) {
  unsafe table.lookup = lookUp
  unsafe table.forget = forget
  unsafe table.forget_multi = forgetMany
}

private func lookUp(
  _ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    var absence = 0.0
    do throws(Errno) {
      let entry = try unsafe engine.lookup(NodeID(parent), name!, absence: &absence)
      request.answer(entry, from: engine)
    } catch {
      if error == .noEntry && absence > 0 {
        request.answerNegative(timeout: absence)
      } else {
        request.fail(error)
      }
    }
  }
}

private func forget(_ request: fuse_req_t?, _ node: fuse_ino_t, _ count: UInt64) {
  unsafe serve(request) { request, session in
    session.engine.forget(NodeID(node), count)
    request.finish()
  }
}

private func forgetMany(
  _ request: fuse_req_t?, _ count: Int, _ nodes: UnsafeMutablePointer<fuse_forget_data>?
) {
  unsafe serve(request) { request, session in
    for index in 0..<count {
      let forgotten = unsafe nodes![index]
      session.engine.forget(NodeID(rawValue: forgotten.ino), forgotten.nlookup)
    }
    request.finish()
  }
}

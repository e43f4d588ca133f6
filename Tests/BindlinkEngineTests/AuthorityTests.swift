// C9: who may change the table, told from what /proc says of the caller.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct AuthorityTests {
  private struct Known: ProcessTable {
    var namespaces: [String: UInt64] = ["self": 1, "7": 1]
    var states = [
      "self": ProcessStatus(uid: 1000, depth: 1), "7": ProcessStatus(uid: 1000, depth: 1),
    ]
    var maps: [String: [UInt8]] = ["self": [1], "7": [1]]

    func userNamespace(_ process: String) -> UInt64? { namespaces[process] }
    func status(_ process: String) -> ProcessStatus? { states[process] }
    func userMap(_ process: String) -> [UInt8]? { maps[process] }
  }

  private func accepts(
    uid: UInt32 = 1000, pid: Int32 = 7, _ change: (inout Known) -> Void = { _ in }
  ) -> Bool {
    var known = Known()
    known.states["7"]?.uid = uid
    change(&known)
    let caller = Caller(uid: uid, gid: 0, pid: pid, umask: 0)
    return Authority.accepts(caller, serverUser: 1000, known)
  }

  @Test("C9: the server's user and root may change the table")
  func users() {
    #expect(accepts())
    #expect(accepts(uid: 0))
    #expect(!accepts(uid: 1001))
  }

  @Test("C9: nobody from another user namespace")
  func userNamespaces() {
    #expect(!accepts { $0.namespaces["7"] = 2 })
    #expect(!accepts(uid: 0) { $0.namespaces["7"] = 2 })
    #expect(!accepts { $0.namespaces["self"] = nil })
  }

  @Test("C9: where the user namespace cannot be read its map decides")
  func unreadable() {
    #expect(accepts { $0.namespaces["7"] = nil })
    #expect(
      !accepts {
        $0.namespaces["7"] = nil
        $0.maps["7"] = [2]
      })
    for process in ["7", "self"] {
      #expect(
        !accepts {
          $0.namespaces["7"] = nil
          $0.maps[process] = nil
        })
    }
    #expect(
      !accepts {
        $0.namespaces["7"] = nil
        $0.maps = [:]
      })
    #expect(
      !accepts {
        $0.namespaces["7"] = nil
        $0.states["7"]?.depth = 2
      })
  }

  @Test("C9: nobody from another process namespace")
  func processNamespaces() {
    #expect(!accepts { $0.states["7"]?.depth = 2 })
    #expect(!accepts(pid: 0))
    #expect(!accepts(pid: -7))
    // /proc is of another process namespace than the server.
    #expect(!accepts { $0.states["self"]?.depth = 2 })
  }

  @Test("C9: nobody whom /proc does not know, or knows as somebody else")
  func unknown() {
    #expect(!accepts { $0.states["7"] = nil })
    #expect(!accepts { $0.states["self"] = nil })
    #expect(!accepts(uid: 0) { $0.states["7"]?.uid = 1000 })
  }

  @Test func theStatusOfAProcessIsRead() {
    let text = "Name:\tsh\nUid:\t0\t1\t2\t3\nGid:\t4\t4\t4\t4\nNSpid:\t77\t1\nThreads:\t1\n"
    #expect(ProcessStatus(Array(text.utf8)) == ProcessStatus(uid: 3, depth: 2))
    #expect(ProcessStatus(Array("Uid:\t0\t1\t2\t3\n".utf8)) == nil)
    #expect(ProcessStatus(Array("NSpid:\t1\n".utf8)) == nil)
    #expect(ProcessStatus([]) == nil)
  }

  /// Of this very process, as the kernel has it.
  @Test("C9: who may not change the table is refused, and may list and explain")
  func answers() throws {
    let tree = try ScratchTree()
    let view = try ScratchView(tree, exceptions: ["/secret"])
    let stranger = Caller(uid: 12345, gid: 0, pid: getpid(), umask: 0)
    for request in [.export, .change([])] as [ControlRequest] {
      guard case .refused(let error) = view.engine.answer(request, from: stranger) else {
        Issue.record("\(request)")
        continue
      }
      #expect(error.errno == .notPermitted && error.rule == "C9")
      if case .refused(let error) = view.engine.answer(request, from: ScratchView.caller) {
        Issue.record("\(request): \(error)")
      }
    }
    for request in [.list, .explain(Array("/x".utf8))] as [ControlRequest] {
      if case .refused(let error) = view.engine.answer(request, from: stranger) {
        Issue.record("\(request): \(error)")
      }
    }
  }
}

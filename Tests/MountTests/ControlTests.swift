// C9: who may change the table of a mounted view, through the kernel: other users, namespaces, and
// containers. Each client is a process of its own.
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct ControlTests {
    private static let refused = "\(EPERM) C9\n"

    /// A copy of the client that everybody may execute, in the scratch directory.
    private func installClient(_ host: Place, mode: UInt32 = 0o755) throws -> String {
      let client = host.string + "/client"
      try FileManager.default.copyItem(atPath: Situation.controlClient, toPath: client)
      host.chmod("client", mode)
      return client
    }

    /// What `prefix client request path` prints.
    private func ask(
      _ prefix: [String] = [], _ client: String, _ request: String, _ path: Place
    ) throws -> String {
      let outcome = try run(prefix + [client, request, path.string])
      #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
      return outcome.output
    }

    /// Lists and explains, and does not change.
    private func expectMerelySees(
      _ prefix: [String], _ client: String, _ view: Place, sourceLocation: SourceLocation
    ) throws {
      #expect(
        try ask(prefix, client, "list", view) == "links 2 exceptions 0\n",
        sourceLocation: sourceLocation)
      #expect(
        try ask(prefix, client, "explain", view["secret"]) == "/secret absent R1\n",
        sourceLocation: sourceLocation)
      for request in ["export", "remove"] {
        #expect(
          try ask(prefix, client, request, view["l"]) == Self.refused,
          sourceLocation: sourceLocation)
      }
      #expect(view.list() == "f l", sourceLocation: sourceLocation)
    }

    private func expectChanges(
      _ prefix: [String], _ client: String, _ view: Place, sourceLocation: SourceLocation
    ) throws {
      #expect(
        try ask(prefix, client, "list", view) == "links 2 exceptions 1\n",
        sourceLocation: sourceLocation)
      #expect(
        try ask(prefix, client, "explain", view["secret"]).hasPrefix("/secret absent E"),
        sourceLocation: sourceLocation)
      #expect(
        try ask(prefix, client, "export", view) == "table of 2\n", sourceLocation: sourceLocation)
      #expect(
        try ask(prefix, client, "remove", view["l"]) == "changed\n",
        sourceLocation: sourceLocation)
      #expect(view.list() == "f", sourceLocation: sourceLocation)
    }

    private func withLinks(
      _ options: String..., clientMode: UInt32 = 0o755,
      body: (_ view: Place, _ client: String) throws -> Void
    ) throws {
      try withView(
        ["b/f=1", "b/secret=2", "l/g=3"],
        ["@/b", "--link", "/l=@/l", "--except", "/secret"] + options
      ) { view, host in
        try body(view, try installClient(host, mode: clientMode))
      }
    }

    @Test("C9: the mount's owner changes the table, from any directory of it")
    func owner() throws {
      try withLinks { view, client in
        try expectChanges([], client, view, sourceLocation: #_sourceLocation)
      }
    }

    @Test("C7: what the kernel has cached of a link is gone when its removal returns")
    func caches() throws {
      let timeouts = ["entry", "negative", "attr"].map { "\($0)_timeout=600" }.joined(
        separator: ",")
      try withView(
        ["b/l/old=1", "b/other=2", "l/new=3"], "@/b", "--link", "/l=@/l", "-o", timeouts,
        "--cache", "never"
      ) { view, host in
        let client = try installClient(host)
        let held = view.descriptor("l/new")
        defer { close(held) }
        #expect(view.read("l/new") == "3" && view.read("l/old") == "ENOENT")
        #expect(view.list("l") == "new" && view.kind("other") == "file")
        // The kernel does believe it.
        host.unlink("b/other")
        #expect(view.kind("other") == "file")
        #expect(try ask([], client, "remove", view["l"]) == "changed\n")
        #expect(view.read("l/new") == "ENOENT" && view.read("l/old") == "1")
        #expect(view.list("l") == "old")
        #expect(Place.read(held) == "3", "R4")
      }
    }

    @Test("C9: a path in no view, and the view of a path that does not exist")
    func elsewhere() throws {
      try withLinks { view, client in
        let outside = try ask([], client, "list", Place("/tmp"))
        #expect(outside == "\(ENOTTY): /tmp is in no bindlink view\n")
        #expect(try ask([], client, "explain", view["no/such/name"]) == "/no/such/name absent R1\n")
      }
    }

    @Test("C9: from a child user namespace with uid 0 the view is merely seen")
    func userNamespace() throws {
      try withLinks { view, client in
        try expectMerelySees(["unshare", "-Ur"], client, view, sourceLocation: #_sourceLocation)
      }
    }

    @Test("C9: a container that was given a part of the view sees its own paths' places in it")
    func container() throws {
      try withView(["b/sub/d/f=1", "l/"], "@/b", "--link", "/l=@/l") { view, host in
        let client = try installClient(host)
        let script = """
          mkdir "$0/at" && mount --bind "$1/sub" "$0/at" && "$2" explain "$0/at/d/f"
          "$2" remove "$0/at"
          """
        let outcome = try run(
          ["unshare", "-Urm", "sh", "-c", script, host.string, view.string, client])
        #expect(outcome.output == "/sub/d/f visible R1\n" + Self.refused, "\(outcome)")
      }
    }

    @Suite(.enabled(if: Situation.isRoot, "only root can be others")) struct Root {
      private let tests = ControlTests()

      @Test("C9: another user merely sees the view")
      func otherUser() throws {
        try tests.withLinks("-o", "allow_other") { view, client in
          try tests.expectMerelySees(
            OtherUserTests.someone, client, view, sourceLocation: #_sourceLocation)
        }
      }

      @Test("C9: from another process namespace the view is merely seen, by root too")
      func processNamespace() throws {
        try tests.withLinks { view, client in
          try tests.expectMerelySees(
            ["unshare", "-p", "-f"], client, view, sourceLocation: #_sourceLocation)
        }
      }

      @Test("C9: another mount namespace changes nothing of what its processes may do")
      func mountNamespace() throws {
        try tests.withLinks { view, client in
          try tests.expectChanges(
            ["unshare", "-m"], client, view, sourceLocation: #_sourceLocation)
        }
      }

      /// A program that may not be read makes a process whose namespaces only root may read.
      @Test("C9: a caller whose namespace cannot be read is told by its map of users")
      func unreadableCaller() throws {
        let scratch = try Scratch(["b/f=1", "l/", "view/"])
        defer { scratch.remove() }
        let (user, view) = (OtherUserTests.someone, scratch.host["view"])
        scratch.host.chown("view", 1000, 1001)
        let client = try tests.installClient(scratch.host, mode: 0o711)
        let mounted = try run(
          user + [Situation.binary, "mount"]
            + ["@/b", "@/view", "--link", "/l=@/l"].map(scratch.expand))
        try #require(mounted.status == 0, "\(mounted)")
        let inside = user + ["unshare", "-Ur"]
        #expect(try tests.ask(inside, client, "remove", view["l"]) == ControlTests.refused)
        #expect(try tests.ask(user, client, "remove", view["l"]) == "changed\n")
        let unmounted = try run(user + [Situation.binary, "unmount", view.string])
        #expect(unmounted.status == 0, "\(unmounted)")
      }
    }
  }
}

// C2, C3, R9 on a mounted view: a change that names places of the view itself never waits for the view.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct LiveChangeTests {
    /// The client has ten seconds.
    private func create(
      _ view: Place, _ path: String, _ backing: String, _ printed: String = "changed",
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let outcome = try run(
        [Situation.controlClient, "create", "\(view.string)\(path)", backing], seconds: 10)
      #expect(
        outcome.status == 0 && outcome.output == printed + "\n", "\(outcome)",
        sourceLocation: sourceLocation)
    }

    @Test("C3: backings in the mounted view, by each way that leads there")
    func backingsInTheView() throws {
      try withView(
        [
          "view/plain/f=anchor", "view/to-l>l", "c/sub/g=linked", "c/sub/secret=1", "in>view/l",
          "deep/er/in>../../view",
        ],
        "--link", "/l=@/c", "--except", "/l/sub/secret"
      ) { view, host in
        let root = host.string
        for (path, backing) in [
          ("/a", "\(view.string)/l/sub"), ("/b", "\(root)/in/sub"),
          ("/c", "\(root)/deep/er/in/l/sub"), ("/d", "\(view.string)/to-l/sub"),
          ("/e", "\(view.string)/../c/sub/../../view/l/sub/."),
        ] {
          try create(view, path, backing)
          let place = view["\(String(path.dropFirst()))"]
          #expect(place.list() == "g", "\(backing)")
          #expect(place.read("g") == "linked")
        }
        try create(view, "/p", "\(view.string)/plain")
        #expect(view.read("p/f") == "anchor")
        #expect(view.write("p/new", "n") == "ok" && view.read("plain/new") == "n")
        try create(view, "/all", root)
        #expect(view.list("all/view") == "plain to-l", "what lies under the mountpoint")
        try create(view, "/x", "\(view.string)/none", "\(ENOENT) C1")
        try create(view, "/x", "\(view.string)/l/sub/secret", "\(ENOENT) C1")
        try create(view, "/to-l", "\(root)/c", "\(EEXIST) C1")
        try create(view, "/n/x", "\(root)/c", "\(ENOENT) C1")
      }
    }

    @Test("C1: another view's place is refused while this one is mounted (R9)")
    func otherView() throws {
      try withView(["b/d/f=1", "view2/"], "@/b") { view, host in
        let mounted = try run([Situation.binary, "mount", "--empty", host.string + "/view2"])
        #expect(mounted.status == 0, "\(mounted)")
        defer { _ = try? run([Situation.binary, "unmount", host.string + "/view2"]) }
        try create(host["view2"], "/v", "\(view.string)/d", "\(EOPNOTSUPP) R9")
        try create(host["view2"], "/v", "\(host.string)/b/d")
        #expect(host["view2"].read("v/f") == "1")
      }
    }

    @Test(
      "C3: the view bound to another place",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func boundElsewhere() throws {
      try withView(["view/plain/", "c/sub/g=linked", "at/", "part/"], "--link", "/l=@/c") {
        view, host in
        for (from, to) in [(view.string, "at"), (view.string + "/l", "part")] {
          let bound = unsafe px_bind_mount(from, "\(host.string)/\(to)")
          #expect(Place.outcome(bound) == "ok")
        }
        defer {
          _ = unsafe px_unmount("\(host.string)/at")
          _ = unsafe px_unmount("\(host.string)/part")
        }
        try create(view, "/a", "\(host.string)/at/l/sub", "\(EOPNOTSUPP) R9")
        try create(view, "/a", "\(host.string)/part/sub", "\(EOPNOTSUPP) R9")
        #expect(view.list() == "l plain")
      }
    }
  }
}

// C1 to C4: what the command refuses, in which order, and which spellings are one.
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct CreationTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
      let what: String
      let arguments: [String]
      let status: Int32
      /// The end of the message: errno and rule.
      let end: String
      init(_ what: String, _ arguments: String, _ status: Int32, _ end: String) {
        self.what = what
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.status = status
        self.end = end
      }
      var testDescription: String { what }
    }

    static let items = [
      "b/f=1", "file=1", "t/d/x=1", "t/file=1", "t/up>..", "t/out>/etc", "t/to-d>d", "view/",
      "t/loop>loop",
    ]

    static let refusals = [
      Refusal("C1: no backing", "@/t --link /d/v=@/none", 1, "(ENOENT, C1)"),
      Refusal("C1: a backing below a file", "@/t --link /d/v=@/file/x", 1, "(ENOTDIR, C1)"),
      Refusal("C1: a virtual path that is relative", "@/t --link v=@/b", 64, "(EINVAL, C1)"),
      Refusal("C1: a virtual path outside", "@/t --link /../v=@/b", 64, "(EINVAL, C1)"),
      Refusal("C1: an unknown flag", "@/t --link /d/v=@/b,odd", 64, "(EINVAL, C1)"),
      Refusal("C1: well-formed before existing", "@/t --link v=@/none", 64, "(EINVAL, C1)"),
      Refusal("C1: no parent (6)", "@/t --link /none/v=@/b", 1, "(ENOENT, C1)"),
      Refusal("C1: no grandparent", "@/t --link /none/x/v=@/b", 1, "(ENOENT, C1)"),
      Refusal("C1: a parent that is a file (7)", "@/t --link /file/v=@/b", 1, "(ENOTDIR, C1)"),
      Refusal("C1: a grandparent that is a file", "@/t --link /file/x/v=@/b", 1, "(ENOENT, C1)"),
      Refusal(
        "C1: a parent that is a file, with --parents below it",
        "@/t --link /file/v=@/none --parents", 1, "(ENOENT, C1)"),
      Refusal("C1: backing before parent", "@/t --link /none/v=@/none", 1, "(ENOENT, C1)"),
      Refusal("C1: twice (14)", "@/t --link /d/v=@/b --link /d/v=@/file", 1, "(EEXIST, C1)"),
      Refusal(
        "C1: no backing before EEXIST (13)", "@/t --link /d/v=@/b --link /d/v=@/none", 1,
        "(ENOENT, C1)"),
      Refusal("C2: v/", "@/t --link /d/v=@/b --link /d/v/=@/b", 1, "(EEXIST, C1)"),
      Refusal("C2: v/.", "@/t --link /d/v=@/b --link /d/v/.=@/b", 1, "(EEXIST, C1)"),
      Refusal("C2: //v", "@/t --link /d/v=@/b --link //d//v=@/b", 1, "(EEXIST, C1)"),
      Refusal("C2: x/../v", "@/t --link /d/v=@/b --link /d/x/../v=@/b", 1, "(EEXIST, C1)"),
      Refusal(
        "C2: a symlinked parent (15)", "@/t --link /d/v=@/b --link /to-d/v=@/b", 1, "(EEXIST, C1)"),
      Refusal("C2: a parent that leads out", "@/t --link /out/v=@/b", 64, "(EINVAL, C2)"),
      Refusal("C2: a parent that leads up and out", "@/t --link /up/v=@/b", 64, "(EINVAL, C2)"),
      Refusal("C2: a parent that loops", "@/t --link /loop/v=@/b", 64, "(EINVAL, C2)"),
      Refusal(
        "E2: an exception at a link", "@/t --link /d/v=@/b --except /d/v", 64, "(EINVAL, E2)"),
      Refusal("E2: an exception at the root", "@/t --except /", 64, "(EINVAL, E2)"),
      Refusal("E2: an exception outside", "@/t --except /../x", 64, "(EINVAL, C1)"),
      Refusal("P6: merged with a file", "@/t --link /d/v=@/file,merged", 1, "(ENOTDIR, P6)"),
      Refusal(
        "C1: merged where a file is", "@/t --link /file=@/b,merged", 1, "(ENOTDIR, M1)"),
    ]

    @Test("C1, C2, E2: a refusal is one line and changes nothing", arguments: refusals)
    func refuses(_ refusal: Refusal) throws {
      let scratch = try Scratch(Self.items)
      defer { scratch.remove() }
      let before = scratch.host.tree
      let first = refusal.arguments.prefix { !$0.hasPrefix("-") }
      let outcome = try scratch.command(
        ["mount"] + first + ["@/view"] + refusal.arguments.dropFirst(first.count))
      #expect(outcome.status == refusal.status, "\(outcome)")
      #expect(outcome.errors.hasPrefix("bindlink: cannot "), "\(outcome)")
      #expect(outcome.errors.hasSuffix("\(refusal.end)\n"), "\(outcome)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(outcome.output == "")
      #expect(scratch.mounts == [] && scratch.servers == [])
      #expect(scratch.host.tree == before)
    }

    @Test(
      "C1: a backing that is not accessible to the caller: EACCES (19)",
      .enabled(if: Situation.present == .user, "root may read everything"))
    func inaccessible() throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      scratch.host.chmod("b", 0)
      defer { scratch.host.chmod("b", 0o755) }
      let outcome = try scratch.command(["mount", "@/view", "--link", "/v=@/b"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasSuffix("(EACCES, C1)\n"), "\(outcome)")
    }

    @Test("C1: parents are judged by the table that results (8-11)")
    func parents() throws {
      let items = ["view/Foo/Bar/x=1", "T/other=1", "T2/f=1", "T3/", "T4/Bar/"]
      try withView(items, "--link", "/Foo=@/T4", "--link", "/Foo/Bar/Baz=@/T2") { view, _ in
        #expect(view.read("Foo/Bar/Baz/f") == "1", "8")
      }
      let scratch = try Scratch(items)
      defer { scratch.remove() }
      let refused = try scratch.command(
        ["mount", "@/view", "--link", "/Foo=@/T", "--link", "/Foo/Bar/Baz=@/T2"])
      #expect(refused.status == 1 && refused.errors.hasSuffix("(ENOENT, C1)\n"), "9: \(refused)")
      try withView(
        items, "--link", "/Foo=@/T", "--link", "/Foo/Bar/Baz=@/T2", "--except", "/Foo/Bar"
      ) { view, _ in
        #expect(view.read("Foo/Bar/Baz/f") == "1", "10")
        #expect(view.read("Foo/Bar/x") == "1")
      }
      try withView(
        items, "--link", "/Foo/Bar/Baz=@/T2", "--link", "/Foo=@/T", "--link", "/Foo/Bar=@/T3"
      ) { view, _ in
        #expect(view.read("Foo/Bar/Baz/f") == "1", "11")
      }
    }

    @Test(
      "C2: spellings of one virtual path",
      arguments: ["/d/v", "/d/v/", "/d/./v/.", "//d///v", "/x/../d/v", "/to-d/v", "/d/../to-d/v"])
    func spellings(_ spelling: String) throws {
      try withView(["t/d/x=1", "t/to-d>d", "b/f=1"], "@/t", "--link", "\(spelling)=@/b") {
        view, _ in
        #expect(view.read("d/v/f") == "1")
        #expect(view.list("d") == "v x")
        #expect(view.read("to-d/v/f") == "1")
      }
    }

    @Test("C2: a virtual path that is a symbolic link (22)")
    func symbolicLinks() throws {
      try withView(
        ["t/d/x=1", "t/to-d>d", "t/f=1", "t/to-f>f", "t/dangling>none", "b/y=linked", "c=file"],
        "@/t", "--link", "/to-d=@/b", "--link", "/to-f=@/c", "--link", "/dangling=@/b"
      ) { view, host in
        #expect(view.kind("to-d") == "symlink" && view.list("d") == "y", "at its target")
        #expect(view.read("to-d/y") == "linked")
        #expect(view.kind("to-f") == "file" && view.read("to-f") == "file", "at the name itself")
        #expect(view.read("f") == "1")
        #expect(view.kind("dangling") == "directory" && view.list("dangling") == "y")
        #expect(host.readlink("t/dangling") == "none")
      }
    }

    @Test("C2: the backing is stored resolved (21)")
    func resolvedBacking() throws {
      try withView(["d/f=first", "d2/f=second", "b>d"], "--empty", "--link", "/v=@/b") {
        view, host in
        host.unlink("b")
        host.symlink("d2", "b")
        #expect(view.read("v/f") == "first")
      }
    }

    @Test("C2: exception paths are resolved like virtual paths")
    func resolvedExceptions() throws {
      try withView(["t/d/x=1", "t/d/y=1", "t/to-d>d"], "@/t", "--except", "/to-d//./x") { view, _ in
        #expect(view.list("d") == "y")
        #expect(view.read("to-d/x") == "ENOENT")
      }
    }

    @Test("C3: a backing inside the view is the physical path behind it (107)")
    func chains() throws {
      try withView(
        ["view/plain/f=anchor", "c/sub/g=linked"], "--link", "/b=@/c", "--link",
        "/a=@/view/b/sub", "--link", "/p=@/view/plain"
      ) { view, host in
        #expect(view.read("a/g") == "linked")
        #expect(view.read("p/f") == "anchor")
        #expect(view.write("a/new", "n") == "ok")
        #expect(host.list("c/sub") == "g new")
        #expect(view.inode("a/g") == view.inode("b/sub/g"))
        let listed = try run(["ls", "-R", view.string])
        #expect(listed.status == 0 && listed.errors == "", "\(listed)")
      }
    }

    @Test("C3: a chain does not un-hide")
    func chainsKeepHidden() throws {
      try withView(
        ["c/sub/secret=1", "c/sub/k.pem=1", "c/sub/in/k.pem=1", "c/sub/any.env=1", "c/sub/g=1"],
        "--empty", "--link", "/b=@/c", "--except", "/b/sub/secret", "--except", "/b/sub/**/*.pem",
        "--except", "*.env", "--link", "/a=@/view/b/sub"
      ) { view, _ in
        #expect(view.list("a") == "g in")
        #expect(view.list("a/in") == "")
        #expect(view.read("a/secret") == "ENOENT")
        #expect(view.write("a/secret", "x") == "EPERM")
        #expect(view.write("a/new.pem", "x") == "EPERM")
        #expect(view.write("a/new.env", "x") == "EPERM")
      }
      let scratch = try Scratch(["c/secret/f=1", "view/"])
      defer { scratch.remove() }
      let outcome = try scratch.command([
        "mount", "--empty", "@/view", "--link", "/b=@/c", "--except", "/b/secret", "--link",
        "/a=@/view/b/secret",
      ])
      #expect(outcome.status == 1 && outcome.errors.contains("(ENOENT, C"), "\(outcome)")
    }

    @Test("C3: two links to each other's names make no loop (108)")
    func mutual() throws {
      try withView(
        ["view/A/a=1", "view/B/b=2"], "--link", "/A=@/view/B", "--link", "/B=@/view/A"
      ) { view, _ in
        #expect(view.list("A") == "b")
        #expect(view.list("B") == "b", "as the view was with the first link")
        let listed = try run(["ls", "-R", view.string], seconds: 10)
        #expect(listed.status == 0, "\(listed)")
      }
    }

    @Test("C3: a synthesised directory cannot be a backing: EOPNOTSUPP")
    func synthesisedBacking() throws {
      let scratch = try Scratch(["c/f=1", "view/"])
      defer { scratch.remove() }
      let outcome = try scratch.command([
        "mount", "--empty", "@/view", "--link", "/x/y=@/c", "--parents", "--link", "/a=@/view/x",
      ])
      #expect(outcome.status == 1 && outcome.errors.hasSuffix("(EOPNOTSUPP, C3)\n"), "\(outcome)")
    }

    @Test("C4: mounting changes nothing at the backing, under the mountpoint and beside")
    func writesNothing() throws {
      let scratch = try Scratch(["view/V/x=1", "b/f=1", "c/g=1"])
      defer { scratch.remove() }
      let before = scratch.host.tree
      let mounted = try scratch.command([
        "mount", "@/view", "--link", "/V=@/b", "--link", "/new/way=@/c", "--parents", "--except",
        "/V/f",
      ])
      #expect(mounted.status == 0, "\(mounted)")
      #expect(scratch.host["view"].list("V") == "")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(scratch.host.tree == before)
    }
  }
}

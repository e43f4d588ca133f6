// R9: views whose source contains the mountpoint, other mounts, other views.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct OverlapTests {
    @Test("R9: a mountpoint inside its own source shows what lay under it")
    func insideItsSource() throws {
      try withView(["src/f=1", "src/view/under=2", "src/d/"], "@/src", "at:@/src/view") {
        view, host in
        #expect(view.list() == "d f view")
        #expect(view.list("view") == "under")
        #expect(view.read("view/under") == "2")
        #expect(view.kind("view/f") == "ENOENT")
        #expect(view.write("new", "n") == "ok" && host.read("src/new") == "n")
        #expect(view.write("view/new", "n") == "ok" && view.list("view") == "new under")
        #expect(view.rename("view", "moved") == "EBUSY")
        #expect(view.rmdir("view") == "EBUSY")
        let found = try run(["find", view.string], seconds: 10)
        #expect(found.status == 0 && found.output.split(separator: "\n").count == 7, "\(found)")
      }
    }

    @Test("R9: a view mounted over its own source")
    func overItsSource() throws {
      try withView(
        ["src/f=1", "src/secret=2", "src/d/g=3"], "@/src", "--except", "/secret",
        "at:@/src"
      ) { view, _ in
        #expect(view.list() == "d f", "nothing shows through the exception")
        #expect(view.write("new", "n") == "ok")
        #expect(view.read("d/g") == "3")
        #expect(view.rename("d", "e") == "ok")
        #expect(view.list() == "e f new")
      }
    }

    @Test("R9: a link to a directory that contains the mountpoint")
    func linkAroundTheMountpoint() throws {
      try withView(["view/own=1", "x=2"], "--link", "/all=@/") { view, _ in
        #expect(view.list() == "all own")
        #expect(view.list("all") == "view x")
        #expect(view.list("all/view") == "own", "as it lies under the mountpoint")
        #expect(view.kind("all/view/all") == "ENOENT")
      }
    }

    @Test("R9: the whole machine as source, walked in part; procfs and sysfs are shown empty")
    func wholeMachine() throws {
      try withView(["x=1"], "/") { view, host in
        #expect(view.read(Path(bytes: Array("etc/passwd".utf8))) == Place("/").read("etc/passwd"))
        #expect(view.list() == Place("/").list())
        #expect(view.list("proc") == "")
        #expect(view.list("sys") == "")
        #expect(view.kind("proc/self") == "ENOENT")
        let inside = view["\(String(host.string.dropFirst()))"]
        #expect(inside.read("x") == "1")
        #expect(inside.list("view") == "", "what lay under the mountpoint")
        let walked = try run(
          ["find", "\(view.string)/etc", "\(inside.string)", "-maxdepth", "3"], seconds: 20)
        #expect(walked.output.split(separator: "\n").count > 50)
        #expect(walked.status != 124)
        #expect(inside.write("y", "2") == "ok" && host.read("y") == "2")
      }
    }

    @Test("R9: procfs as a backing is empty; a link can stand at its place")
    func procfs() throws {
      try withView(["b/f=1"], "--empty", "--link", "/p=/proc", "--link", "/s=/sys") { view, _ in
        #expect(view.kind("p") == "directory" && view.list("p") == "")
        #expect(view.list("s") == "")
        #expect(view.kind("p/self") == "ENOENT")
      }
    }

    @Test(
      "R9: other mounts inside a backing are shown; the border is EXDEV",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func otherMounts() throws {
      let scratch = try Scratch(["src/m/", "src/f=1", "view/"])
      defer { scratch.remove() }
      #expect(Place.outcome(unsafe px_mount_tmpfs("\(scratch.path)/src/m")) == "ok")
      scratch.host.write("src/m/g", "2")
      #expect(try scratch.command(["mount", "@/src", "@/view"]).status == 0)
      let view = scratch.host["view"]
      #expect(view.read("m/g") == "2")
      #expect(view.write("m/new", "n") == "ok")
      #expect(view.rename("f", "m/f") == "EXDEV")
      #expect(view.link("m/g", "g") == "EXDEV")
      #expect(view.rmdir("m") == "EBUSY" || view.rmdir("m") == "ENOTEMPTY")
      #expect(view.status("m")?.dev == view.status("f")?.dev)
      #expect(view.inode("m") == view.entries()?.first { $0.name.description == "m" }?.inode)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
    }

    @Test(
      "R9: one_file_system leaves other mounts out, under links and exceptions alike",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func oneFileSystem() throws {
      let scratch = try Scratch(["src/m/under=1", "src/f=1", "b/", "view/"])
      defer { scratch.remove() }
      #expect(Place.outcome(unsafe px_mount_tmpfs("\(scratch.path)/src/m")) == "ok")
      scratch.host.write("src/m/g", "2")
      scratch.host.mkdir("src/m/d")
      #expect(
        try scratch.command([
          "mount", "@/view", "--anchor", "@/src", "--link", "/l=@/src", "--link", "/m/d/l=@/b",
          "--parents", "-o", "one_file_system",
        ]).status == 0)
      let view = scratch.host["view"]
      #expect(view.list() == "f l m")
      #expect(view.list("l") == "f m")
      #expect(view.list("l/m") == "" && view.kind("l/m") == "directory")
      #expect(view.kind("l/m/g") == "ENOENT")
      #expect(view.write("l/m/new", "n") == "EROFS")
      #expect(view.list("m") == "d" && view.list("m/d") == "l")
      #expect(view.read("f") == "1" && view.write("l/new", "n") == "ok")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
    }

    @Test(
      "R9: the view bound inside its own backing is shown empty",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func boundInside() throws {
      let scratch = try Scratch(["src/loop/under=1", "src/f=1", "view/"])
      defer { scratch.remove() }
      #expect(try scratch.command(["mount", "@/src", "@/view"]).status == 0)
      let bound = unsafe px_bind_mount("\(scratch.path)/view", "\(scratch.path)/src/loop")
      #expect(Place.outcome(bound) == "ok")
      let view = scratch.host["view"]
      #expect(view.list() == "f loop")
      #expect(view.list("loop") == "")
      #expect(view.kind("loop/f") == "ENOENT")
      let found = try run(["find", view.string], seconds: 10)
      #expect(found.status == 0, "\(found)")
      _ = unsafe px_unmount("\(scratch.path)/src/loop")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
    }

    @Test("R9: a backing inside another view is refused")
    func otherView() throws {
      try withView(["b/d/f=1", "view2/"], "@/b") { view, host in
        for backing in [view.string, view.string + "/d", view.string + "/d/f"] {
          let outcome = try run([
            Situation.binary, "mount", "--empty", host.string + "/view2", "--link", "/v=\(backing)",
          ])
          #expect(outcome.status == 1)
          #expect(outcome.errors.hasSuffix("(EOPNOTSUPP, R9)\n"), "\(outcome)")
        }
        let source = try run([Situation.binary, "mount", view.string, host.string + "/view2"])
        #expect(source.status == 1 && source.errors.hasSuffix("(EOPNOTSUPP, R9)\n"), "\(source)")
      }
    }
  }
}

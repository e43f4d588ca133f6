// W1, W2, W4: what a read-only link refuses.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct ReadOnlyTests {
    @Test("each change works through a link that may write", arguments: Change.all)
    func writable(_ change: Change) throws {
      try withView(Change.items(in: "b"), "--empty", "--link", "/v=@/b") { view, host in
        #expect(change.make(view["v"]) == "ok")
      }
    }

    @Test("W1: each change through a read-only link is EROFS and changes nothing (71)")
    func readOnlyLink() throws {
      try withView(
        Change.items(in: "b"), "--empty", "--link", "/v=@/b,read-only", "--link", "/w=@/b"
      ) { view, host in
        let before = host["b"].tree
        for change in Change.all {
          #expect(change.make(view["v"]) == "EROFS", "\(change.name)")
        }
        #expect(host["b"].tree == before)
        #expect(host["b"].attribute("f", "user.a") == "ENODATA")
      }
    }

    @Test("W1: the same below the root of a view that is read-only as a whole")
    func readOnlyView() throws {
      for option in [["--read-only"], ["-o", "ro"]] {
        try withView(
          Change.items(in: "b/in") + Change.items(in: "c"),
          ["@/b", "--link", "/c=@/c"] + option
        ) { view, host in
          let before = host["b"].tree + host["c"].tree
          for change in Change.all {
            #expect(change.make(view["in"]) == "EROFS", "\(change.name)")
            #expect(change.make(view["c"]) == "EROFS", "\(change.name)")
          }
          #expect(host["b"].tree + host["c"].tree == before)
        }
      }
    }

    @Test("W1: out of, into and between: rename, link and copy")
    func acrossTheBorder() throws {
      try withView(
        ["b/f=read-only", "b/d/", "c/g=writable", "c/e/"], "--empty", "--link", "/v=@/b,read-only",
        "--link", "/w=@/c"
      ) { view, host in
        #expect(view.rename("v/f", "w/f") == "EROFS")
        #expect(view.rename("v/d", "w/d") == "EROFS")
        #expect(view.rename("w/g", "v/g") == "EROFS")
        #expect(view.rename("w/e", "v/e") == "EROFS")
        #expect(view.rename("w/g", "v/f") == "EROFS")
        #expect(view.rename("v/f", "w/g", Flags.exchange) == "EROFS")
        #expect(view.link("v/f", "w/f") == "EROFS")
        #expect(view.link("w/g", "v/g") == "EROFS")
        #expect(host.list("b") == "d f" && host.list("c") == "e g")
        #expect(host.read("b/f") == "read-only" && host.read("c/g") == "writable")
      }
    }

    @Test("W1: reading, modes, access(W_OK) and execution (78)")
    func readingWorks() throws {
      try withView(
        ["b/f=content", "b/s=#!/bin/sh\nexit 7\n"], "--empty", "--link",
        "/v=@/b,read-only"
      ) { view, host in
        host.chmod("b/f", 0o644)
        host.chmod("b/s", 0o755)
        #expect(view.read("v/f") == "content")
        #expect(view.open("v/f", O_RDONLY | O_CREAT) == "ok")
        #expect(view.open("v/f", O_RDONLY | O_CREAT | O_EXCL) == "EEXIST")
        #expect(view.mkdir("v/f") == "EEXIST")
        #expect(view.status("v/f")?.mode == S_IFREG | 0o644)
        #expect(view.access("v/f", R_OK) == "ok")
        #expect(view.execute("v/s") == "7")
        if Situation.canMount == false || Situation.isRoot {
          #expect(view.access("v/f", W_OK) == "EROFS")
        }
      }
    }

    @Test("W1: a shared writable map is refused")
    func maps() throws {
      try withView(["b/f=content"], "--empty", "--link", "/v=@/b,read-only") { view, host in
        let file = view.descriptor("v/f")
        defer { close(file) }
        #expect(Place.outcome(unsafe px_map_store(file, 1, 4096, 0, "x")) == "EACCES")
        #expect(Place.outcome(unsafe px_map_store(file, 0, 4096, 0, "x")) == "ok")
        #expect(host.read("b/f") == "content")
      }
    }

    @Test("W1: the root of a read-only link, directory and file")
    func roots() throws {
      try withView(
        ["b/", "c=file"], "--empty", "--link", "/v=@/b,read-only", "--link", "/f=@/c,read-only"
      ) { view, host in
        #expect(view.rmdir("v") == "EROFS")
        #expect(view.unlink("f") == "EROFS")
        #expect(["EROFS", "EBUSY"].contains(view.rename("v", "x")))
        #expect(["EROFS", "EBUSY"].contains(view.rename("f", "x")))
        #expect(view.write("f", "new") == "EROFS")
        #expect(view.chmod("f", 0o600) == "EROFS")
        #expect(view.chmod("v", 0o700) == "EROFS")
        #expect(host.list() == "b c view")
        host.unlink("c")
        host.rmdir("b")
        #expect(view.write("f", "new") == "EROFS")
        #expect(view.mkdir("v") == "EROFS")
      }
    }

    @Test("W2: another link to the backing may write, and the change shows (72, 73)")
    func alias() throws {
      try withView(["b/f=one"], "--empty", "--link", "/r=@/b,read-only", "--link", "/w=@/b") {
        view, host in
        #expect(view.read("r/f") == "one")
        #expect(view.write("w/f", "two") == "ok")
        #expect(view.read("r/f") == "two")
        #expect(view.write("w/new", "n") == "ok")
        #expect(view.list("r") == "f new")
        #expect(view.write("r/f", "three") == "EROFS")
        host.write("b/f", "directly")
        #expect(view.read("r/f") == "directly")
        let file = view.descriptor("w/f", O_RDWR)
        defer { close(file) }
        #expect(view.open("r/f", O_RDWR) == "EROFS", "while the alias is open for writing")
      }
    }

    @Test("W4: an excepted subtree of a read-only link is written in the outer view (90)")
    func exceptedSubtree() throws {
      try withView(
        ["view/v/x/f=outer", "b/f=backing", "b/x/f=masked"], "--link", "/v=@/b,read-only",
        "--except", "/v/x"
      ) { view, host in
        #expect(view.write("v/x/f", "new") == "ok")
        #expect(view.write("v/x/g", "g") == "ok")
        #expect(view.mkdir("v/x/d") == "ok")
        #expect(view.unlink("v/x/g") == "ok")
        #expect(view.read("v/x/f") == "new")
        #expect(view.write("v/f", "new") == "EROFS")
        #expect(view.write("v/g", "new") == "EROFS")
        #expect(host.read("b/x/f") == "masked")
        #expect(view.rename("v/x/f", "v/f") == "EROFS")
      }
    }

    @Test("W1: a nested link that may write below a read-only one, and the reverse")
    func nested() throws {
      try withView(
        ["b/in/", "c/f=one"], "@/b", "--link", "/ro=@/b,read-only", "--link", "/ro/in=@/c",
        "--link",
        "/in=@/c,read-only"
      ) { view, _ in
        #expect(view.write("ro/in/f", "two") == "ok")
        #expect(view.write("ro/new", "x") == "EROFS")
        #expect(view.write("in/f", "x") == "EROFS")
        #expect(view.write("new", "x") == "ok")
        #expect(view.read("in/f") == "two")
      }
    }

    @Test("P3: creation at a hidden name under a read-only link: EPERM")
    func hiddenUnderReadOnly() throws {
      try withView(
        ["b/secret=x"], "--empty", "--link", "/v=@/b,read-only", "--except",
        "/v/secret"
      ) { view, _ in
        #expect(view.write("v/secret", "x") == "EPERM")
        #expect(view.mkdir("v/secret") == "EPERM")
        #expect(view.read("v/secret") == "ENOENT")
      }
    }
  }
}

// E1 to E3, E8, E9, P1, P4: exception paths.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct ExceptionTests {
    /// Each call on a name that is hidden, and what it says.
    static let calls: [(String, String, @Sendable (Place) -> String)] = [
      ("open", "ENOENT", { $0.open("secret") }),
      ("open for writing", "ENOENT", { $0.open("secret", O_RDWR) }),
      ("stat", "ENOENT", { $0.kind("secret") }),
      ("access", "ENOENT", { $0.access("secret") }),
      ("readdir", "ENOENT", { $0.list("hidden") }),
      ("below", "ENOENT", { $0.read("hidden/inner") }),
      ("dot dot", "ENOENT", { $0.kind("hidden/..") }),
      ("readlink", "ENOENT", { $0.readlink("pointer") }),
      ("chdir", "ENOENT", { $0["hidden"].inside {} }),
      ("execute", "ENOENT", { $0.execute("secret") }),
      ("truncate", "ENOENT", { $0.truncate("secret", 0) }),
      ("chmod", "ENOENT", { $0.chmod("secret", 0o600) }),
      ("chown", "ENOENT", { $0.chown("secret", 0, 0) }),
      ("utimensat", "ENOENT", { $0.setTimes("secret") }),
      ("setxattr", "ENOENT", { $0.setAttribute("secret", "user.a", "1") }),
      ("getxattr", "ENOENT", { $0.attribute("secret", "user.a") }),
      ("name_to_handle_at", "ENOENT", { $0.handle("secret") }),
      ("unlink", "ENOENT", { $0.unlink("secret") }),
      ("rmdir", "ENOENT", { $0.rmdir("hidden") }),
      ("rename from", "ENOENT", { $0.rename("secret", "new") }),
      ("rename a directory from", "ENOENT", { $0.rename("hidden", "new") }),
      ("exchange", "ENOENT", { $0.rename("f", "secret", Flags.exchange) }),
      ("link from", "ENOENT", { $0.link("secret", "new") }),
      ("a symbolic link to it", "ENOENT", { $0.read("to-secret") }),
      ("create", "EPERM", { $0.open("secret", O_CREAT | O_WRONLY) }),
      ("create exclusively", "EPERM", { $0.open("secret", O_CREAT | O_EXCL | O_WRONLY) }),
      ("mkdir", "EPERM", { $0.mkdir("secret") }),
      ("mkdir of a directory", "EPERM", { $0.mkdir("hidden") }),
      ("symlink", "EPERM", { $0.symlink("x", "secret") }),
      ("mkfifo", "EPERM", { $0.mkfifo("secret") }),
      ("bind a socket", "EPERM", { $0.bindSocket("secret") }),
      ("rename to", "EPERM", { $0.rename("f", "secret") }),
      ("rename to, without replacing", "EPERM", { $0.rename("f", "secret", Flags.noReplace) }),
      ("rename a directory to", "EPERM", { $0.rename("d", "hidden") }),
      ("link to", "EPERM", { $0.link("f", "secret") }),
      ("create below", "ENOENT", { $0.write("hidden/new", "x") }),
    ]

    static let secrets = [
      "secret=top", "hidden/inner=x", "pointer>f", "f=content", "d/", "to-secret>secret",
    ]

    static let hidings: [(String, [String])] = [
      ("paths", ["--except", "/secret", "--except", "/hidden", "--except", "/pointer"]),
      ("patterns", ["--except", "secret", "--except", "hidden/", "--except", "pointer"]),
      ("anchored patterns", ["--except", "/secre[t]", "--except", "/hidde?", "--except", "/po*r"]),
    ]

    @Test("E1, E5, E9: each call on a hidden name; the backing is as it was", arguments: hidings)
    func hiddenNames(_ hiding: (String, [String])) throws {
      try withView(Self.secrets.map { "b/\($0)" }, ["@/b"] + hiding.1) { view, host in
        let before = host["b"].tree
        for (name, expected, call) in Self.calls {
          #expect(call(view) == expected, "\(name)")
        }
        #expect(view.list() == "d f to-secret")
        #expect(host["b"].tree == before)
      }
    }

    @Test("E1: the same where the backing does not have the name", arguments: hidings)
    func absentNames(_ hiding: (String, [String])) throws {
      try withView(["b/f=content", "b/d/", "b/to-secret>secret"], ["@/b"] + hiding.1) {
        view, host in
        for (name, expected, call) in Self.calls {
          // Nothing tells that a rule is there but the refusal to create.
          if name == "mkdir of a directory" || name == "rename a directory to" { continue }
          #expect(call(view) == expected, "\(name)")
        }
        #expect(view.mkdir("hidden") == "EPERM")
        #expect(view.rename("d", "hidden") == "EPERM")
        #expect(host.list("b") == "d f to-secret")
      }
    }

    @Test("E1: what somebody else creates later, behind the view, is hidden")
    func createdLater() throws {
      try withView(["b/d/"], "@/b", "--except", "/secret", "--except", "**/*.pem") { view, host in
        #expect(view.kind("secret") == "ENOENT")
        host.make(["b/secret=x", "b/d/key.pem=x", "b/d/e/f/key.pem=x", "b/d/e/other=y"])
        #expect(view.kind("secret") == "ENOENT")
        #expect(view.list() == "d")
        #expect(view.list("d") == "e")
        #expect(view.list("d/e/f") == "")
        #expect(view.read("d/e/f/key.pem") == "ENOENT")
        #expect(view.read("d/e/other") == "y")
      }
    }

    @Test("E1: an exception shows the outer view, for reading and writing (79-81, 93, 94)")
    func outerView() throws {
      try withView(
        [
          "view/Foo/Bar/Cat=c", "view/Foo/Baz/Dog=d", "t/Cow=moo", "t/Baz/Other=x",
        ], "--link", "/Foo=@/t", "--except", "/Foo/Baz"
      ) { view, host in
        #expect(view.list("Foo") == "Baz Cow")
        #expect(view.list("Foo/Baz") == "Dog")
        #expect(view.kind("Foo/Bar") == "ENOENT")
        #expect(view.read("Foo/Baz/Dog") == "d")
        #expect(view.write("Foo/Baz/new", "n") == "ok")
        #expect(view.unlink("Foo/Baz/Dog") == "ok")
        #expect(view.list("Foo/Baz") == "new")
        #expect(host.list("t/Baz") == "Other")
        #expect(view.unlink("Foo/Baz/new") == "ok")
        #expect(view.rmdir("Foo/Baz") == "ok")
        #expect(view.kind("Foo/Baz") == "ENOENT", "93")
        #expect(view.list("Foo") == "Cow")
        #expect(view.mkdir("Foo/Baz") == "ok", "94")
        #expect(view.write("Foo/Baz/again", "a") == "ok")
        #expect(host.list("t/Baz") == "Other")
      }
    }

    @Test("E1: an exception that is a file (82)")
    func fileException() throws {
      try withView(
        ["view/Foo/keep=outer", "t/f=x", "t/keep=masked"], "--link", "/Foo=@/t", "--except",
        "/Foo/keep"
      ) { view, host in
        #expect(view.list("Foo") == "f keep")
        #expect(view.read("Foo/keep") == "outer")
        #expect(view.write("Foo/keep", "new") == "ok")
        #expect(host.read("t/keep") == "masked")
        #expect(view.unlink("Foo/keep") == "ok")
        #expect(view.kind("Foo/keep") == "ENOENT")
      }
    }

    @Test("E2: an exception does not touch names that begin like it (83)")
    func componentBoundary() throws {
      try withView(
        ["view/v/Ba=outer", "b/Baz=backing", "b/Ba=masked"], "--link", "/v=@/b", "--except", "/v/Ba"
      ) { view, _ in
        #expect(view.read("v/Baz") == "backing")
        #expect(view.read("v/Ba") == "outer")
      }
    }

    @Test("E3, R8: a deep exception has synthesised parents that show nothing else (88)")
    func deepException() throws {
      try withView(
        ["view/Foo/a/b/c/x=outer", "view/Foo/a/other=no", "view/Foo/a/b/other=no", "t/f=t"],
        "--link", "/Foo=@/t", "--except", "/Foo/a/b/c"
      ) { view, host in
        #expect(view.list("Foo") == "a f")
        #expect(view.list("Foo/a") == "b")
        #expect(view.list("Foo/a/b") == "c")
        #expect(view.list("Foo/a/b/c") == "x")
        #expect(view.read("Foo/a/b/c/x") == "outer")
        #expect(view.read("Foo/a/other") == "ENOENT")
        #expect(view.write("Foo/a/new", "n") == "EROFS")
        #expect(view.mkdir("Foo/a/b/new") == "EROFS")
        #expect(view.write("Foo/a/b/c/new", "n") == "ok")
        #expect(host.list("t") == "f")
        #expect(view.status("Foo/a")?.nlink == 1)
      }
    }

    @Test("E3: a deep exception below directories that the backing has (89)")
    func deepExceptionInBacking() throws {
      try withView(
        ["view/Foo/a/b/x=outer", "view/Foo/a/o=no", "t/a/z=backing"], "--link", "/Foo=@/t",
        "--except", "/Foo/a/b"
      ) { view, host in
        #expect(view.list("Foo/a") == "b z")
        #expect(view.list("Foo/a/b") == "x")
        #expect(view.write("Foo/a/new", "n") == "ok")
        #expect(host.list("t/a") == "new z")
      }
    }

    @Test("R8: a hidden path with nothing to show gets no way")
    func noWayToNothing() throws {
      try withView(["view/Foo/", "t/f=t"], "--link", "/Foo=@/t", "--except", "/Foo/a/b/c") {
        view, host in
        #expect(view.list("Foo") == "f")
        #expect(view.kind("Foo/a") == "ENOENT")
        #expect(view.mkdir("Foo/a") == "ok")
        #expect(host.list("t") == "a f")
      }
    }

    @Test("P2: what an exception shows in a synthesised directory can be removed and renamed")
    func shownInSynthesised() throws {
      try withView(
        ["view/Foo/a/x=outer", "view/Foo/a/y=outer", "t/f=t"], "--link", "/Foo=@/t", "--except",
        "/Foo/a/x", "--except", "/Foo/a/y"
      ) { view, host in
        #expect(view.list("Foo/a") == "x y")
        #expect(view.unlink("Foo/a/x") == "ok")
        #expect(view.list("Foo/a") == "y")
        #expect(view.rename("Foo/a/y", "Foo/moved") == "ok")
        #expect(host.read("t/moved") == "outer")
        #expect(view.list("Foo") == "f moved", "no way is needed any more")
      }
    }

    @Test("E5: a hidden name whose parent the outer view has is created there")
    func createdInOuter() throws {
      try withView(
        ["view/v/sub/", "b/f=1", "b/sub/"], "--link", "/v=@/b", "--except", "/v/x",
        "--except", "/v/sub/y"
      ) { view, host in
        #expect(view.write("v/x", "outer") == "ok")
        #expect(view.read("v/x") == "outer")
        #expect(view.mkdir("v/sub/y") == "ok")
        #expect(view.list("v/sub") == "y")
        #expect(view.rename("v/f", "v/sub/y/f") == "ok", "92")
        #expect(view.list("v") == "sub x")
        #expect(host.list("b") == "sub" && host.list("b/sub") == "")
      }
    }

    @Test("P3: where the outer parent is synthesised: EPERM")
    func synthesisedOuterParent() throws {
      try withView(["b/f=1"], "--empty", "--link", "/p/v=@/b", "--parents", "--except", "/p/v/x") {
        view, _ in
        #expect(view.write("p/v/x", "x") == "EPERM")
        #expect(view.mkdir("p/v/x") == "EPERM")
      }
    }

    @Test("E8: a link at and below an exception governs there (97)")
    func linkInException() throws {
      try withView(
        ["view/Foo/Baz/Dog=d", "t/Cow=c", "t3/Eel=e"], "--link", "/Foo=@/t", "--except",
        "/Foo/Baz", "--link", "/Foo/Baz/new=@/t3", "--except", "/Foo/a[t]", "--link",
        "/Foo/at=@/t3"
      ) { view, _ in
        #expect(view.list("Foo") == "Baz Cow at")
        #expect(view.list("Foo/Baz") == "Dog new")
        #expect(view.list("Foo/Baz/new") == "Eel")
        #expect(view.read("Foo/at/Eel") == "e")
      }
    }

    @Test("E1: an exception falls through to the link above (96)")
    func fallsThrough() throws {
      try withView(
        ["t/In/e=from-T", "t/In/x=no", "t2/f=t2", "t2/e=masked"], "--empty", "--link", "/Foo=@/t",
        "--link", "/Foo/In=@/t2", "--except", "/Foo/In/e"
      ) { view, host in
        #expect(view.list("Foo/In") == "e f")
        #expect(view.read("Foo/In/e") == "from-T")
        #expect(view.append("Foo/In/e", "+") == "ok")
        #expect(host.read("t/In/e") == "from-T+")
        #expect(host.read("t2/e") == "masked")
      }
    }

    @Test("E1: an exception in another is the outer one alone (95)")
    func nestedExceptions() throws {
      try withView(
        ["view/v/x/y/f=outer", "view/v/x/g=outer", "b/x/y/h=no"], "--link", "/v=@/b", "--except",
        "/v/x", "--except", "/v/x/y"
      ) { view, _ in
        #expect(view.list("v/x") == "g y")
        #expect(view.list("v/x/y") == "f")
      }
    }

    @Test("E1: an exception of the anchor hides, in an empty outer view")
    func anchorException() throws {
      try withView(["view/secret/k=1", "view/f=2"], "--except", "/secret") { view, host in
        #expect(view.list() == "f")
        #expect(view.mkdir("secret") == "EPERM")
      }
    }

    @Test("R8: the ways stay where the anchor is removed, by a link to it")
    func removedAnchor() throws {
      try withView(
        ["a/", "b/f=1"], "--anchor", "@/a", "--link", "/v=@/a", "--link", "/p/q=@/b", "--parents"
      ) { view, host in
        #expect(view.rmdir("v") == "ok" && host.kind("a") == "ENOENT")
        #expect(view.list() == "p" && view.list("p/q") == "f")
      }
    }

    @Test("P4, O3: an exception path that shows something is neither moved nor moves its parents")
    func exceptionsStay() throws {
      try withView(
        ["view/v/a/x/f=outer", "b/a/g=1", "b/d/", "b/e/h/"], "--link", "/v=@/b", "--except",
        "/v/a/x", "--except", "/v/e/h"
      ) { view, host in
        #expect(view.rename("v/a/x", "v/a/y") == "EBUSY", "P4")
        #expect(view.rename("v/a", "v/c") == "EBUSY")
        #expect(view.rmdir("v/a") == "EBUSY" || view.rmdir("v/a") == "ENOTEMPTY")
        #expect(view.rename("v/d", "v/a") == "EBUSY" || view.rename("v/d", "v/a") == "ENOTEMPTY")
        #expect(view.rename("v/e", "v/c") == "EBUSY", "something hidden is there")
        #expect(view.rmdir("v/e") == "ENOTEMPTY", "only hidden children")
        #expect(view.list("v") == "a d e")
        host.rmdir("b/e/h")
        #expect(view.rename("v/e", "v/c") == "ok", "nothing is there")
      }
    }

    @Test(
      "R1, O3, P4: an outer link's exception counts for nothing below a link that governs alone")
    func coveredException() throws {
      try withView(
        ["a/d/x/secret=s", "b/x/f=1"], "--empty", "--link", "/v=@/a", "--except", "/v/d/x"
      ) { view, host in
        #expect(view.list("v/d") == "")
        let created = try run(
          [Situation.binary, "create", view.string + "/v/d", host.string + "/b"])
        #expect(created.status == 0, "\(created)")
        #expect(view.read("v/d/x/f") == "1")
        #expect(view.rename("v/d/x", "v/d/y") == "ok" && view.list("v/d") == "y")
        #expect(view.unlink("v/d/y/f") == "ok" && view.rmdir("v/d/y") == "ok")
        #expect(view.rmdir("v/d") == "ok" && host.kind("b") == "ENOENT", "O2")
        #expect(host.read("a/d/x/secret") == "s")
      }
    }

    @Test("P1: a link whose backing is missing gives its own exceptions no way, links below one")
    func danglingWays() throws {
      try withView(
        ["view/v/x/f=outer", "b/", "c/g=1"], "--link", "/v=@/b", "--except", "/v/x"
      ) { view, host in
        #expect(view.list("v") == "x")
        host.rmdir("b")
        #expect(view.kind("v") == "ENOENT")
        #expect(view.kind("v/x") == "ENOENT")
      }
      try withView(
        ["view/v/other=outer", "b/in/", "c/g=1"], "--link", "/v=@/b", "--link", "/v/in=@/c"
      ) { view, host in
        host.rmdir("b/in")
        host.rmdir("b")
        #expect(view.list("v") == "in", "nothing of the outer view")
        #expect(view.read("v/in/g") == "1")
        #expect(view.write("v/new", "x") == "EROFS")
      }
    }
  }
}

// E4, E6: patterns in the manner of gitignore, and that nothing makes visible what they hide.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct PatternTests {
    struct Example: Sendable, CustomTestStringConvertible {
      let patterns: [String]
      let shown: String
      init(_ patterns: String..., shows shown: String) {
        self.patterns = patterns
        self.shown = shown
      }
      var testDescription: String { patterns.joined(separator: " ") }
    }

    static let examples = [
      Example(".env", shows: "a a/b a/b/key.pem a/build build build/x log.txt"),
      Example("**/.env", shows: "a a/b a/b/key.pem a/build build build/x log.txt"),
      Example("/.env", shows: "a a/.env a/b a/b/key.pem a/build build build/x log.txt"),
      Example("*.pem", shows: ".env a a/.env a/b a/build build build/x log.txt"),
      Example("build/", shows: ".env a a/.env a/b a/b/key.pem a/build log.txt"),
      Example("build", shows: ".env a a/.env a/b a/b/key.pem log.txt"),
      Example("/a/**/key.pem", shows: ".env a a/.env a/b a/build build build/x log.txt"),
      Example("a/*", shows: ".env a build build/x log.txt"),
      Example("a/**", shows: ".env a build build/x log.txt"),
      Example("*", "!log.txt", shows: "log.txt"),
      Example(
        "*.txt", "!log.txt", shows: ".env a a/.env a/b a/b/key.pem a/build build build/x log.txt"),
      Example("!log.txt", "*.txt", shows: ".env a a/.env a/b a/b/key.pem a/build build build/x"),
      Example("/a", "!/a", shows: ".env a a/.env a/b a/b/key.pem a/build build build/x log.txt"),
      Example("[bl]*", shows: ".env a a/.env"),
      Example("?", shows: ".env build log.txt"),
    ]

    static let items = [
      "b/.env=1", "b/a/.env=2", "b/a/b/key.pem=3", "b/a/build=file", "b/build/x=4", "b/log.txt=5",
    ]

    private static let listing = "find . -mindepth 1 | sed 's,^./,,' | LC_ALL=C sort | tr '\\n' ' '"

    @Test("E4: what a view with patterns lists", arguments: examples)
    func lists(_ example: Example) throws {
      // A name that begins with "/" is relative to the view, from a file to each link; here the same.
      try withView(
        Self.items + ["rules=# comment\n\n" + example.patterns.joined(separator: "\n")],
        "@/b", "--except-from", "@/rules"
      ) { view, _ in
        let found = try shell(Self.listing, in: view.string)
        #expect(found.output.dropLast() == example.shown[...], "\(found.errors)")
      }
    }

    @Test("E4: a pattern of one link does not concern another; the view's concern all")
    func scope() throws {
      try withView(
        ["b/k.pem=1", "b/x=1", "c/k.pem=2", "c/x=2"], "--empty", "--link", "/v=@/b", "--link",
        "/w=@/c", "--except", "/v/*.pem"
      ) { view, _ in
        #expect(view.list("v") == "x")
        #expect(view.list("w") == "k.pem x")
      }
      try withView(
        ["b/k.pem=1", "b/x=1", "c/k.pem=2", "c/x=2"], "--empty", "--link", "/v=@/b", "--link",
        "/w=@/c", "--link", "/k.pem=@/b/x", "--except", "*.pem"
      ) { view, _ in
        #expect(view.list("v") == "x")
        #expect(view.list("w") == "x")
        #expect(view.read("k.pem") == "1", "a file link ignores them")
      }
    }

    @Test("E4: a pattern for directories looks at the type that is created")
    func createdType() throws {
      try withView(["b/f=1", "b/d/"], "@/b", "--except", "node/") { view, host in
        #expect(view.write("node", "file") == "ok")
        #expect(view.unlink("node") == "ok")
        #expect(view.mkdir("node") == "EPERM")
        #expect(view.rename("d", "node") == "EPERM")
        #expect(view.rename("f", "node") == "ok")
        #expect(host.list("b") == "d node")
      }
    }

    @Test("E4, E5: what is made in the outer view because of its type is seen there")
    func outerTypes() throws {
      try withView(
        ["view/v/old/", "view/v/file=f", "b/x=1"], "--link", "/v=@/b", "--except", "/v/ol[d]/",
        "--except", "/v/ne[w]/", "--except", "/v/fil[e]/"
      ) { view, host in
        #expect(view.list("v") == "old x")
        #expect(view.mkdir("v/new") == "ok" && view.list("v") == "new old x")
        #expect(host.list("b") == "x")
        #expect(view.write("v/new/f", "f") == "ok" && view.rmdir("v/old") == "ok")
        #expect(view.write("v/old", "f") == "ok" && host.list("b") == "old x")
        #expect(["EEXIST", "EPERM"].contains(view.mkdir("v/file")))
      }
    }

    @Test("E4: a pattern shows outer objects, in directories that the view has")
    func outerObjects() throws {
      try withView(
        [
          "view/v/k.pem=outer", "view/v/d/l.pem=outer", "view/v/e/m.pem=no", "b/d/l.pem=b", "b/x=1",
        ],
        "--link", "/v=@/b", "--except", "/v/**/*.pem"
      ) { view, host in
        #expect(view.list("v") == "d k.pem x")
        #expect(view.list("v/d") == "l.pem")
        #expect(view.read("v/d/l.pem") == "outer")
        #expect(view.kind("v/e") == "ENOENT")
        #expect(view.write("v/d/new.pem", "n") == "ok")
        #expect(host.list("view") == host.list("view"))
        #expect(host.list("b/d") == "l.pem")
      }
    }

    @Test("E6: a directory with hidden things inside moves only where they stay hidden")
    func renameDirectories() throws {
      try withView(
        ["b/p/secret/k=1", "b/p/x=1", "b/q/any.pem=2", "b/q/y=2", "b/r/"], "@/b", "--except",
        "/p/secret", "--except", "*.pem"
      ) { view, host in
        #expect(view.rename("p", "s") == "EBUSY", "the path would not hide it any more")
        #expect(view.rename("q", "r/q") == "ok", "the pattern hides it anywhere")
        #expect(view.list("r/q") == "y")
        #expect(view.kind("r/q/any.pem") == "ENOENT")
        #expect(view.rename("r", "z") == "ok")
        #expect(view.list("z/q") == "y")
        #expect(host.list("b/z/q") == "any.pem y")
      }
    }

    @Test("E6: a directory moves where a list takes back what it has not excepted")
    func renameUnderNegation() throws {
      try withView(["b/d/x=1", "b/e/"], "@/b", "--except", "!x", "--except", "/d/y") { view, _ in
        #expect(view.rename("d", "e/d") == "ok", "nothing is at the exception path")
        #expect(view.list("e/d") == "x")
      }
    }

    @Test("E6: EBUSY by the patterns alone where one with an inner / can match below either path")
    func patternsWithInnerSlash() throws {
      try withView(["b/a/x=1", "b/other/", "b/deep/a/"], "@/b", "--except", "/a/*.key") {
        view, host in
        #expect(view.rename("a", "c") == "EBUSY", "something of it could be hidden")
        #expect(view.rename("other", "a2") == "ok")
        #expect(view.rename("deep/a", "b2") == "ok")
        host.rename("b/a", "b/gone")
        #expect(view.rename("b2", "a") == "EBUSY")
        #expect(view.rename("gone/x", "a3") == "ok", "files move")
      }
    }

    @Test("E6: a directory does not move from under a pattern that hides it, nor into one")
    func patternsOfDirectories() throws {
      try withView(["b/keep/d/f=1", "b/x/"], "@/b", "--except", "/keep/**/secret") { view, host in
        host.write("b/keep/d/secret", "s")
        #expect(view.list("keep/d") == "f")
        #expect(view.rename("keep/d", "x/d") == "EBUSY")
        #expect(view.rename("keep", "kept") == "EBUSY")
        #expect(view.rename("keep/d/f", "x/f") == "ok")
      }
    }

    @Test("E6: a directory with only hidden children is ENOTEMPTY to rmdir")
    func hiddenChildren() throws {
      try withView(["b/d/k.pem=1"], "@/b", "--except", "*.pem") { view, host in
        #expect(view.list("d") == "")
        #expect(view.rmdir("d") == "ENOTEMPTY")
        #expect(host.list("b/d") == "k.pem")
      }
    }

    @Test("E1, E4: a directory in which a pattern shows the outer view's objects is not empty")
    func shownInEmptyDirectory() throws {
      try withView(
        [
          "view/v/d/a=outer", "b/d/", "b/e/", "b/f=1",
          "c.yaml=links:\n  - {virtual: /v, backing: b, except: [a]}\n",
        ], "--config", "@/c.yaml"
      ) { view, host in
        #expect(view.list("v/d") == "a")
        #expect(view.rmdir("v/d") == "ENOTEMPTY")
        #expect(view.rename("v/e", "v/d") == "ENOTEMPTY")
        #expect(view.unlink("v/d/a") == "ok")
        #expect(view.rename("v/e", "v/d") == "ok")
        #expect(view.rmdir("v/d") == "ok")
        #expect(host.list("b") == "f")
      }
    }

    @Test("E6: no way through an open directory, a symbolic link, or ..")
    func otherWays() throws {
      try withView(
        ["b/d/e/f=1", "b/secret/k=1", "b/d/up>../secret/k"], "@/b", "--except", "/secret"
      ) { view, _ in
        #expect(view.read("d/up") == "ENOENT")
        #expect(view.read("d/../secret/k") == "ENOENT")
        let result = view["d/e"].inside {
          #expect(WorkingDirectory.here.read("../../secret/k") == "ENOENT")
          #expect(WorkingDirectory.here.list("../..") == "d")
        }
        #expect(result == "ok")
        let listed = try shell("ls -laR . | grep -c secret/k$", in: view.string)
        #expect(listed.output == "1\n", "the symbolic link's text alone: \(listed)")
      }
    }

    @Test("E10: who reaches the backing by another way can read it")
    func otherWaysOutside() throws {
      try withView(["b/secret=x", "b/f=1"], "@/b", "--except", "/secret") { view, host in
        host.link("b/secret", "b/elsewhere")
        host.symlink("\(host.string)/b/secret", "b/pointer")
        #expect(view.read("elsewhere") == "x")
        #expect(view.read("pointer") == "x")
      }
    }

    @Test("E4: 1,000 exceptions")
    func manyExceptions() throws {
      let rules = (0..<1000).map { $0 % 2 == 0 ? "/d/path\($0)" : "*.secret\($0)" }
      try withView(
        [
          "b/d/path500=x", "b/d/f.secret501=x", "b/d/path501=shown",
          "rules="
            + rules.joined(
              separator: "\n"),
        ], "@/b", "--except-from", "@/rules"
      ) { view, _ in
        #expect(view.list("d") == "path501")
        #expect(view.write("d/path998", "x") == "EPERM")
      }
    }
  }
}

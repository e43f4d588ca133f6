// The commands of symbolic links, hard links and junctions, as a user calls them: in a view and on
// plain directories.
import CPosixCases
import Foundation
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct LinkFamilyCommandTests {
    private let items = [
      "b/f=F", "b/g=G", "b/d/x=X", "b/sub/deep/", "b/full/y=Y", "b/empty/", "c/z=Z", "plain/h=H",
    ]

    private func command(_ host: Place, _ arguments: String...) throws -> Outcome {
      try run(
        [Situation.binary] + arguments.map { $0.replacingOccurrences(of: "@", with: host.string) },
        in: host.string)
    }

    private func expectSuccess(
      _ outcome: Outcome, _ output: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)", sourceLocation: sourceLocation)
      #expect(outcome.output == output, sourceLocation: sourceLocation)
    }

    private func expectFailure(
      _ outcome: Outcome, _ message: String, status: Int32 = 1,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(outcome.status == status, sourceLocation: sourceLocation)
      #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
      #expect(outcome.errors == "bindlink: \(message)\n", sourceLocation: sourceLocation)
    }

    @Test("S1, S2: symlink stores each form of target, in a view and beside it")
    func symlink() throws {
      try withView(items, "@/b") { view, host in
        for (name, target, stored) in [
          ("view/sub/relative", #"..\d\x"#, "../d/x"), ("view/sub/root", #"\d\x"#, "../d/x"),
          ("view/sub/deep/root", #"\d\x"#, "../../d/x"), ("view/posix", "/a//b/", "/a//b/"),
          ("plain/root", #"\d\x"#, "/d/x"), ("plain/drive", #"C:\d\x"#, "/d/x"),
          ("plain/other", #"D:\x"#, "/mnt/data/x"),
          ("plain/unc", #"\\srv\share\x"#, "/srv/share/x"),
          ("plain/here", "C:File.txt", "\(host.string)/File.txt"),
        ] {
          expectSuccess(
            try command(
              host, "symlink", name, target, "--drive", "D:=/mnt/data", "--drive",
              #"\\srv\share=/srv/share"#))
          #expect(host.readlink("\(name)") == stored)
        }
        #expect(view.read("sub/root") == "X" && view.read("sub/deep/root") == "X")
        expectSuccess(try command(host, "symlink", "plain/bytes", #"..\d"#, "--posix"))
        #expect(host.readlink("plain/bytes") == #"..\d"#)
        expectSuccess(
          try command(host, "symlink", "plain/json", #"C:\a"#, "--json"),
          #"{"link": "plain/json", "target": "/a"}"# + "\n")
        expectFailure(
          try command(host, "symlink", "plain/h", "x"),
          "cannot create symbolic link plain/h: plain/h exists already (EEXIST, S1)")
        expectFailure(
          try command(host, "symlink", "none/l", "x"),
          "cannot create symbolic link none/l: the parent none does not exist (ENOENT, S1)")
        let unknown = try command(host, "symlink", "plain/l", #"E:\x"#)
        #expect(unknown.status == 64 && unknown.errors.hasSuffix("(EINVAL, S2)\n"), "\(unknown)")
      }
    }

    @Test("S2: drives come from the environment, a configuration file and --drive, the last counts")
    func drives() throws {
      let scratch = try Scratch(["c.yaml=drives: {\"D:\": sub, 'E:': /e}"])
      defer { scratch.remove() }
      func stored(_ arguments: String...) throws -> String {
        let outcome = try run(
          ["env", "BINDLINK_DRIVES=D:=/env;F:=/f", Situation.binary, "symlink", "l"] + arguments,
          in: scratch.path)
        #expect(outcome.status == 0, "\(outcome)")
        let target = scratch.host.readlink("l")
        scratch.host.unlink("l")
        return target
      }
      #expect(try stored(#"D:\x"#) == "/env/x")
      #expect(try stored(#"D:\x"#, "--config", "c.yaml") == "\(scratch.path)/sub/x")
      #expect(try stored(#"F:\x"#, "--config", "c.yaml") == "/f/x")
      #expect(try stored(#"D:\x"#, "--config", "c.yaml", "--drive", "d:=/option") == "/option/x")
      let bad = try run(
        ["env", "BINDLINK_DRIVES=nonsense", Situation.binary, "symlink", "l", "x"],
        in: scratch.path)
      #expect(bad.status == 64 && bad.errors.contains("'nonsense'"), "\(bad)")
      #expect(bad.errors.hasSuffix("(EINVAL, S2)\n"), "\(bad)")
    }

    @Test("H1, J2: hardlink names the new one first, ntfslink the existing one")
    func order() throws {
      try withView(items, "@/b") { view, host in
        expectSuccess(try command(host, "hardlink", "view/new", "view/f"))
        expectSuccess(try command(host, "ntfslink", "view/f", "view/newer"))
        #expect(host.status("b/f")?.nlink == 3)
        #expect(host.read("b/new") == "F" && host.read("b/newer") == "F")
        expectSuccess(try command(host, "junction", "view/j", "c"))
        expectSuccess(try command(host, "ntfslink", "c", "view/k"))
        #expect(view.list("j") == "z" && view.list("k") == "z")
        expectFailure(
          try command(host, "hardlink", "view/f", "view/g"),
          "cannot create hard link view/f: view/f exists already (EEXIST, H1)")
        expectFailure(
          try command(host, "ntfslink", "view/g", "view/f"),
          "cannot link view/f to view/g: view/f exists already (EEXIST, J1)")
        expectSuccess(
          try command(host, "hardlink", "view/j1", "view/g", "--json"),
          #"{"link": "view/j1", "existing": "view/g"}"# + "\n")
        expectFailure(
          try command(host, "hardlink", "view/x", "view/d"),
          "cannot create hard link view/x: view/d is a directory (EPERM, H1)")
        expectFailure(
          try command(host, "hardlink", "view/x", "view/none"),
          "cannot create hard link view/x: view/none does not exist (ENOENT, H1)")
      }
    }

    @Test("J1: junction and ntfslink say what they have made")
    func kinds() throws {
      try withView(items, "@/b") { view, host in
        expectSuccess(
          try command(host, "junction", "view/j", "c", "--json"),
          #"{"link": "view/j", "directory": "c", "kind": "bind link"}"# + "\n")
        #expect(host.kind("b/j") == "ENOENT")
        expectSuccess(
          try command(host, "junction", "plain/j", "c", "--json"),
          #"{"link": "plain/j", "directory": "c", "kind": "symbolic link"}"# + "\n")
        #expect(host.readlink("plain/j") == "\(host.string)/c")
        expectSuccess(
          try command(host, "ntfslink", "view/f", "view/g", "--overwrite", "--json"),
          #"{"link": "view/g", "source": "view/f", "kind": "hard link"}"# + "\n")
        #expect(view.read("g") == "F")
        expectSuccess(
          try command(host, "ntfslink", "view/f", "view/g", "--overwrite", "--json"),
          #"{"link": "view/g", "source": "view/f", "kind": null}"# + "\n")
        expectSuccess(try command(host, "ntfslink", "view/d", "view/j", "--overwrite"))
        #expect(view.list("j") == "x")
        expectFailure(
          try command(host, "ntfslink", "c", "view/full", "--overwrite"),
          "cannot link view/full to c: view/full is a directory with something in it "
            + "(ENOTEMPTY, J1)")
        expectFailure(
          try command(host, "junction", "view/full", "c"),
          "cannot create junction view/full: view/full exists already (EEXIST, J1)")
        expectFailure(
          try command(host, "junction", "view/h", "view/f"),
          "cannot create junction view/h: view/f is not a directory (ENOTDIR, J1)")
      }
    }

    @Test("J1, W1: through a read-only link nothing of the family can be made but a bind link")
    func readOnly() throws {
      try withView(items, "@/b", "--link", "/r=@/c,read-only") { view, host in
        for arguments in [
          ["symlink", "view/r/new", "x"], ["hardlink", "view/r/new", "view/r/z"],
          ["ntfslink", "view/r/z", "view/r/new"],
        ] {
          let outcome = try run([Situation.binary] + arguments, in: host.string)
          #expect(outcome.status == 1 && outcome.errors.contains("(EROFS, "), "\(outcome)")
        }
        expectSuccess(try command(host, "junction", "view/r/new", "plain"))
        #expect(view.list("r/new") == "h" && host.list("c") == "z")
      }
    }

    @Test("E5, E6: a hidden name cannot be made by any of the family, nor linked to")
    func hidden() throws {
      try withView(items + ["b/secret=S"], "@/b", "--except", "*.key", "--except", "/secret") {
        view, host in
        for arguments in [
          ["symlink", "view/a.key", "x"], ["hardlink", "view/a.key", "view/f"],
          ["ntfslink", "view/f", "view/a.key"],
        ] {
          let outcome = try run([Situation.binary] + arguments, in: host.string)
          #expect(outcome.status == 1 && outcome.errors.contains("(EPERM, "), "\(outcome)")
        }
        let outcome = try command(host, "hardlink", "view/new", "view/secret")
        #expect(outcome.errors.hasSuffix("does not exist (ENOENT, H1)\n"), "\(outcome)")
        #expect(host.kind("b/a.key") == "ENOENT" && view.kind("new") == "ENOENT")
      }
    }

    @Test("H1: links lists all names of a file inside the view, through two links")
    func names() throws {
      try withView(items, "@/b", "--link", "/l=@/c", "--link", "/m=@/c") { view, host in
        #expect(host.link("c/z", "c/z2") == "ok")
        expectSuccess(
          try command(host, "links", "view/l/z"),
          ["l/z", "l/z2", "m/z", "m/z2"].map { "\(view.string)/\($0)\n" }.joined())
        expectSuccess(
          try command(host, "links", "view/l/z", "--in", "view/m", "--json"),
          "{\"names\": [\"\(view.string)/m/z\", \"\(view.string)/m/z2\"], \"linkCount\": 2, "
            + "\"unread\": []}\n")
        expectSuccess(try command(host, "links", "view/f"), "\(view.string)/f\n")
        expectFailure(
          try command(host, "links", "view/d"),
          "cannot find the names of view/d: view/d is a directory (EPERM, H1)")
        expectFailure(
          try command(host, "links", "view/f", "--in", "plain"),
          "cannot find the names of view/f: plain is on another mount (EXDEV, H1)")
      }
    }

    @Test("H1: what a listing of names could not look into is said, with exit status 1")
    func unreadable() throws {
      let scratch = try Scratch(["b/f=F", "b/closed/"])
      defer { scratch.remove() }
      scratch.host.link("b/f", "b/closed/f")
      scratch.host.chmod("b/closed", 0)
      defer { scratch.host.chmod("b/closed", 0o755) }
      let outcome = try scratch.command(["links", "b/f", "--in", "b"])
      if Situation.isRoot {
        #expect(outcome.status == 0 && outcome.output.split(separator: "\n").count == 2)
      } else {
        #expect(outcome.output == "\(scratch.path)/b/f\n")
        #expect(outcome.status == 1)
        #expect(
          outcome.errors
            == "bindlink: cannot find every name of b/f: \(scratch.path)/b/closed may not be read "
            + "(EACCES, H1)\n")
      }
    }

    @Test(
      "C9: a junction is accepted from those who may change the view",
      .enabled(if: Situation.isRoot))
    func authority() throws {
      try withView(items, "@/b", "-o", "allow_other") { view, host in
        #expect(host.chmod("b", 0o777) == "ok")
        let outcome = try run(
          [
            "setpriv", "--reuid=65534", "--clear-groups", Situation.binary, "junction", "view/j",
            "c",
          ],
          in: host.string)
        #expect(outcome.status == 1 && outcome.errors.hasSuffix("(EPERM, C9)\n"), "\(outcome)")
        #expect(view.kind("j") == "ENOENT")
      }
    }
  }
}

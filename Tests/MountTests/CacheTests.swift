// R3: what the kernel keeps is kept true. What somebody else changes behind the view is seen soon, what
// is changed through the view at once; and `--cache never` asks each time.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct CacheTests {
    private static let kept = ["@/b", "--cache", "auto"]

    /// Looks until it is as it should be; how long that may take is a matter of the machine's load.
    private func expectSoon(
      _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool
    ) {
      for _ in 0..<Int(1000 * slowness) {
        if isSo() { return }
        usleep(2_000)
      }
      Issue.record("\(what) is not seen", sourceLocation: sourceLocation)
    }

    @Test("R3: names that come, go and move behind the view are seen")
    func names() throws {
      try withView(["b/f=1", "b/d/g=2"], Self.kept) { view, host in
        let backing = host["b"]
        for round in 0..<5 {
          #expect(view.kind("new") == "ENOENT" && view.kind("d/new") == "ENOENT")
          #expect(view.list() == "d f" && view.list("d") == "g")
          backing.write("new", "\(round)")
          backing.mkdir("d/new")
          expectSoon("a file") { view.read("new") == "\(round)" && view.list() == "d f new" }
          expectSoon("a directory") { view.kind("d/new") == "directory" }
          backing.rename("new", "d/moved")
          expectSoon("a move") { view.kind("new") == "ENOENT" && view.list("d") == "g moved new" }
          backing.rename("d", "e")
          expectSoon("a moved directory") {
            view.kind("d/g") == "ENOENT" && view.read("e/moved") == "\(round)"
          }
          backing.rename("e", "d")
          backing.unlink("d/moved")
          backing.rmdir("d/new")
          expectSoon("removal") { view.list("d") == "g" && view.kind("d/moved") == "ENOENT" }
        }
      }
    }

    @Test("R3: content and attributes that change behind the view are seen")
    func attributes() throws {
      try withView(["b/f=1", "b/d/g=2"], Self.kept) { view, host in
        let backing = host["b"]
        let open = view.descriptor("d/g")
        defer { close(open) }
        for round in 0..<5 {
          _ = view.tree
          backing.write("d/g", "content \(round)")
          expectSoon("content") { view.read("d/g") == "content \(round)" }
          expectSoon("content of an open file") { Place.read(open) == "content \(round)" }
          backing.chmod("f", 0o600 + UInt32(round))
          expectSoon("a mode") { view.status("f")!.mode & 0o777 == 0o600 + UInt32(round) }
          backing.chmod("d", 0o750 + UInt32(round))
          expectSoon("a directory's mode") {
            view.status("d")!.mode & 0o777 == 0o750 + UInt32(round)
          }
          #expect(backing.truncate("f", Int64(round)) == "ok")
          expectSoon("a size") { view.status("f")!.size == Int64(round) }
          backing.link("f", "d/second")
          expectSoon("a second name") { view.status("f")!.nlink == 2 }
          backing.unlink("d/second")
          expectSoon("its end") { view.status("f")!.nlink == 1 }
        }
      }
    }

    @Test("R3: who may not search a directory does not find what the kernel knows of it")
    func permissions() throws {
      try withView(["b/f=1", "b/d/g=2", "b/d/e/h=3"], Self.kept) { view, host in
        let names = ["d/g", "d/absent", "d/e/h"]
        func isAlike() -> Bool {
          names.allSatisfy { view.kind("\($0)") == host["b"].kind("\($0)") }
        }
        for _ in 0..<3 {
          #expect(isAlike())
          host["b"].chmod("d", 0)
          expectSoon("that it is closed", isAlike)
          #expect(view.chmod("d", 0o700) == "ok" && isAlike() && view.read("d/e/h") == "3")
          #expect(view.chmod("d", 0o600) == "ok" && isAlike())
          #expect(view.chmod("d", 0o755) == "ok" && isAlike())
        }
      }
    }

    @Test("R3: a replaced backing is seen, and one that comes back")
    func replacedBacking() throws {
      try withView(["b/f=1", "b/d/g=2", "other/f=3", "up/x=4"], Self.kept) { view, host in
        for _ in 0..<3 {
          #expect(view.read("f") == "1" && view.kind("new") == "ENOENT" && view.list() == "d f")
          host.rename("b", "away")
          host.rename("other", "b")
          expectSoon("the other one") { view.read("f") == "3" && view.list() == "f" }
          #expect(view.kind("d/g") == "ENOENT")
          host.rename("b", "other")
          expectSoon("nothing") { view.kind("f") == "ENOENT" }
          host.rename("away", "b")
          expectSoon("the first one") { view.read("f") == "1" && view.read("d/g") == "2" }
        }
      }
    }

    @Test(
      "R3: what is mounted in a backing is seen, and that it goes",
      .enabled(if: Situation.canMount, "may not mount"))
    func mountInBacking() throws {
      try withView(["b/f=1", "b/d/g=2"], Self.kept) { view, host in
        for _ in 0..<3 {
          #expect(view.read("d/g") == "2" && view.list("d") == "g" && view.kind("d/h") == "ENOENT")
          #expect(Place.outcome(unsafe px_mount_tmpfs("\(host.string)/b/d")) == "ok")
          expectSoon("an empty file system") {
            view.list("d") == "" && view.kind("d/g") == "ENOENT"
          }
          host.write("b/d/h", "3")
          expectSoon("what is made in it") { view.read("d/h") == "3" && view.list("d") == "h" }
          #expect(Place.outcome(unsafe px_unmount("\(host.string)/b/d")) == "ok")
          expectSoon("what it covered") { view.read("d/g") == "2" && view.list("d") == "g" }
          #expect(view.kind("d/h") == "ENOENT")
        }
      }
    }

    @Test("R3: what one virtual path changes is seen at another of the same backing")
    func aliases() throws {
      try withView(
        ["b/f=1", "b/d/g=2"],
        ["--empty", "--link", "/v=@/b", "--link", "/w=@/b,read-only", "--cache", "auto"]
      ) { view, _ in
        for round in 0..<5 {
          #expect(view.read("w/d/g") != "ENOENT" && view.kind("w/d/new") == "ENOENT")
          #expect(view.list("w/d") == "g")
          #expect(view.write("v/d/g", "by v \(round)") == "ok")
          expectSoon("content") { view.read("w/d/g") == "by v \(round)" }
          #expect(view.write("v/d/new", "x") == "ok")
          expectSoon("a name") { view.read("w/d/new") == "x" && view.list("w/d") == "g new" }
          #expect(view.unlink("v/d/new") == "ok")
          expectSoon("its end") { view.kind("w/d/new") == "ENOENT" }
        }
      }
    }

    @Test(
      "R3: who gets a lock sees what was written under it before, on the host or at another place",
      arguments: ["record lock", "flock"],
      ["host/b/f", "host/b/f seen at both", "host/b/second", "view/w/f"])
    func lockedData(_ lock: String, _ other: String) throws {
      try withView(
        ["b/f=\0\0\0\0", "b/d/"],
        ["--empty", "--link", "/v=@/b", "--link", "/w=@/b", "--open", "--cache", "auto"]
      ) { view, host in
        // Of a file with a second name some is believed that is not watched.
        if other.hasSuffix("second") { host["b"].link("f", "second") }
        if other.hasSuffix("both") { _ = (view.status("v/f"), view.status("w/f")) }
        let place = other.hasPrefix("view") ? view : host
        let paths = [
          "\(view.string)/v/f",
          "\(place.string)/\(other.prefix { $0 != " " }.drop { $0 != "/" }.dropFirst())",
        ]
        let children = paths.map {
          unsafe px_child_start_counting($0, 60, lock == "flock" ? 1 : 0)
        }
        for child in children { #expect(child > 0 && px_child_wait(child) == 0) }
        #expect(host["b"].read("f") == "\u{78}\0\0\0", "120, the least byte first")
      }
    }

    @Test("any request of control waits until the kernel knows")
    func barrier() throws {
      try withView(["b/f=1", "b/d/g=2"], Self.kept) { view, host in
        for round in 0..<20 {
          #expect(view.kind("d/n\(round)") == "ENOENT")
          let mode = view.status("d/g")!.mode
          host["b"].write("d/n\(round)", "x")
          host["b"].chmod("d/g", mode ^ 0o7)
          _ = try run([Situation.binary, "explain", view.string + "/f"])
          #expect(view.read("d/n\(round)") == "x")
          #expect(view.status("d/g")!.mode == mode ^ 0o7)
        }
      }
    }

    @Test("--cache never sees at once what changes behind the view")
    func never() throws {
      try withView(["b/f=1", "b/d/g=2"], ["@/b", "--cache", "never"]) { view, host in
        for round in 0..<50 {
          #expect(view.kind("d/n\(round)") == "ENOENT")
          host["b"].write("d/n\(round)", "x")
          #expect(view.read("d/n\(round)") == "x")
          host["b"].chmod("d/g", round % 2 == 0 ? 0o600 : 0o644)
          #expect(view.status("d/g")!.mode & 0o777 == (round % 2 == 0 ? 0o600 : 0o644))
        }
      }
    }

    @Test(
      "list says what is kept",
      arguments: [("auto", "watched"), ("never", "never"), ("always", "always")])
    func regime(_ policy: String, _ regime: String) throws {
      try withView(["b/f=1"], ["@/b", "--cache", policy]) { view, _ in
        let outcome = try run([Situation.binary, "list", view.string, "--json"])
        #expect(outcome.output.contains("\"cache\": \"\(regime)\""), "\(outcome)")
      }
    }
  }
}

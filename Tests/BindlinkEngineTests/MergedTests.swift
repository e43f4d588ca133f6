// Merged links (M1 to M7): BEHAVIOURS 51 to 70, by number. U is `anchor/v`, B is `backing`, V is `/v`.
// Long because: each of the behaviours is a test here.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct MergedTests {
  /// Directories end with "/"; a file's content is its path.
  static func tree(_ items: String...) throws -> ScratchTree {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/v")
    try tree.makeDirectory("backing")
    for item in items {
      if item.hasSuffix("/") {
        try tree.makeDirectory(String(item.dropLast()))
      } else {
        try tree.makeFile(item, item)
      }
    }
    return tree
  }

  static func view(_ tree: ScratchTree, _ exceptions: String...) throws -> ScratchView {
    try ScratchView(tree, links: [("/v", "backing")], merged: ["/v"], exceptions: exceptions)
  }

  private func content(_ view: ScratchView, _ path: String) throws -> String {
    try view.content(of: view.walk(path).node)
  }

  private func append(_ view: ScratchView, _ path: String) throws {
    let handle = try view.open(view.walk(path).node, O_WRONLY)
    try view.write(handle, "+", flags: O_WRONLY | O_APPEND)
    view.engine.release(handle, lockOwner: 0)
  }

  @Test func bothSidesAreListed() throws {  // 51
    let tree = try Self.tree("anchor/v/Cat", "anchor/v/Dog", "backing/Cow", "backing/Mouse")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    #expect(try view.names(v) == ["Cat", "Cow", "Dog", "Mouse"])
    for name in try view.names(v) {
      #expect(try content(view, "v/\(name)").hasSuffix("/\(name)"))
    }
    #expect(view.absence("v/Hen") == .noEntry)
  }

  @Test func subdirectoriesMerge() throws {  // 52
    let tree = try Self.tree("anchor/v/Sub/", "anchor/v/Sub/a", "backing/Sub/", "backing/Sub/b")
    let merged = try Self.view(tree)
    #expect(try merged.names(merged.walk("v/Sub").node) == ["a", "b"])
    let other = try ScratchView(tree, links: [("/v", "backing")])
    #expect(try other.names(other.walk("v/Sub").node) == ["b"])
  }

  @Test func aCollisionIsTheBackings() throws {  // 53, 54, 55
    let tree = try Self.tree("anchor/v/x", "backing/x")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    #expect(try view.names(v) == ["x"])
    #expect(try content(view, "v/x") == "backing/x")
    try view.unlink("x", in: v)
    #expect(!tree.exists("backing/x"))
    #expect(try view.names(v) == ["x"])
    #expect(try content(view, "v/x") == "anchor/v/x")
    try view.unlink("x", in: v)
    #expect(try view.names(v) == [])
    #expect(!tree.exists("anchor/v/x") && !tree.exists("backing/x"))
  }

  @Test func aNewNameIsTheBackings() throws {  // 56
    let tree = try Self.tree("anchor/v/x")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    _ = try view.create("new", in: v)
    try view.makeDirectory("dir", in: v)
    _ = try view.makeHardLink(view.walk("v/new").node, "hard", in: v)
    #expect(tree.exists("backing/new") && tree.exists("backing/dir") && tree.exists("backing/hard"))
    #expect(!tree.exists("anchor/v/new") && !tree.exists("anchor/v/dir"))
  }

  @Test func modificationIsInPlace() throws {  // 57, 58, 59
    let tree = try Self.tree("anchor/v/u", "anchor/v/x", "backing/b", "backing/x")
    let view = try Self.view(tree)
    for name in ["u", "b", "x"] { try append(view, "v/\(name)") }
    #expect(try tree.content("anchor/v/u") == "anchor/v/u+" && !tree.exists("backing/u"))
    #expect(try tree.content("backing/b") == "backing/b+" && !tree.exists("anchor/v/b"))
    #expect(try tree.content("backing/x") == "backing/x+")
    #expect(try tree.content("anchor/v/x") == "anchor/v/x")
  }

  @Test func anOuterFileIsRemovedThere() throws {  // 60
    let tree = try Self.tree("anchor/v/u", "backing/b")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    try view.unlink("u", in: v)
    #expect(!tree.exists("anchor/v/u"))
    #expect(try view.names(v) == ["b"])
    #expect(try tree.names("backing") == ["b"] && tree.names("anchor/v") == [])
  }

  @Test func anOuterFileMovesToTheBacking() throws {  // 61
    let tree = try Self.tree("anchor/v/u", "anchor/v/d/", "anchor/v/d/in")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    let open = try view.open(view.walk("v/u").node, O_RDWR)
    try view.rename("u", in: v, to: "n", under: v)
    #expect(try tree.content("backing/n") == "anchor/v/u" && !tree.exists("anchor/v/u"))
    try view.write(open, "through")
    #expect(try content(view, "v/n").hasPrefix("through"))
    let inside = try view.walk("v/d/in").node
    try view.rename("d", in: v, to: "e", under: v)
    #expect(tree.exists("backing/e/in") && !tree.exists("anchor/v/d"))
    #expect(try view.content(of: inside) == "anchor/v/d/in")
    #expect(try view.names(v) == ["e", "n"])
  }

  @Test func aCollisionThatMovesUncovers() throws {  // 63
    let tree = try Self.tree("anchor/v/x", "backing/x")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    try view.rename("x", in: v, to: "n", under: v)
    #expect(try content(view, "v/n") == "backing/x")
    #expect(try content(view, "v/x") == "anchor/v/x")
    #expect(try view.names(v) == ["n", "x"])
  }

  @Test func renameOntoAnOuterNameMasksIt() throws {  // 64
    let tree = try Self.tree("anchor/v/u", "anchor/v/w", "backing/b")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    let masked = try view.open(view.walk("v/u").node)
    try view.rename("b", in: v, to: "u", under: v)
    #expect(try content(view, "v/u") == "backing/b")
    #expect(try tree.content("backing/u") == "backing/b")
    #expect(try tree.content("anchor/v/u") == "anchor/v/u")
    // R4.
    #expect(try view.read(masked) == "anchor/v/u")
    // From the outer view onto itself: the same.
    try view.rename("w", in: v, to: "u", under: v)
    #expect(try tree.content("backing/u") == "anchor/v/w" && !tree.exists("anchor/v/w"))
    try view.unlink("u", in: v)
    #expect(try content(view, "v/u") == "anchor/v/u")
  }

  @Test func noReplaceCountsBothSides() throws {  // M5
    let tree = try Self.tree("anchor/v/u", "backing/b", "backing/c")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    for (name, newName) in [("b", "u"), ("u", "b"), ("b", "c")] {
      #expect(
        failure { () throws(Errno) in
          try view.rename(name, in: v, to: newName, under: v, flags: 1)
        } == .exists, "\(name) \(newName)")
    }
    try view.rename("u", in: v, to: "n", under: v, flags: 1)
    #expect(tree.exists("backing/n"))
  }

  @Test func exchangeStaysOnOneSide() throws {  // M5
    let tree = try Self.tree(
      "anchor/v/u", "anchor/v/w", "backing/b", "backing/c", "anchor/v/s/", "backing/s/",
      "anchor/outside")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    func exchange(_ a: String, _ b: String) -> Errno? {
      failure { () throws(Errno) in try view.rename(a, in: v, to: b, under: v, flags: 2) }
    }
    #expect(exchange("u", "b") == .crossDevice)
    #expect(exchange("b", "u") == .crossDevice)
    #expect(exchange("b", "s") == .crossDevice)
    #expect(exchange("s", "b") == .crossDevice)
    #expect(exchange("b", "none") == .noEntry)
    #expect(exchange("b", "c") == nil)
    #expect(try content(view, "v/b") == "backing/c")
    #expect(exchange("u", "w") == nil)
    #expect(try tree.content("anchor/v/u") == "anchor/v/w")
    // O4: with a place that is not in the merged directory.
    try view.rename("b", in: v, to: "outside", flags: 2)
    #expect(try tree.content("anchor/outside") == "backing/c")
    #expect(try content(view, "v/b") == "anchor/outside")
  }

  @Test func exclusiveCreationSeesBothSides() throws {  // 65
    let tree = try Self.tree("anchor/v/u", "anchor/v/d/", "backing/b")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    for name in ["u", "b", "d"] {
      #expect(
        failure { () throws(Errno) in
          try view.create(name, in: v, flags: O_RDWR | O_EXCL)
        } == .exists, "\(name)")
      #expect(
        failure { () throws(Errno) in try view.makeDirectory(name, in: v) } == .exists)
    }
    let file = try view.walk("v/b").node
    #expect(failure { () throws(Errno) in try view.makeHardLink(file, "u", in: v) } == .exists)
    // Without O_EXCL what is there is opened, where it is (M3).
    let (_, handle) = try view.create("u", in: v)
    try view.write(handle, "X")
    #expect(try tree.content("anchor/v/u") == "Xnchor/v/u" && !tree.exists("backing/u"))
  }

  @Test func aMergedDirectoryGoesWithBothSides() throws {  // 66, M6
    let tree = try Self.tree(
      "anchor/v/s/", "anchor/v/s/a", "backing/s/", "anchor/v/o/", "backing/i/")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    #expect(failure { () throws(Errno) in try view.removeDirectory("s", in: v) } == .notEmpty)
    try tree.move("anchor/v/s/a", "backing/s/a")
    #expect(failure { () throws(Errno) in try view.removeDirectory("s", in: v) } == .notEmpty)
    #expect(tree.exists("anchor/v/s"))
    try tree.remove("backing/s/a")
    for name in ["s", "o", "i"] { try view.removeDirectory(name, in: v) }
    #expect(try view.names(v) == [])
    #expect(try tree.names("anchor/v") == [] && tree.names("backing") == [])
    // The link's root itself (O2): the link stays.
    try view.removeDirectory("v")
    #expect(!tree.exists("backing") && !tree.exists("anchor/v"))
    try view.makeDirectory("v")
    #expect(tree.exists("backing") && !tree.exists("anchor/v"))
  }

  /// Also M6: only hidden things are left in one of the sides.
  @Test func whatIsHiddenKeepsAMergedDirectory() throws {
    let tree = try Self.tree(
      "anchor/v/s/", "anchor/v/s/x.o", "backing/s/", "anchor/v/t/", "backing/t/", "backing/t/x.o")
    let view = try Self.view(tree, "*.o")
    let v = try view.walk("v").node
    for name in ["s", "t"] {
      #expect(try view.names(view.walk("v/\(name)").node) == [])
      #expect(failure { () throws(Errno) in try view.removeDirectory(name, in: v) } == .notEmpty)
      #expect(tree.exists("anchor/v/\(name)") && tree.exists("backing/\(name)"))
    }
  }

  /// M6: the second removal fails, so the first is undone.
  @Test(.enabled(if: getuid() == 0, "another user's rights"))
  func aRemovalThatFailsLeavesBothSides() throws {
    let tree = try Self.tree("anchor/v/s/", "backing/s/")
    let view = try ScratchView(
      tree, links: [("/v", "backing")], merged: ["/v"], allowsOther: true)
    let outer = tree.path + "/anchor/v/s"
    try #require(unsafe chmod(tree.path, 0o755) == 0)
    try #require(unsafe chmod(tree.path + "/anchor/v", 0o777) == 0)
    try #require(unsafe chown(outer, 1234, 4321) == 0)
    try #require(unsafe chmod(outer, 0o2715) == 0)
    let plain = try ScratchView(tree)
    let kept = try plain.walk("v/s").node
    var value = Array("yes".utf8)
    try unsafe value.withUnsafeBytes { bytes in
      try unsafe plain.engine.setExtendedAttribute(
        kept, "user.kept", bytes, flags: 0, caller: ScratchView.caller)
    }
    var times = [timespec(tv_sec: 1, tv_nsec: 2), timespec(tv_sec: 3, tv_nsec: 4)]
    try #require(unsafe utimensat(AT_FDCWD, outer, &times, 0) == 0)
    let v = try view.walk("v").node
    let stranger = Caller(uid: 65534, gid: 65534, pid: getpid(), umask: 0)
    #expect(
      failure { () throws(Errno) in
        unsafe try view.engine.removeDirectory(v, "s", caller: stranger)
      } == .accessDenied)
    #expect(tree.exists("backing/s"))
    let status = try tree.status("anchor/v/s")
    #expect(status.st_uid == 1234 && status.st_gid == 4321)
    #expect(status.st_mode == S_IFDIR | 0o2715)
    #expect(status.st_mtim.tv_sec == 3 && status.st_mtim.tv_nsec == 4)
    #expect(status.st_atim.tv_sec == 1)
    let again = try plain.walk("v/s").node
    let count = try unsafe value.withUnsafeMutableBytes { bytes in
      try unsafe plain.engine.getExtendedAttribute(again, "user.kept", into: bytes)
    }
    #expect(count == 3)
  }

  @Test func everyLevelMerges() throws {  // 67
    let tree = try Self.tree(
      "anchor/v/1/", "anchor/v/1/2/", "anchor/v/1/2/3/", "backing/1/", "backing/1/2/",
      "backing/1/2/3/", "anchor/v/1/u", "anchor/v/1/x", "anchor/v/1/2/u", "anchor/v/1/2/x",
      "anchor/v/1/2/3/u", "anchor/v/1/2/3/x", "backing/1/b", "backing/1/x", "backing/1/2/b",
      "backing/1/2/x", "backing/1/2/3/b", "backing/1/2/3/x", "anchor/v/1/o/", "anchor/v/1/o/f")
    let view = try Self.view(tree)
    for path in ["1", "1/2", "1/2/3"] {
      let node = try view.walk("v/\(path)").node
      #expect(
        try view.names(node).filter { $0.count == 1 && $0 > "a" && $0 != "o" } == ["b", "u", "x"])
      #expect(try content(view, "v/\(path)/x") == "backing/\(path)/x")
      #expect(try content(view, "v/\(path)/u") == "anchor/v/\(path)/u")
      #expect(try view.walk("v/\(path)").attributes.status.st_nlink == 1, "R7")
      _ = try view.create("new", in: node)
      #expect(tree.exists("backing/\(path)/new"))
    }
    #expect(try content(view, "v/1/o/f") == "anchor/v/1/o/f")
  }

  @Test func aFileHidesADirectoryAndTheReverse() throws {  // 68
    let tree = try Self.tree(
      "backing/f", "anchor/v/f/", "anchor/v/f/in", "backing/d/", "backing/d/b", "anchor/v/d")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    #expect(try content(view, "v/f") == "backing/f")
    #expect(view.absence("v/f/in") == .notDirectory)
    #expect(try view.names(view.walk("v/d").node) == ["b"])
    #expect(try view.names(v) == ["d", "f"])
    // M4: what was hidden shows.
    try view.unlink("f", in: v)
    #expect(try view.names(view.walk("v/f").node) == ["in"])
    try tree.remove("backing/d/b")
    try view.removeDirectory("d", in: v)
    #expect(try content(view, "v/d") == "anchor/v/d")
  }

  @Test func whatIsMadeInAnOuterDirectoryStaysThere() throws {  // 69, M2
    let tree = try Self.tree("anchor/v/o/", "anchor/v/o/f", "backing/b")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    let o = try view.walk("v/o").node
    let (_, handle) = try view.create("new", in: o)
    try view.write(handle, "new")
    try view.makeDirectory("dir", in: o)
    try view.rename("b", in: v, to: "moved", under: o)
    #expect(try tree.names("anchor/v/o") == ["dir", "f", "moved", "new"])
    #expect(try tree.names("backing") == [])
    // Made by somebody else (R3): from then on new names are the backing's.
    try tree.makeDirectory("backing/o")
    _ = try view.create("later", in: o)
    #expect(try tree.names("backing/o") == ["later"])
    #expect(try view.names(o) == ["dir", "f", "later", "moved", "new"])
    let (_, nameless) = try view.engine.makeTemporaryFile(
      view.walk("v/o").node, mode: 0o100600, flags: O_RDWR, caller: ScratchView.caller)
    view.engine.release(nameless, lockOwner: 0)
    view.forgetAll()
  }

  @Test func directoriesOfBothSidesDoNotMove() throws {  // M5, P5
    let tree = try Self.tree(
      "anchor/v/s/", "backing/s/", "backing/d/", "backing/d/in", "anchor/v/full/",
      "anchor/v/full/x", "anchor/v/empty/", "anchor/v/t/", "backing/t/", "anchor/v/t/x",
      "backing/file", "anchor/v/ufile")
    let view = try Self.view(tree)
    let v = try view.walk("v").node
    func rename(_ name: String, _ newName: String) -> Errno? {
      failure { () throws(Errno) in try view.rename(name, in: v, to: newName, under: v) }
    }
    #expect(rename("s", "n") == .crossDevice)
    #expect(rename("d", "s") == .crossDevice)
    #expect(rename("d", "t") == .notEmpty)
    #expect(rename("d", "full") == .notEmpty)
    #expect(rename("file", "full") == .isDirectory)
    #expect(rename("d", "ufile") == .notDirectory)
    #expect(rename("v", "n") == .noEntry)
    #expect(
      failure { () throws(Errno) in try view.rename("v", to: "n") } == .busy, "P4")
    #expect(tree.exists("backing/d/in"))
    // Of the outer view alone and empty: masked.
    #expect(rename("d", "empty") == nil)
    #expect(try view.names(view.walk("v/empty").node) == ["in"])
    #expect(rename("full", "full2") == nil)
    #expect(tree.exists("backing/full2/x") && !tree.exists("anchor/v/full"))
  }

  /// 91, E7.
  @Test func anExceptionShowsTheOuterViewOnly() throws {
    let tree = try Self.tree(
      "backing/e/", "backing/e/b", "anchor/v/e/", "anchor/v/e/u", "backing/h", "anchor/v/deep/",
      "anchor/v/deep/e2", "backing/x.o", "anchor/v/x.o", "backing/only.o")
    let view = try Self.view(tree, "/v/e", "/v/h", "/v/*.o")
    let v = try view.walk("v").node
    #expect(try view.names(v) == ["deep", "e", "x.o"])
    #expect(try view.names(view.walk("v/e").node) == ["u"])
    #expect(view.absence("v/e/b") == .noEntry && view.absence("v/h") == .noEntry)
    #expect(try content(view, "v/x.o") == "anchor/v/x.o")
    _ = try view.create("new", in: view.walk("v/e").node)
    #expect(tree.exists("anchor/v/e/new") && !tree.exists("backing/e/new"))
    // E5: the outer view has the parent.
    _ = try view.create("h", in: v)
    #expect(try tree.content("backing/h") == "backing/h" && tree.exists("anchor/v/h"))
  }

  /// R8: the way to an exception of which the backing has a file shows nothing else of the outer view.
  @Test func aWayWinsOverTheBackingsFile() throws {
    let tree = try Self.tree(
      "backing/p", "anchor/v/p/", "anchor/v/p/e", "anchor/v/p/other")
    let view = try Self.view(tree, "/v/p/e")
    let p = try view.walk("v/p")
    #expect(try view.names(p.node) == ["e"])
    #expect(view.absence("v/p/other") == .noEntry)
    #expect(p.attributes.status.st_nlink == 1)
    #expect(
      failure { () throws(Errno) in try view.create("new", in: p.node) } == .readOnlyFileSystem)
    try tree.remove("anchor/v/p/e")
    #expect(try content(view, "v/p") == "backing/p")
  }

  @Test func mergedNeedsDirectories() throws {  // C1, P6
    let tree = try Self.tree("file", "anchor/f")
    func refusal(_ virtual: String, _ backing: String) -> LinkError? {
      do {
        _ = try ScratchView(tree, links: [(virtual, backing)], merged: [virtual])
        return nil
      } catch {
        return error as? LinkError
      }
    }
    #expect(refusal("/v", "file")?.errno == .notDirectory)
    #expect(refusal("/none", "file")?.errno == .notDirectory)
    #expect(refusal("/f", "backing")?.errno == .notDirectory)
    #expect(refusal("/none", "backing") == nil)
    // C3: a merged directory is nobody's backing; a file in it is.
    try tree.makeFile("anchor/v/x")
    func chain(_ path: String) -> Errno? {
      do {
        _ = try ScratchView(
          tree, links: [("/v", "backing"), ("/c", "../../nonexistent/mountpoint\(path)")],
          merged: ["/v"])
        return nil
      } catch {
        return (error as? LinkError)?.errno
      }
    }
    #expect(chain("/v") == .notSupported)
    #expect(chain("/v/x") == nil)
  }
}

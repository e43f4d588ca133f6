// Merged links with rights, with exceptions and inside of each other (W3, R1, R8); and their listings
// (M7).
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct MergedLayersTests {
  private func content(_ view: ScratchView, _ path: String) throws -> String {
    try view.content(of: view.walk(path).node)
  }

  // MARK: Read-only (W3): BEHAVIOURS 74 to 77

  private func readOnly(_ items: String...) throws -> (tree: ScratchTree, view: ScratchView) {
    let tree = try MergedTests.tree()
    for item in items {
      if item.hasSuffix("/") {
        try tree.makeDirectory(String(item.dropLast()))
      } else {
        try tree.makeFile(item, item)
      }
    }
    return (
      tree,
      try ScratchView(tree, links: [("/v", "backing")], readOnly: ["/v"], merged: ["/v"])
    )
  }

  @Test func theOuterViewStaysWritable() throws {  // 74, 76
    let (tree, view) = try readOnly("anchor/v/u", "anchor/v/w", "anchor/v/d/", "backing/b")
    let v = try view.walk("v").node
    let handle = try view.open(view.walk("v/u").node, O_RDWR)
    try view.write(handle, "X")
    #expect(try tree.content("anchor/v/u").hasPrefix("X"))
    _ = try view.create("new", in: v)
    try view.makeDirectory("dir", in: v)
    try view.rename("w", in: v, to: "moved", under: v)
    try view.unlink("u", in: v)
    try view.removeDirectory("d", in: v)
    let (_, nameless) = try view.engine.makeTemporaryFile(
      v, mode: 0o100600, flags: O_RDWR, caller: ScratchView.caller)
    view.engine.release(nameless, lockOwner: 0)
    #expect(try tree.names("anchor/v") == ["dir", "moved", "new"])
    #expect(try tree.names("backing") == ["b"])
  }

  @Test func whatTheBackingHasCannotBeChanged() throws {  // 75, 77
    let (tree, view) = try readOnly(
      "anchor/v/x", "anchor/v/u", "backing/x", "backing/b", "backing/o/", "backing/s/",
      "anchor/v/s/")
    let v = try view.walk("v").node
    let refused: [(String, Errno?)] = [
      ("open b", failure { () throws(Errno) in try view.open(view.walk("v/b").node, O_WRONLY) }),
      ("open x", failure { () throws(Errno) in try view.open(view.walk("v/x").node, O_RDWR) }),
      ("create x", failure { () throws(Errno) in try view.create("x", in: v) }),
      ("unlink x", failure { () throws(Errno) in try view.unlink("x", in: v) }),
      ("unlink b", failure { () throws(Errno) in try view.unlink("b", in: v) }),
      ("rename", failure { () throws(Errno) in try view.rename("b", in: v, to: "n", under: v) }),
      ("onto b", failure { () throws(Errno) in try view.rename("u", in: v, to: "b", under: v) }),
      ("onto x", failure { () throws(Errno) in try view.rename("u", in: v, to: "x", under: v) }),
      ("rmdir o", failure { () throws(Errno) in try view.removeDirectory("o", in: v) }),
      ("rmdir s", failure { () throws(Errno) in try view.removeDirectory("s", in: v) }),
      // The outer view lacks the parent.
      ("in o", failure { () throws(Errno) in try view.create("n", in: view.walk("v/o").node) }),
    ]
    for (operation, error) in refused { #expect(error == .readOnlyFileSystem, "\(operation)") }
    #expect(try tree.names("anchor/v") == ["s", "u", "x"])
    #expect(try tree.names("backing") == ["b", "o", "s", "x"])
    #expect(try tree.content("anchor/v/x") == "anchor/v/x")
    _ = try view.create("n", in: view.walk("v/s").node)
    #expect(try tree.names("anchor/v/s") == ["n"])
  }

  // MARK: Links in links

  /// Three layers: /v merged with /, and /v/in merged with /v.
  private func nested(_ merged: Set<String>, _ exceptions: String...) throws -> ScratchView {
    let tree = try MergedTests.tree()
    for name in ["backing/in", "anchor/v/in", "third"] { try tree.makeDirectory(name) }
    for (place, names) in [("third", "a"), ("backing/in", "ab"), ("anchor/v/in", "abc")] {
      for name in names { try tree.makeFile("\(place)/\(name)", place) }
      try tree.makeDirectory("\(place)/d")
      try tree.makeFile("\(place)/d/\(names.last!)", place)
    }
    return try ScratchView(
      tree, links: [("/v", "backing"), ("/v/in", "third")], merged: merged, exceptions: exceptions)
  }

  @Test func layersMergeAsFarAsTheyAreMerged() throws {
    let three = try nested(["/v", "/v/in"])
    #expect(try three.names(three.walk("v/in").node) == ["a", "b", "c", "d"])
    #expect(try three.names(three.walk("v/in/d").node) == ["a", "b", "c"])
    #expect(try content(three, "v/in/a") == "third")
    #expect(try content(three, "v/in/b") == "backing/in")
    #expect(try content(three, "v/in/d/c") == "anchor/v/in")
    let inner = try nested(["/v/in"])
    #expect(try inner.names(inner.walk("v/in").node) == ["a", "b", "d"])
    #expect(try inner.names(inner.walk("v/in/d").node) == ["a", "b"])
    let outer = try nested(["/v"])
    #expect(try outer.names(outer.walk("v/in").node) == ["a", "d"])
  }

  /// The outer view of an exception is merged as well.
  @Test func anExceptionShowsWhatIsMergedOutside() throws {
    let view = try nested(["/v"], "/v/in/d")
    #expect(try view.names(view.walk("v/in").node) == ["a", "d"])
    #expect(try view.names(view.walk("v/in/d").node) == ["b", "c"])
    _ = try view.create("new", in: view.walk("v/in/d").node)
    #expect(view.tree.exists("backing/in/d/new"))
    let patterns = try nested(["/v", "/v/in"], "/v/in/[ab]")
    #expect(try patterns.names(patterns.walk("v/in").node) == ["a", "b", "c", "d"])
    #expect(try content(patterns, "v/in/a") == "backing/in")
  }

  @Test func aFileInTheMiddleHidesWhatIsOutside() throws {
    let view = try nested(["/v", "/v/in"])
    let tree = view.tree
    try tree.remove("backing/in/d/b")
    try tree.remove("backing/in/d")
    #expect(try view.names(view.walk("v/in/d").node) == ["a", "c"])
    try tree.makeFile("backing/in/d")
    #expect(try view.names(view.walk("v/in/d").node) == ["a"])
    #expect(view.absence("v/in/d/c") == .noEntry)
    // The directory of the innermost alone: it moves, and goes, by itself.
    let within = try view.walk("v/in").node
    try view.rename("d", in: within, to: "e", under: within)
    #expect(try content(view, "v/in/d") == "content")
    #expect(tree.exists("third/e/a"))
    try view.unlink("d", in: within)
    #expect(try view.names(view.walk("v/in/d").node) == ["c"])
  }

  /// M6 with three sides.
  @Test func allSidesGo() throws {
    let view = try nested(["/v", "/v/in"])
    let within = try view.walk("v/in").node
    #expect(failure { () throws(Errno) in try view.removeDirectory("d", in: within) } == .notEmpty)
    let d = try view.walk("v/in/d").node
    for name in ["a", "b", "c"] { try view.unlink(name, in: d) }
    try view.removeDirectory("d", in: within)
    for place in ["third", "backing/in", "anchor/v/in"] {
      #expect(!view.tree.exists("\(place)/d"))
    }
    #expect(view.absence("v/in/d") == .noEntry)
  }

  /// C10: a dangling link does not show the outer view.
  @Test func aDanglingMergedLinkIsAbsent() throws {
    let tree = try MergedTests.tree("anchor/v/u")
    let view = try MergedTests.view(tree)
    try tree.remove("backing")
    #expect(view.absence("v") == .noEntry)
    #expect(try view.names() == [])
    try tree.makeFile("backing", "file")
    #expect(try content(view, "v") == "file")
    try tree.remove("backing")
    try tree.makeDirectory("backing")
    #expect(try view.names(view.walk("v").node) == ["u"])
  }

  @Test func theRootOfTheViewMerges() throws {
    let tree = try MergedTests.tree("backing/b", "anchor/u", "backing/v/", "backing/v/in")
    let view = try ScratchView(tree, links: [("/", "backing")], merged: ["/"])
    #expect(try view.names() == ["b", "u", "v"])
    #expect(try view.names(view.walk("v").node) == ["in"])
    _ = try view.create("new")
    #expect(tree.exists("backing/new"))
    try view.rename("u", to: "moved")
    #expect(tree.exists("backing/moved"))
    try view.unlink("moved")
    #expect(try view.names() == ["b", "new", "v"])
    #expect(try view.engine.attributes(of: .root, handle: nil).status.st_nlink == 1)
  }

  /// R7: 1 where several sides have the directory; else the count of what is visible.
  @Test func linkCountsOfMergedDirectories() throws {
    let tree = try MergedTests.tree(
      "backing/s/", "anchor/v/s/", "backing/b/", "backing/b/in/", "backing/b/hidden/",
      "anchor/v/u/", "anchor/v/u/in/", "anchor/v/u/hidden/")
    // btrfs and the like count no subdirectories.
    let counts = try tree.status("backing/b").st_nlink == 4
    func count(_ view: ScratchView, _ path: String) throws -> UInt64 {
      try UInt64(view.walk(path).attributes.status.st_nlink)
    }
    let view = try MergedTests.view(tree)
    #expect(try count(view, "v") == 1 && count(view, "v/s") == 1)
    #expect(try count(view, "v/b") == (counts ? 4 : 1) && count(view, "v/u") == (counts ? 4 : 1))
    let hiding = try MergedTests.view(tree, "hidden")
    #expect(try count(hiding, "v/s") == 1)
    #expect(
      try count(hiding, "v/b") == (counts ? 3 : 1) && count(hiding, "v/u") == (counts ? 3 : 1))
    try tree.makeDirectory("anchor/v/b")
    #expect(try count(view, "v/b") == 1)
  }

  // MARK: Listings

  @Test(arguments: [1, 2, 3, .max]) func piecesOfAMergedListingAreTheWhole(_ pieces: Int) throws {
    let tree = try MergedTests.tree()
    for number in 0..<40 {
      try tree.makeFile("anchor/v/a\(number)")
      try tree.makeFile("backing/a\(number + 20)")
      try tree.makeDirectory("backing/d\(number)")
    }
    try tree.makeDirectory("anchor/v/d0")
    let view = try MergedTests.view(tree)
    let v = try view.walk("v").node
    let expected = [".", ".."] + (0..<60).map { "a\($0)" } + (0..<40).map { "d\($0)" }
    for withEntries in [false, true] {
      let listed = try view.entries(v, pieces: pieces, withEntries: withEntries)
      #expect(listed.map(\.name).sorted() == expected.sorted())
      // R7: d_ino is st_ino.
      for entry in listed.dropFirst(2) {
        let status = try view.lookup(entry.name, in: v).attributes.status
        #expect(entry.inode == UInt64(status.st_ino) && entry.type == status.st_mode & 0o170000)
      }
    }
    view.forgetAll()
    #expect(view.engine.nodeCount == 1)
  }

  /// A stream that began goes on with the names that stayed, each once.
  @Test(arguments: [false, true]) func namesComeAndGoDuringAListing(_ withEntries: Bool) throws {
    let tree = try MergedTests.tree()
    for number in 0..<50 {
      try tree.makeFile("anchor/v/u\(number)")
      try tree.makeFile("backing/b\(number)")
      try tree.makeFile("anchor/v/x\(number)")
      try tree.makeFile("backing/x\(number)")
    }
    let view = try MergedTests.view(tree)
    let v = try view.walk("v").node
    let (handle, _, _) = try view.engine.openDirectory(v)
    defer { view.engine.releaseDirectory(handle) }
    func read(_ offset: inout Int64, _ count: Int) throws -> [String] {
      var names: [String] = []
      var next = offset
      try unsafe view.engine.readDirectory(handle, from: offset, withEntries: withEntries) {
        listed in
        if names.count == count { return false }
        names.append(unsafe String(decoding: UnsafeRawBufferPointer(listed.name), as: UTF8.self))
        if let entry = unsafe listed.entry { view.engine.forget(entry.node, 1) }
        next = unsafe listed.nextOffset
        return true
      }
      offset = next
      return names
    }
    var offset: Int64 = 0
    let first = try read(&offset, 20)
    let told = offset
    let rest = try read(&offset, .max)
    #expect(Set(first + rest).count == 152 && first.count + rest.count == 152)
    // Odd ones go, by somebody else and through the view; of collisions the backing's, so that the
    // name stays; new ones come.
    for number in stride(from: 1, to: 50, by: 2) {
      try tree.remove("anchor/v/u\(number)")
      try view.unlink("b\(number)", in: v)
      try view.unlink("x\(number)", in: v)
      try tree.makeFile("anchor/v/new\(number)")
    }
    var again = told
    let present = try read(&again, .max)
    let expected = rest.filter { name in
      name.hasPrefix("x") || Int(name.dropFirst())!.isMultiple(of: 2)
    }
    #expect(present == expected)
    again = 0
    let anew = try read(&again, .max)
    #expect(anew.count == Set(anew).count && anew.count == 2 + 25 + 25 + 50 + 25)
  }

  /// O(n): ten times the entries take about ten times as long.
  @Test func aLargeListingIsLinear() throws {
    func seconds(_ count: Int) throws -> Double {
      let tree = try MergedTests.tree()
      for number in 0..<(count / 2) {
        try tree.makeFile("anchor/v/some-outer-name-\(number)", "")
        try tree.makeFile("backing/some-inner-name-\(number)", "")
      }
      let view = try MergedTests.view(tree)
      let v = try view.walk("v").node
      var best = Double.infinity
      for _ in 0..<3 {
        let start = ContinuousClock.now
        let names = try view.entries(v, pieces: 100)
        best = min(best, (ContinuousClock.now - start) / .seconds(1))
        #expect(names.count == count + 2)
      }
      return best
    }
    let (small, large) = (try seconds(2_000), try seconds(20_000))
    #expect(large < small * 40, "\(small) \(large)")
  }
}

// What links and exceptions make of a directory: lookups and listings agree, numbers and counts do not
// tell what is hidden, and each change lands where the rules say.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct ScopeTests {
  private func tree() throws -> ScratchTree {
    let tree = try ScratchTree()
    for name in [
      "anchor/docs", "anchor/docs/secret", "anchor/docs/open", "backing", "backing/secret",
      "backing/open", "backing/open/deep",
    ] {
      try tree.makeDirectory(name)
    }
    for name in [
      "anchor/docs/secret/outer", "backing/secret/inner", "backing/file", "backing/.env",
      "backing/open/.env", "backing/open/deep/.env", "backing/open/deep/kept",
    ] {
      try tree.makeFile(name, name)
    }
    return tree
  }

  @Test func anExceptionByPathShowsTheOuterView() throws {
    let tree = try tree()
    let view = try ScratchView(
      tree, links: [("/docs", "backing")], exceptions: ["/docs/secret", "/docs/file"])
    #expect(try view.names(view.walk("docs").node) == [".env", "open", "secret"])
    #expect(try view.names(view.walk("docs/secret").node) == ["outer"])
    #expect(view.absence("docs/secret/inner") == .noEntry)
    #expect(view.absence("docs/file") == .noEntry)
    #expect(
      try view.content(of: view.walk("docs/secret/outer").node) == "anchor/docs/secret/outer")
  }

  @Test func anExceptionByPatternHidesAtEveryDepth() throws {
    let tree = try tree()
    let view = try ScratchView(tree, links: [("/docs", "backing")], exceptions: [".env"])
    for path in ["docs", "docs/open", "docs/open/deep"] {
      #expect(try !view.names(view.walk(path).node).contains(".env"))
      #expect(view.absence(path + "/.env") == .noEntry)
    }
    // Made later, by somebody else (E4).
    try tree.makeDirectory("backing/later")
    try tree.makeFile("backing/later/.env")
    #expect(try view.names(view.walk("docs/later").node) == [])
  }

  @Test func waysToLinksAreSynthesised() throws {
    let tree = try tree()
    let view = try ScratchView(tree, links: [("/x/y/link", "backing/open")], parents: true)
    #expect(try view.names() == ["docs", "x"])
    let x = try view.walk("x")
    let status = x.attributes.status
    #expect(status.st_mode == 0o040755)
    #expect(status.st_nlink == 1)
    let y = try view.walk("x/y").node
    #expect(try view.names(x.node) == ["y"])
    #expect(try view.names(y) == ["link"])
    #expect(try view.names(view.walk("x/y/link").node) == [".env", "deep"])
    #expect(failure { () throws(Errno) in try view.create("new", in: y) } == .readOnlyFileSystem)
    #expect(
      failure { () throws(Errno) in try view.makeDirectory("new", in: x.node) }
        == .readOnlyFileSystem)
    #expect(failure { () throws(Errno) in try view.removeDirectory("x") } == .busy)
    #expect(failure { () throws(Errno) in try view.rename("x", to: "z") } == .busy)
    var changes = AttributeChanges()
    changes.mode = 0o700
    #expect(
      failure { () throws(Errno) in
        try view.engine.setAttributes(of: y, handle: nil, changes, caller: ScratchView.caller)
      } == .readOnlyFileSystem)
  }

  @Test(arguments: [1, 2, 3, 5, .max]) func piecesOfAListingAreTheWhole(_ pieces: Int) throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("backing")
    for number in 0..<50 {
      try tree.makeFile("anchor/a\(number)")
      try tree.makeFile("backing/b\(number)")
      try tree.makeFile("backing/hidden\(number)")
    }
    let view = try ScratchView(tree, links: [("/link", "backing")], exceptions: ["/link/hidden*"])
    let link = try view.lookup("link").node
    for withEntries in [false, true] {
      let root = try view.entries(pieces: pieces, withEntries: withEntries).map(\.name)
      #expect(root.sorted() == ([".", "..", "link"] + (0..<50).map { "a\($0)" }).sorted())
      let scoped = try view.entries(link, pieces: pieces, withEntries: withEntries).map(\.name)
      #expect(scoped.sorted() == ([".", ".."] + (0..<50).map { "b\($0)" }).sorted())
    }
    // Entries that did not fit were given back.
    view.forgetAll()
    #expect(view.engine.nodeCount == 1)
  }

  /// R7: d_ino is st_ino.
  @Test func listedNumbersAreThoseOfStat() throws {
    let tree = try tree()
    let view = try ScratchView(
      tree, links: [("/docs", "backing"), ("/x/again", "backing")], exceptions: ["/docs/secret"],
      parents: true)
    for path in ["docs", "docs/open", "docs/secret", "x", "x/again"] {
      let directory = try view.walk(path)
      for listed in try view.entries(directory.node) where listed.name != ".." {
        let entry =
          listed.name == "." ? directory : try view.lookup(listed.name, in: directory.node)
        #expect(listed.inode == UInt64(entry.attributes.status.st_ino), "\(path)/\(listed.name)")
        #expect(listed.type == entry.attributes.status.st_mode & 0o170000)
      }
    }
    // One file by two links is one; one directory by two links is two.
    let file = try view.walk("docs/file")
    #expect(try view.walk("x/again/file").node == file.node)
    #expect(
      UInt64(file.attributes.status.st_ino) == UInt64(try tree.status("backing/file").st_ino))
    let (one, other) = (try view.walk("docs/open"), try view.walk("x/again/open"))
    #expect(one.node != other.node)
    #expect(one.attributes.status.st_ino != other.attributes.status.st_ino)
  }

  /// E6: the number of subdirectories does not tell of a hidden one.
  @Test func linkCountsLeaveTheHiddenOut() throws {
    let tree = try tree()
    let view = try ScratchView(tree, links: [("/docs", "backing")], exceptions: ["secret"])
    // btrfs and the like count no subdirectories.
    let backing = try tree.status("backing").st_nlink
    let expected = backing == 4 ? 3 : backing
    #expect(try view.walk("docs").attributes.status.st_nlink == expected)
    try view.makeDirectory("another", in: view.walk("docs").node)
    #expect(
      try view.walk("docs").attributes.status.st_nlink == (backing == 4 ? 4 : expected))
  }

  // MARK: Where a change lands

  /// E5.
  @Test func aHiddenNameIsMadeInTheOuterViewOrNotAtAll() throws {
    let tree = try tree()
    let view = try ScratchView(tree, links: [("/docs", "backing")], exceptions: ["/docs/**/.env"])
    let docs = try view.walk("docs").node
    let (entry, handle) = try view.create(".env", in: docs)
    try view.write(handle, "outer")
    #expect(try tree.content("anchor/docs/.env") == "outer")
    #expect(try tree.content("backing/.env") == "backing/.env")
    #expect(try view.lookup(".env", in: docs).node == entry.node)
    // The outer view has no docs/open/deep.
    let deep = try view.walk("docs/open/deep").node
    #expect(failure { () throws(Errno) in try view.create(".env", in: deep) } == .notPermitted)
    #expect(
      failure { () throws(Errno) in try view.makeDirectory(".env", in: deep) } == .notPermitted)
    #expect(
      failure { () throws(Errno) in try view.rename("kept", in: deep, to: ".env", under: deep) }
        == .notPermitted)
    let kept = try view.lookup("kept", in: deep).node
    #expect(
      failure { () throws(Errno) in try view.makeHardLink(kept, ".env", in: deep) }
        == .notPermitted)
    #expect(try tree.content("backing/open/deep/.env") == "backing/open/deep/.env")
  }

  /// A pattern for every link counts for the anchor as well, and nothing is behind that.
  @Test func aNameThatIsHiddenEverywhereCannotBeMade() throws {
    let tree = try tree()
    let view = try ScratchView(tree, links: [("/docs", "backing")], exceptions: [".env"])
    let docs = try view.walk("docs").node
    #expect(failure { () throws(Errno) in try view.create(".env", in: docs) } == .notPermitted)
    #expect(failure { () throws(Errno) in try view.create(".env") } == .notPermitted)
    #expect(!tree.exists("anchor/docs/.env") && !tree.exists("anchor/.env"))
  }

  /// O2 and R3.
  @Test func aLinkRootIsItsBacking() throws {
    let tree = try ScratchTree()
    try tree.makeFile("target", "first")
    try tree.makeDirectory("directory")
    let view = try ScratchView(tree, links: [("/file", "target"), ("/dir", "directory")])
    #expect(try view.content(of: view.lookup("file").node) == "first")
    try view.unlink("file")
    #expect(!tree.exists("target"))
    #expect(view.absence("file") == .noEntry)
    #expect(try view.names() == ["dir"])
    let (_, handle) = try view.create("file")
    try view.write(handle, "second")
    #expect(try tree.content("target") == "second")
    // An editor's atomic save (O3).
    let (_, saved) = try view.create("new")
    try view.write(saved, "third")
    try view.rename("new", to: "file")
    #expect(try tree.content("target") == "third")
    try view.removeDirectory("dir")
    #expect(!tree.exists("directory"))
    try view.makeDirectory("dir")
    #expect(tree.exists("directory"))
    #expect(failure { () throws(Errno) in try view.rename("dir", to: "moved") } == .busy)
    #expect(try view.names() == ["dir", "file"])
  }

  @Test func whatContainsALinkOrAnExceptionStays() throws {
    let tree = try tree()
    let view = try ScratchView(
      tree, links: [("/docs/open/link", "backing/open")], exceptions: ["/docs/secret/outer"])
    #expect(failure { () throws(Errno) in try view.removeDirectory("docs") } == .busy)
    #expect(failure { () throws(Errno) in try view.rename("docs", to: "moved") } == .busy)
    let docs = try view.lookup("docs").node
    #expect(failure { () throws(Errno) in try view.removeDirectory("open", in: docs) } == .busy)
    // Only hidden children: the one trace that hiding leaves.
    #expect(try view.names(view.walk("docs/secret").node) == [])
    #expect(
      failure { () throws(Errno) in try view.removeDirectory("secret", in: docs) } == .notEmpty)
    #expect(tree.exists("anchor/docs/secret/outer"))
  }

  /// W1 and W2.
  @Test func aReadOnlyLinkChangesNothing() throws {
    let tree = try tree()
    let view = try ScratchView(
      tree, links: [("/docs", "backing"), ("/rw", "backing")], readOnly: ["/docs"], parents: true)
    let docs = try view.walk("docs").node
    let file = try view.walk("docs/file").node
    let writable = try view.walk("rw/file")
    #expect(writable.node != file)
    var changes = AttributeChanges()
    changes.size = 0
    let refused: [(String, Errno?)] = [
      ("open", failure { () throws(Errno) in try view.open(file, O_WRONLY) }),
      ("truncate", failure { () throws(Errno) in try view.open(file, O_RDONLY | O_TRUNC) }),
      ("create", failure { () throws(Errno) in try view.create("new", in: docs) }),
      ("mkdir", failure { () throws(Errno) in try view.makeDirectory("new", in: docs) }),
      ("unlink", failure { () throws(Errno) in try view.unlink("file", in: docs) }),
      ("rmdir", failure { () throws(Errno) in try view.removeDirectory("open", in: docs) }),
      ("rename", failure { () throws(Errno) in try view.rename("file", in: docs, to: "out") }),
      ("link", failure { () throws(Errno) in try view.makeHardLink(file, "out") }),
      (
        "setattr",
        failure { () throws(Errno) in
          try view.engine.setAttributes(
            of: file, handle: nil, changes, caller: ScratchView.caller)
        }
      ),
      (
        "access",
        failure { () throws(Errno) in
          try view.engine.checkAccess(to: file, mode: W_OK, caller: ScratchView.caller)
        }
      ),
    ]
    for (operation, error) in refused { #expect(error == .readOnlyFileSystem, "\(operation)") }
    #expect(try view.content(of: file) == "backing/file")
    let handle = try view.open(writable.node, O_RDWR)
    try view.write(handle, "changed/file")
    #expect(try view.content(of: file) == "changed/file")
  }

  @Test func aReadOnlyViewChangesNothing() throws {
    let tree = try tree()
    let view = try ScratchView(tree, isReadOnly: true)
    #expect(failure { () throws(Errno) in try view.create("new") } == .readOnlyFileSystem)
    #expect(
      failure { () throws(Errno) in try view.removeDirectory("docs") } == .readOnlyFileSystem)
    #expect(tree.exists("anchor/docs"))
    #expect(!tree.exists("anchor/new"))
  }
}

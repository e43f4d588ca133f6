// What the kernel knows: lookup and forget, one node per object, and what becomes of a node whose
// object is moved, replaced or removed.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct NodeTests {
  @Test func forgettingBringsTheCountBack() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/a")
    try tree.makeDirectory("anchor/a/b")
    try tree.makeFile("anchor/a/b/file")
    let view = try ScratchView(tree)
    for _ in 0..<3 { try view.walk("a/b/file") }
    #expect(view.engine.nodeCount == 4)
    let deepest = try view.walk("a/b/file").node
    // Parents stay while a child is known.
    for (node, count) in view.known where node != deepest { view.engine.forget(node, count) }
    #expect(view.engine.nodeCount == 4)
    view.engine.forget(deepest, 3)
    #expect(view.engine.nodeCount == 4)
    view.engine.forget(deepest, 1)
    #expect(view.engine.nodeCount == 1)
  }

  @Test func aForgottenIdIsStale() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    try tree.makeFile("anchor/other")
    let view = try ScratchView(tree)
    let old = try view.lookup("file").node
    view.forgetAll()
    let new = try view.lookup("other").node
    #expect(new != old)
    #expect(failure { () throws(Errno) in try view.open(old) } == .stale)
    #expect(failure { () throws(Errno) in try view.lookup("x", in: old) } == .stale)
  }

  @Test func forgettingMoreThanWasGivenIsHarmless() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let node = try view.lookup("file").node
    view.engine.forget(node, .max)
    view.engine.forget(node, 1)
    view.engine.forget(.root, .max)
    #expect(view.engine.nodeCount == 1)
    #expect(try view.names() == ["file"])
  }

  @Test func hardLinksAreOneNode() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let file = try view.lookup("file")
    let other = try view.makeHardLink(file.node, "other")
    #expect(other.node == file.node)
    #expect(other.attributes.status.st_nlink == 2)
    #expect(other.attributes.status.st_ino == file.attributes.status.st_ino)
    try view.unlink("file")
    #expect(try view.content(of: file.node) == "content")
    let left = try view.engine.attributes(of: file.node, handle: nil)
    #expect(left.status.st_nlink == 1)
    view.forgetAll()
    #expect(view.engine.nodeCount == 1)
    #expect(Set(tree.openDescriptors) == [tree.path + "/anchor"])
  }

  @Test func aReplacedFileIsAnotherNode() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file", "old")
    let view = try ScratchView(tree)
    let old = try view.lookup("file").node
    try tree.makeFile("anchor/new", "new")
    try tree.move("anchor/new", "anchor/file")
    #expect(failure { () throws(Errno) in try view.open(old) } == .stale)
    #expect(
      failure { () throws(Errno) in try view.engine.attributes(of: old, handle: nil) } == .stale)
    let new = try view.lookup("file").node
    #expect(new != old)
    #expect(try view.content(of: new) == "new")
  }

  @Test func aReplacedDirectoryIsAnotherNode() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/directory")
    try tree.makeFile("anchor/directory/old")
    let view = try ScratchView(tree)
    let old = try view.lookup("directory").node
    try tree.move("anchor/directory", "elsewhere")
    try tree.makeDirectory("anchor/directory")
    #expect(failure { () throws(Errno) in try view.lookup("old", in: old) } == .stale)
    let new = try view.lookup("directory").node
    #expect(new != old)
    #expect(try view.names(new) == [])
  }

  /// R3, of the view's root.
  @Test func aReplacedRootIsFollowed() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("backing")
    try tree.makeFile("backing/old")
    let view = try ScratchView(tree, links: [("/", "backing")])
    #expect(try view.names() == ["old"])
    try tree.move("backing", "elsewhere")
    #expect(failure { () throws(Errno) in try view.names() } == .noEntry)
    try tree.makeDirectory("backing")
    try tree.makeFile("backing/new")
    #expect(try view.names() == ["new"])
    #expect(view.absence("old") == .noEntry)
    #expect(try view.content(of: view.lookup("new").node) == "content")
  }

  @Test func anUnlinkedFileStaysReadable() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let node = try view.lookup("file").node
    try view.unlink("file")
    #expect(view.absence("file") == .noEntry)
    #expect(try view.content(of: node) == "content")
    #expect(try view.engine.attributes(of: node, handle: nil).status.st_nlink == 0)
    view.forgetAll()
    #expect(view.engine.nodeCount == 1)
    #expect(!tree.openDescriptors.contains { $0.contains("deleted") }, "\(tree.openDescriptors)")
  }

  @Test func aFileThatWasRenamedOverStaysReadable() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file", "old")
    try tree.makeFile("anchor/new", "new")
    let view = try ScratchView(tree)
    let old = try view.lookup("file").node
    let new = try view.lookup("new").node
    try view.rename("new", to: "file")
    #expect(try view.content(of: old) == "old")
    #expect(try view.content(of: new) == "new")
    #expect(try view.lookup("file").node == new)
  }

  @Test func aNamelessFileCanBeNamed() throws {
    let tree = try ScratchTree()
    let view = try ScratchView(tree)
    let (entry, handle) = try view.engine.makeTemporaryFile(
      .root, mode: 0o100600, flags: O_RDWR, caller: ScratchView.caller)
    try view.write(handle, "nameless")
    #expect(try view.content(of: entry.node) == "nameless")
    #expect(try view.makeHardLink(entry.node, "named").node == entry.node)
    #expect(try tree.content("anchor/named") == "nameless")
    view.engine.release(handle, lockOwner: 0)
    view.forgetAll()
    view.engine.forget(entry.node, 1)
    #expect(view.engine.nodeCount == 1)
    #expect(Set(tree.openDescriptors) == [tree.path + "/anchor"])
  }

  @Test func descendantsOfARenamedDirectoryAreReached() throws {
    let tree = try ScratchTree()
    for name in ["anchor/a", "anchor/a/b", "anchor/a/b/c", "anchor/elsewhere"] {
      try tree.makeDirectory(name)
    }
    try tree.makeFile("anchor/a/b/c/file")
    let view = try ScratchView(tree)
    let file = try view.walk("a/b/c/file").node
    let deep = try view.walk("a/b/c").node
    let elsewhere = try view.lookup("elsewhere").node
    try view.rename("a", to: "moved", under: elsewhere)
    #expect(try view.content(of: file) == "content")
    #expect(try view.names(deep) == ["file"])
    try view.rename("file", in: deep, to: "file")
    #expect(try view.content(of: file) == "content")
    #expect(try view.lookup("file").node == file)
    view.forgetAll()
    #expect(view.engine.nodeCount == 1)
  }

  @Test func exchangedNamesChangeTheirNodes() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/directory")
    try tree.makeFile("anchor/directory/inner")
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let directory = try view.lookup("directory").node
    let inner = try view.walk("directory/inner").node
    let file = try view.lookup("file").node
    let exchange: UInt32 = 2
    try view.rename("directory", to: "file", flags: exchange)
    #expect(try view.lookup("file").node == directory)
    #expect(try view.lookup("directory").node == file)
    #expect(try view.content(of: inner) == "content")
    #expect(try view.content(of: file) == "content")
  }

  @Test(arguments: ["", ".", "..", "a/b", "/", "../anchor"])
  func namesThatAreNoComponentAreRefused(_ name: String) throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/a")
    try tree.makeFile("anchor/a/b")
    try tree.makeFile("outside")
    let view = try ScratchView(tree)
    let a = try view.lookup("a").node
    #expect(failure { () throws(Errno) in try view.lookup(name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.create(name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.makeDirectory(name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.unlink(name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.removeDirectory(name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.rename("a", to: name) } == .invalid)
    #expect(failure { () throws(Errno) in try view.rename(name, in: a, to: "b") } == .invalid)
  }
}

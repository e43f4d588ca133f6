// Directories that move, in the view or behind it, and nodes known below them.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct MovedDirectoryTests {
  /// R4: lookups from a directory follow the table at its virtual path.
  @Test func lookupsBelowAMovedDirectoryFollowItsNewPlace() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/x")
    try tree.makeDirectory("anchor/x/b")
    try tree.makeFile("anchor/x/b/secret")
    try tree.makeFile("anchor/x/b/open")
    let view = try ScratchView(tree, exceptions: ["/a/b/secret"])
    let below = try view.walk("x/b").node
    _ = try view.lookup("secret", in: below)
    try view.rename("x", to: "a")
    #expect(failure { () throws(Errno) in try view.lookup("secret", in: below) } == .noEntry)
    _ = try view.lookup("open", in: below)
    #expect(try view.names(below) == ["open"])
  }

  /// R4: where a directory is hidden after a move, there is nothing for those who are in it.
  @Test func aDirectoryThatAMoveHidesCannotBeListed() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/x")
    try tree.makeDirectory("anchor/x/b")
    try tree.makeFile("anchor/x/b/file")
    let view = try ScratchView(tree, exceptions: ["/a/b"])
    let below = try view.walk("x/b").node
    try view.rename("x", to: "a")
    #expect(failure { () throws(Errno) in try view.lookup("file", in: below) } == .noEntry)
    #expect(failure { () throws(Errno) in try view.names(below) } == .noEntry)
  }

  /// E5, E6: an exchange leaves nothing at a name that hides its type.
  @Test func anExchangeDoesNotHideADirectory() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/visible")
    try tree.makeFile("anchor/secret")
    let view = try ScratchView(tree, exceptions: ["secret/"])
    let exchange: UInt32 = 2  // RENAME_EXCHANGE
    #expect(
      failure { () throws(Errno) in
        try view.rename("visible", to: "secret", flags: exchange)
      } == .notPermitted)
    #expect(tree.exists("anchor/visible"))
  }

  /// A directory that left its link for a shallower one, while it is in use.
  @Test func aDirectoryMayLeaveItsLinkByTheHost() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("deep")
    try tree.makeDirectory("deep/moved")
    try tree.makeDirectory("anchor/p")
    try tree.makeDirectory("anchor/p/q")
    let view = try ScratchView(tree, links: [("/p/q", "deep")], exceptions: ["x/"])
    let moved = try view.walk("p/q/moved").node
    _ = try view.names(moved)
    try tree.move("deep/moved", "anchor/moved")
    _ = try view.lookup("moved")
    #expect(failure { () throws(Errno) in try view.lookup("x", in: moved) } == .noEntry)
  }

  /// The host puts two directories into each other, one after the other.
  @Test func namesInACircleEndInESTALE() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 100, rlim_max: 100)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let tree = try ScratchTree()
      for name in ["a", "b", "others"] { try tree.makeDirectory("anchor/\(name)") }
      for number in 0..<60 { try tree.makeDirectory("anchor/others/\(number)") }
      let view = try ScratchView(tree)
      let (a, b) = (try view.lookup("a").node, try view.lookup("b").node)
      for node in [a, b] { _ = try view.names(node) }
      try tree.move("anchor/a", "anchor/b/a")
      _ = try view.lookup("a", in: b)
      try tree.move("anchor/b/a", "anchor/a")
      try tree.move("anchor/b", "anchor/a/b")
      _ = try view.lookup("b", in: a)
      let others = try view.lookup("others").node
      for number in 0..<60 { _ = try view.names(view.lookup("\(number)", in: others).node) }
      for node in [a, b] { _ = failure { () throws(Errno) in try view.names(node) } }
      view.forgetAll()
      try #require(view.engine.nodeCount == 1)
    }
  }

  /// However deep a directory lies, reaching it takes neither a deep stack nor many descriptors.
  @Test func aDeepDirectoryIsReachedWithFewDescriptors() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 80, rlim_max: 80)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let tree = try ScratchTree()
      try tree.makeDirectory("anchor/others")
      for number in 0..<40 { try tree.makeDirectory("anchor/others/\(number)") }
      let view = try ScratchView(tree)
      var deepest = NodeID.root
      for _ in 0..<3_000 { deepest = try view.makeDirectory("d", in: deepest).node }
      let others = try view.lookup("others").node
      for number in 0..<40 { _ = try view.names(view.lookup("\(number)", in: others).node) }
      try #require(try view.names(deepest).isEmpty)
      try #require(tree.openDescriptors.count <= 20 + 3)
    }
  }
}

// No descriptor per node: how many are open, told from /proc, and what is left at the end.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct DescriptorTests {
  @Test func nodesHaveNoDescriptors() throws {
    let tree = try ScratchTree()
    let view = try ScratchView(tree)
    for number in 0..<200 { try tree.makeFile("anchor/file\(number)") }
    for number in 0..<200 { _ = try view.lookup("file\(number)") }
    #expect(view.engine.nodeCount == 201)
    // The directory under the mountpoint, the anchor, and the root in use.
    #expect(tree.openDescriptors.count <= 3, "\(tree.openDescriptors)")
  }

  /// In a process of its own, whose limit is low: a quarter of it is for directories.
  @Test func directoriesStayBelowTheirBound() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 128, rlim_max: 128)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let tree = try ScratchTree()
      let view = try ScratchView(tree)
      var directories: [NodeID] = []
      var highest = 0
      for outer in 0..<50 {
        let parent = try view.makeDirectory("outer\(outer)").node
        directories.append(parent)
        for inner in 0..<99 {
          let directory = try view.makeDirectory("inner\(inner)", in: parent).node
          let (_, handle) = try view.create("file", in: directory)
          view.engine.release(handle, lockOwner: 0)
          directories.append(directory)
        }
        highest = max(highest, tree.openDescriptors.count)
      }
      // All again, by node alone: evicted directories are opened anew through their parents.
      for directory in directories.reversed() { _ = try view.names(directory) }
      highest = max(highest, tree.openDescriptors.count)
      try #require(view.engine.nodeCount == 1 + 5_000 + 4_950)
      try #require(highest > 16 && highest <= 32 + 3, "\(highest)")
      view.forgetAll()
      try #require(view.engine.nodeCount == 1)
      try #require(tree.openDescriptors.count <= 3)
    }
  }

  @Test func anEvictedDirectoryMayHaveMoved() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 100, rlim_max: 100)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let tree = try ScratchTree()
      for number in 0..<100 {
        try tree.makeDirectory("anchor/d\(number)")
        try tree.makeFile("anchor/d\(number)/file")
      }
      let view = try ScratchView(tree)
      let nodes = try (0..<100).map { try view.lookup("d\($0)").node }
      for node in nodes { _ = try view.names(node) }
      try view.rename("d0", to: "moved by the view")
      try tree.move("anchor/d1", "anchor/moved behind it")
      try #require(try view.names(nodes[0]) == ["file"])
      try #require(failure { () throws(Errno) in try view.names(nodes[1]) } == .stale)
      try #require(try view.lookup("moved behind it").node == nodes[1])
      try #require(try view.names(nodes[1]) == ["file"])
    }
  }

  @Test func anEngineThatEndsLeavesNothingOpen() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/directory")
    try tree.makeDirectory("backing")
    do {
      let view = try ScratchView(tree, links: [("/link", "backing")])
      let directory = try view.lookup("directory").node
      let link = try view.lookup("link").node
      let (entry, handle) = try view.create("file", in: directory)
      try view.engine.setLock(
        handle, owner: 1, FileLock(type: F_WRLCK, start: 0, length: 1, pid: 1), waits: false)
      try view.unlink("file", in: directory)
      _ = try view.open(entry.node)
      _ = try view.engine.openDirectory(link)
      #expect(tree.openDescriptors.count > 5)
    }
    #expect(tree.openDescriptors == [])
  }
}

// Several threads change, look up and forget at once; afterwards the table is as in the beginning.
import BindlinkEngine
import BindlinkMap
import Dispatch
import Glibc
import Testing

@Suite struct ConcurrencyTests {
  /// In a process of its own with a low limit, so that directories are evicted all the time.
  @Test func theTableStaysConsistent() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 256, rlim_max: 256)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      let tree = try ScratchTree()
      for number in 0..<100 { try tree.makeDirectory("anchor/d\(number)") }
      let view = try ScratchView(tree)
      let engine = view.engine
      // Each thread gives back what it got, so that the kernel's counts are none at the end.
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        Worker(engine: engine, seed: UInt64(thread)).run(rounds: 1_500)
      }
      try #require(engine.nodeCount == 1)
      try #require(tree.openDescriptors.count <= 3, "\(tree.openDescriptors)")
      try #require(try view.names().count == 100)
    }
  }

  /// R3: the root's object is exchanged while its descriptor is in use.
  @Test func theRootCanBeReplacedMeanwhile() throws {
    let tree = try ScratchTree()
    for name in ["backing", "spare"] {
      try tree.makeDirectory(name)
      try tree.makeFile("\(name)/file", name)
    }
    let view = try ScratchView(tree, links: [("/", "backing")])
    let engine = view.engine
    DispatchQueue.concurrentPerform(iterations: 3) { thread in
      for _ in 0..<500 {
        if thread == 0 {
          for (from, to) in [("backing", "third"), ("spare", "backing"), ("third", "spare")] {
            unsafe _ = rename("\(tree.path)/\(from)", "\(tree.path)/\(to)")
          }
        } else {
          do throws(Errno) {
            let entry = try unsafe engine.lookup(.root, "file")
            engine.forget(entry.node, 1)
          } catch {
            #expect([.noEntry, .stale].contains(error), "\(error)")
          }
        }
      }
    }
    #expect(engine.nodeCount == 1)
    #expect(try view.content(of: view.lookup("file").node).count >= 5)
    view.forgetAll()
    // The directory under the mountpoint, the anchor, and the root in use.
    #expect(tree.openDescriptors.count <= 3, "\(tree.openDescriptors)")
  }
}

/// One thread of the kernel.
private struct Worker {
  let engine: Engine
  let seed: UInt64

  private static let expected: [Errno] = [.noEntry, .exists, .stale, .notEmpty, .busy]

  func run(rounds: Int) {
    engine.prepareWorker()
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    for round in 0..<rounds {
      do throws(Errno) {
        let parent = try unsafe engine.lookup(.root, "d\(random(100))").node
        defer { engine.forget(parent, 1) }
        let other = try unsafe engine.lookup(.root, "d\(random(100))").node
        defer { engine.forget(other, 1) }
        try step(round, random(6), parent, other, "f\(random(3))", "f\(random(3))")
      } catch {
        precondition(Self.expected.contains(error), "\(error)")
      }
    }
  }

  private func step(
    _ round: Int, _ kind: Int, _ parent: NodeID, _ other: NodeID, _ name: String, _ newName: String
  ) throws(Errno) {
    let caller = ScratchView.caller
    switch kind {
    case 0, 1:
      let (entry, handle) = try unsafe engine.create(
        parent, name, mode: 0o100600, flags: O_RDWR, caller: caller)
      engine.release(handle, lockOwner: 0)
      engine.forget(entry.node, 1)
    case 2: try unsafe engine.unlink(parent, name, caller: caller)
    case 3:
      try unsafe engine.rename(parent, name, to: other, newName, flags: 0, caller: caller)
    case 4:
      let entry = try unsafe engine.lookup(parent, name)
      defer { engine.forget(entry.node, 1) }
      let linked = try unsafe engine.makeHardLink(entry.node, other, newName, caller: caller)
      engine.forget(linked.node, 1)
    default:
      let entry = try unsafe engine.lookup(parent, name)
      defer { engine.forget(entry.node, 1) }
      _ = try engine.attributes(of: entry.node, handle: nil)
      let handle = try engine.open(entry.node, flags: O_RDONLY)
      engine.release(handle, lockOwner: 0)
    }
  }
}

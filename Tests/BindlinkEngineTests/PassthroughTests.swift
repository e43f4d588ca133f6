// Which backing the kernel is told to use for an opening, and what it may believe of a file that it
// writes itself.
import BindlinkEngine
import BindlinkMap
import Foundation
import Glibc
import Synchronization
import Testing

@Suite(.serialized) struct PassthroughTests {
  /// The kernel's table of backings.
  private final class Backings {
    private(set) var made = 0
    private(set) var open: Set<Int32> = []
    var refuses = false

    func openBacking(_ descriptor: Int32) -> Int32 {
      if refuses { return -1 }
      made += 1
      open.insert(Int32(made))
      return Int32(made)
    }

    func close(_ backing: Int32) { #expect(open.remove(backing) != nil) }
  }

  private let backings = Backings()

  private func view(_ tree: ScratchTree) throws -> (ScratchView, Recorder) {
    let view = try ScratchView(tree, watches: true)
    let recorder = Recorder()
    view.engine.connect(recorder)
    view.engine.kernelPassesThrough()
    return (view, recorder)
  }

  /// An opening, as the binding makes it.
  private func open(
    _ node: NodeID, _ flags: Int32 = O_RDONLY, in view: ScratchView
  ) throws -> (handle: HandleID, backing: Int32) {
    let handle = try view.open(node, flags)
    let backing = view.engine.passThrough(handle, of: node, openBacking: backings.openBacking)
    if backing != 0 { view.engine.expectKernelWrites(handle, of: node) }
    return (handle, backing)
  }

  private func release(_ handle: HandleID, in view: ScratchView) {
    view.engine.release(handle, lockOwner: 0, closeBacking: backings.close)
  }

  private func shell(_ tree: ScratchTree, _ command: String) {
    let status = unsafe system("cd \(tree.path)/anchor && \(command)")
    #expect(status == 0)
  }

  @Test func allOpeningsOfAFileUseOneBackingThatEndsWithTheLast() throws {
    let tree = try ScratchTree()
    for name in ["f", "g"] { try tree.makeFile("anchor/\(name)") }
    let (view, _) = try view(tree)
    let node = try view.lookup("f").node
    let (one, two) = (try open(node, in: view), try open(node, O_RDWR, in: view))
    #expect(one.backing > 0 && two.backing == one.backing)
    let other = try open(view.lookup("g").node, in: view)
    #expect(other.backing > 0 && other.backing != one.backing)
    release(one.handle, in: view)
    #expect(backings.open == [one.backing, other.backing])
    release(two.handle, in: view)
    #expect(backings.open == [other.backing])
    let again = try open(node, in: view)
    #expect(again.backing > 0 && again.backing != one.backing)
    for handle in [again.handle, other.handle] { release(handle, in: view) }
    #expect(backings.open == [])
  }

  @Test func anOpeningOfASetIDFileWaitsForThoseThatAreClosedAlready() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let (view, _) = try view(tree)
    let node = try view.lookup("f").node
    let former = try open(node, O_RDWR, in: view)
    #expect(former.backing > 0)
    shell(tree, "chmod u+s f")
    Thread { [engine = view.engine] in
      usleep(2_000)
      engine.release(former.handle, lockOwner: 0)
    }.start()
    let next = try open(node, O_RDWR, in: view)
    #expect(next.backing == 0)
    release(next.handle, in: view)
  }

  @Test func theFirstOpeningDecidesForTheOthers() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let (view, _) = try view(tree)
    let node = try view.lookup("f").node
    shell(tree, "chmod u+s f")
    let first = try open(node, in: view)
    #expect(first.backing == 0, "set-ID bits")
    shell(tree, "chmod u-s f")
    let second = try open(node, in: view)
    #expect(second.backing == 0 && backings.made == 0)
    release(first.handle, in: view)
    release(second.handle, in: view)

    let third = try open(node, in: view)
    #expect(third.backing > 0)
    shell(tree, "chmod u+s f")
    let fourth = try open(node, in: view)
    #expect(fourth.backing == third.backing)
    release(third.handle, in: view)
    release(fourth.handle, in: view)

    shell(tree, "chmod u-s f")
    backings.refuses = true
    let refused = try open(node, in: view)
    backings.refuses = false
    #expect(refused.backing == 0)
    #expect(try open(node, in: view).backing == 0)
  }

  @Test func whatTheKernelWritesIsAskedForUntilItHasClosedIt() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let (view, recorder) = try view(tree)
    let entry = try view.lookup("f")
    #expect(entry.attributes.timeout > 0)
    let attributes = { try view.engine.attributes(of: entry.node, handle: nil).timeout }

    let reader = try open(entry.node, in: view)
    #expect(try attributes() > 0)
    #expect(recorder.expired.withLock { $0 } == [])
    let writer = try open(entry.node, O_WRONLY, in: view)
    #expect(recorder.expired.withLock { $0 } == [entry.node])
    #expect(try attributes() == 0)
    #expect(try view.lookup("f").attributes.timeout == 0)
    release(writer.handle, in: view)
    // A map of it may be left, and no word has come that it is closed.
    #expect(try attributes() == 0)

    // As the kernel does it for a client: what it knows is right, so there is nothing to say.
    shell(tree, "echo 2 >>f")
    view.engine.settle()
    let invalidations = recorder.take()
    #expect(invalidations.nodes == [] && invalidations.fences == [])
    #expect(try attributes() > 0)

    // Of others who write there is.
    shell(tree, "echo 3 >>f")
    view.engine.settle()
    #expect(recorder.take().nodes.contains(entry.node))
    release(reader.handle, in: view)
  }

  @Test func anUnwatchedFileIsAskedForUntilItIsReleased() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let view = try ScratchView(tree)
    view.engine.kernelPassesThrough()
    let node = try view.lookup("f").node
    let writer = try open(node, O_RDWR, in: view)
    release(writer.handle, in: view)
    let second = try open(node, O_RDWR, in: view)
    #expect(second.backing > 0)
    release(second.handle, in: view)
    #expect(backings.open == [])
  }
}

// Open files: handles that were never given out, appends, the page cache's writes, O_DIRECT, ranges
// and the file attribute ioctls.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct FileTests {
  private func file(_ content: String = "content") throws -> (ScratchTree, ScratchView, NodeID) {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file", content)
    let view = try ScratchView(tree)
    return (tree, view, try view.lookup("file").node)
  }

  @Test func forgedHandlesAreBad() throws {
    let (_, view, node) = try file()
    let real = try view.open(node)
    for raw in [0, 1, 2, 255, 1 << 20, 1 << 32, 1 << 63, .max] as [UInt64]
    where raw != real.rawValue {
      let handle = HandleID(rawValue: raw)
      #expect(failure { () throws(Errno) in try view.read(handle) } == .badDescriptor)
      #expect(failure { () throws(Errno) in try view.write(handle, "x") } == .badDescriptor)
      let engine = view.engine
      #expect(
        failure { () throws(Errno) in try engine.flush(handle, lockOwner: 1) } == .badDescriptor)
      #expect(
        failure { () throws(Errno) in
          unsafe try engine.readDirectory(handle, from: 0, withEntries: true) { _ in true }
        } == .badDescriptor)
      #expect(
        failure { () throws(Errno) in
          try engine.setLock(
            handle, owner: 1, FileLock(type: F_RDLCK, start: 0, length: 1, pid: 1),
            waits: false)
        } == .badDescriptor)
      engine.release(handle, lockOwner: 1)
      engine.releaseDirectory(handle)
    }
    #expect(try view.read(real) == "content")
  }

  @Test func aReleasedHandleIsBad() throws {
    let (_, view, node) = try file()
    let old = try view.open(node)
    view.engine.release(old, lockOwner: 0)
    #expect(failure { () throws(Errno) in try view.read(old) } == .badDescriptor)
    let new = try view.open(node)
    #expect(new != old)
    #expect(failure { () throws(Errno) in try view.read(old) } == .badDescriptor)
    view.engine.release(old, lockOwner: 0)
    #expect(try view.read(new) == "content")
  }

  @Test(arguments: [2, 1 << 20, 1 << 32 | 1, 7 << 32 | 1, 1 << 63, .max] as [UInt64])
  func forgedNodesAreStale(_ raw: UInt64) throws {
    let (_, view, node) = try file()
    let forged = NodeID(rawValue: raw)
    try #require(forged != node || raw == 2)
    if forged == node { return }
    #expect(failure { () throws(Errno) in try view.open(forged) } == .stale)
    #expect(failure { () throws(Errno) in try view.lookup("x", in: forged) } == .stale)
    #expect(failure { () throws(Errno) in try view.makeHardLink(forged, "x") } == .stale)
    #expect(failure { () throws(Errno) in try view.engine.openDirectory(forged) } == .stale)
    view.engine.forget(forged, 1)
    #expect(view.engine.nodeCount == 2)
  }

  @Test func appendsLandAtTheEnd() throws {
    let (tree, view, node) = try file("0123456789")
    let handle = try view.open(node, O_RDWR | O_APPEND)
    try view.write(handle, "abc", at: 2, flags: O_RDWR | O_APPEND)
    #expect(try tree.content("anchor/file") == "0123456789abc")
    // A page that is written back lands where it belongs.
    try view.write(
      handle, "XX", at: 2, flags: O_RDWR | O_APPEND, WriteManner(isFromPageCache: true))
    #expect(try tree.content("anchor/file") == "01XX456789abc")
    // fcntl(F_SETFL) without O_APPEND sends no message of its own.
    try view.write(handle, "Y", at: 0, flags: O_RDWR)
    #expect(try tree.content("anchor/file") == "Y1XX456789abc")
  }

  @Test func directAccessFollowsEachRequest() throws {
    let page = String(repeating: "p", count: 4096)
    let (tree, view, node) = try file(page)
    let direct: Int32 = 0o40000  // O_DIRECT
    let handle: HandleID
    do throws(Errno) {
      handle = try view.open(node, O_RDWR | direct)
    } catch {
      // A file system without it (tmpfs before Linux 6.6) says so, here as there.
      #expect(error == .invalid)
      return
    }
    #expect(try view.read(handle, 4096, flags: O_RDWR | direct) == page)
    #expect(
      failure { () throws(Errno) in
        try view.read(handle, 100, at: 1, flags: O_RDWR | direct)
      } == .invalid)
    // Switched off by fcntl on the client's side.
    #expect(try view.read(handle, 100, at: 1, flags: O_RDWR).count == 100)
    let other = String(repeating: "q", count: 4096)
    #expect(try view.write(handle, other, flags: O_RDWR | direct) == 4096)
    try view.write(handle, "r", at: 1, flags: O_RDWR | direct, WriteManner(isFromPageCache: true))
    #expect(try tree.content("anchor/file").prefix(3) == "qrq")
  }

  @Test func openTruncatesTheRightFile() throws {
    let (tree, view, node) = try file()
    try tree.makeFile("anchor/new", "new")
    try tree.move("anchor/new", "anchor/file")
    #expect(failure { () throws(Errno) in try view.open(node, O_WRONLY | O_TRUNC) } == .stale)
    #expect(try tree.content("anchor/file") == "new")
    let new = try view.lookup("file").node
    _ = try view.open(new, O_RDONLY | O_TRUNC)
    #expect(try tree.content("anchor/file") == "")
  }

  @Test func rangesAreCopiedBetweenFiles() throws {
    let (tree, view, node) = try file("0123456789")
    let source = try view.open(node)
    let (_, target) = try view.create("target")
    let engine = view.engine
    let copied = try engine.copyRange(
      from: source, at: 2, to: target, at: 1, length: 5, flags: 0)
    #expect(copied == 5)
    #expect(try tree.content("anchor/target") == "\u{0}23456")
    #expect(
      failure { () throws(Errno) in
        try engine.copyRange(
          from: source, at: 0, to: source, at: 0, length: 1, flags: 0)
      } == .badDescriptor)
    #expect(try engine.seek(source, offset: 0, whence: 4) == 10)  // SEEK_HOLE
    try engine.allocate(target, mode: 0, offset: 0, length: 100)
    #expect(try tree.status("anchor/target").st_size == 100)
  }

  @Test func attributeFlagsAreTheBackings() throws {
    let (_, view, node) = try file()
    let handle = try view.open(node)
    let none = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    var output = [UInt8](repeating: 0xff, count: 8)
    let get: UInt32 = 0x8008_6601
    do throws(Errno) {
      let count = unsafe try control(view, handle, get, none, &output)
      #expect(count == 4)
    } catch {
      // tmpfs before Linux 6.6.
      #expect(error == .notTypewriter)
    }
    #expect(
      failure { () throws(Errno) in unsafe try control(view, handle, 0x5401, none, &output) }
        == .notTypewriter)
    var short = [UInt8](repeating: 0, count: 3)
    #expect(
      failure { () throws(Errno) in unsafe try control(view, handle, get, none, &short) }
        == .invalid)
    let set: UInt32 = 0x4008_6602
    #expect(
      failure { () throws(Errno) in unsafe try control(view, handle, set, none, &output) }
        == .invalid)
    let readOnly = try ScratchView(view.tree, isReadOnly: true)
    let other = try readOnly.open(readOnly.lookup("file").node)
    #expect(
      failure { () throws(Errno) in
        unsafe try control(readOnly, other, set, none, &output)
      } == .readOnlyFileSystem)
  }

  private func control(
    _ view: ScratchView, _ handle: HandleID, _ command: UInt32, _ input: UnsafeRawBufferPointer,
    _ output: inout [UInt8]
  ) throws(Errno) -> Int {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: output.count, alignment: 8)
    defer { unsafe buffer.deallocate() }
    return try unsafe view.engine.control(
      handle, of: .root, command: command, input: input, output: buffer)
  }
}

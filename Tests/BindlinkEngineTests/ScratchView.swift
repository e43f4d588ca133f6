// An engine without a mount, over a scratch directory: `anchor` is what lies under the mountpoint,
// everything beside it can be a backing. Remembers what was looked up, as the kernel would.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

final class ScratchView {
  let tree: ScratchTree
  let engine: Engine
  /// The kernel's counts.
  private(set) var known: [NodeID: UInt64] = [:]

  static let caller = Caller(uid: getuid(), gid: getgid(), pid: getpid(), umask: 0o022)

  /// `links` are virtual paths and paths in the scratch directory; an exception that does not begin
  /// with "/" is a pattern.
  init(
    _ tree: ScratchTree, links: [(String, String)] = [], readOnly: Set<String> = [],
    merged: Set<String> = [], keepingInside: Set<String> = [],
    exceptions: [String] = [], parents: Bool = false, isReadOnly: Bool = false,
    allowsOther: Bool = false, noOpen: Bool = false, watches: Bool = false
  ) throws {
    self.tree = tree
    let pathOnly: Int32 = 0o10_000_000  // O_PATH
    let under = unsafe Glibc.open(tree.path + "/anchor", pathOnly | O_DIRECTORY | O_CLOEXEC)
    var setup = ViewSetup(
      mountpoint: Array("/nonexistent/mountpoint".utf8), under: under, anchor: .underMountpoint,
      source: nil)
    for (virtual, backing) in links {
      var link = LinkRequest(
        virtualPath: Array(virtual.utf8), backing: Array("\(tree.path)/\(backing)".utf8))
      link.isReadOnly = readOnly.contains(virtual)
      link.isMerged = merged.contains(virtual)
      link.keepsSymbolicLinksInside = keepingInside.contains(virtual)
      link.createsParents = parents
      setup.links.append(link)
    }
    setup.exceptions = exceptions.map { .argument(Array($0.utf8)) }
    setup.isReadOnly = isReadOnly
    setup.allowsOther = allowsOther
    setup.cachePolicy.watches = watches
    setup.noOpen = noOpen
    engine = try Engine(setup)
    engine.didMount(device: .max, mountID: .max)
  }

  private func remember(_ entry: Entry) -> Entry {
    known[entry.node, default: 0] += 1
    return entry
  }

  // MARK: Nodes

  func lookup(_ name: String, in parent: NodeID = .root) throws(Errno) -> Entry {
    remember(try unsafe engine.lookup(parent, name))
  }

  /// Each component of a path in the view, in turn.
  @discardableResult
  func walk(_ path: String) throws(Errno) -> Entry {
    var node = NodeID.root
    var entry: Entry?
    for name in path.split(separator: "/") {
      entry = try lookup(String(name), in: node)
      node = entry!.node
    }
    guard let entry else { throw .invalid }
    return entry
  }

  /// ENOENT and the like, of a walk.
  func absence(_ path: String) -> Errno? {
    failure { () throws(Errno) in try walk(path) }
  }

  func forgetAll() {
    for (node, count) in known { engine.forget(node, count) }
    known.removeAll()
  }

  // MARK: Changes

  func create(_ name: String, in parent: NodeID = .root, flags: Int32 = O_RDWR) throws(Errno)
    -> (entry: Entry, handle: HandleID)
  {
    let (entry, handle) = try unsafe engine.create(
      parent, name, mode: 0o100644, flags: flags, caller: Self.caller)
    return (remember(entry), handle)
  }

  @discardableResult
  func makeDirectory(_ name: String, in parent: NodeID = .root) throws(Errno) -> Entry {
    remember(try unsafe engine.makeDirectory(parent, name, mode: 0o755, caller: Self.caller))
  }

  func unlink(_ name: String, in parent: NodeID = .root) throws(Errno) {
    try unsafe engine.unlink(parent, name, caller: Self.caller)
  }

  func removeDirectory(_ name: String, in parent: NodeID = .root) throws(Errno) {
    try unsafe engine.removeDirectory(parent, name, caller: Self.caller)
  }

  func rename(
    _ name: String, in parent: NodeID = .root, to newName: String, under newParent: NodeID = .root,
    flags: UInt32 = 0
  ) throws(Errno) {
    try unsafe engine.rename(
      parent, name, to: newParent, newName, flags: flags, caller: Self.caller)
  }

  func makeHardLink(_ node: NodeID, _ name: String, in parent: NodeID = .root) throws(Errno)
    -> Entry
  {
    remember(try unsafe engine.makeHardLink(node, parent, name, caller: Self.caller))
  }

  // MARK: Files

  func open(_ node: NodeID, _ flags: Int32 = O_RDONLY) throws(Errno) -> HandleID {
    try engine.open(node, flags: flags)
  }

  func read(_ handle: HandleID, _ size: Int = 4096, at offset: Int64 = 0, flags: Int32 = 0)
    throws(Errno) -> String
  {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    let count = try unsafe engine.read(handle, into: buffer, at: offset, flags: flags)
    return unsafe String(decoding: buffer[..<count], as: UTF8.self)
  }

  func content(of node: NodeID) throws(Errno) -> String {
    let handle = try open(node)
    defer { engine.release(handle, lockOwner: 0) }
    return try read(handle)
  }

  @discardableResult
  func write(
    _ handle: HandleID, _ text: String, at offset: Int64 = 0, flags: Int32 = O_RDWR,
    _ manner: WriteManner = WriteManner()
  ) throws(Errno) -> Int {
    var result = Result<Int, Errno>.success(0)
    var text = text
    text.withUTF8 { bytes in
      do throws(Errno) {
        result = .success(
          try unsafe engine.write(
            handle, UnsafeRawBufferPointer(bytes), at: offset, flags: flags,
            manner, caller: Self.caller))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  // MARK: Files without handles

  func makeFile(_ name: String, in parent: NodeID = .root, mode: UInt32 = 0o644) throws(Errno)
    -> NodeID
  {
    remember(
      try unsafe engine.makeNode(
        parent, name, mode: S_IFREG | mode, device: 0, caller: Self.caller)
    ).node
  }

  func read(_ node: NodeID, _ size: Int = 4096, flags: Int32 = O_RDONLY) throws(Errno) -> String {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    let count = try unsafe engine.read(node, into: buffer, at: 0, flags: flags)
    return unsafe String(decoding: buffer[..<count], as: UTF8.self)
  }

  @discardableResult
  func write(
    _ node: NodeID, _ text: String, at offset: Int64 = 0, flags: Int32 = O_RDWR,
    _ manner: WriteManner = WriteManner()
  ) throws(Errno) -> Int {
    let bytes = Array(text.utf8)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { unsafe buffer.deallocate() }
    unsafe buffer.copyBytes(from: bytes)
    return try unsafe engine.write(
      node, UnsafeRawBufferPointer(buffer), at: offset, flags: flags,
      manner, caller: Self.caller)
  }

  // MARK: Listings

  struct Listed: Equatable {
    var name: String
    var inode: UInt64
    var type: UInt32
    var node: NodeID?
  }

  /// A whole listing, at most `pieces` entries a call.
  func entries(
    _ node: NodeID = .root, pieces: Int = .max, withEntries: Bool = false
  ) throws(Errno) -> [Listed] {
    let (handle, _, _) = try engine.openDirectory(node)
    defer { engine.releaseDirectory(handle) }
    var all: [Listed] = []
    var offset: Int64 = 0
    while true {
      let before = all.count
      try unsafe engine.readDirectory(handle, from: offset, withEntries: withEntries) { listed in
        if all.count - before == pieces { return false }
        let name = unsafe String(decoding: UnsafeRawBufferPointer(listed.name), as: UTF8.self)
        let (inode, type, entry) = unsafe (listed.inode, listed.type, listed.entry)
        if let entry { _ = remember(entry) }
        all.append(Listed(name: name, inode: inode, type: type, node: entry?.node))
        offset = unsafe listed.nextOffset
        return true
      }
      if all.count == before { return all }
    }
  }

  /// Sorted, without "." and "..".
  func names(_ node: NodeID = .root) throws(Errno) -> [String] {
    try entries(node).map(\.name).filter { $0 != "." && $0 != ".." }.sorted()
  }
}

/// The errno that a body ends with; nil: none.
func failure<R>(_ body: () throws(Errno) -> R) -> Errno? {
  do throws(Errno) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

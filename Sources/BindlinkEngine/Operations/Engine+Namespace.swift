// Changes of the name space: make, remove, link. Each is made with the caller's credentials where the
// view serves several users (O6).

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// READLINK. The text is passed on as it is, unless its link keeps symbolic links inside (R6).
  /// Returns its length.
  package func readSymbolicLink(
    _ id: NodeID, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    let node = try pinned(id)
    let object = try openObject(node.slot, System.pathOnly)
    let count = try unsafe System.checked(
      bl_readlinkat(
        object.raw, "", buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count))
    guard let link = node.resolver.table.link(node.link), link.keepsSymbolicLinksInside else {
      return count
    }
    let target = unsafe Array(UnsafeRawBufferPointer(buffer)[..<count])
    guard let inside = try targetInside(target, link, of: node) else { return count }
    guard inside.count <= buffer.count else { throw .nameTooLong }
    unsafe buffer.copyBytes(from: inside)
    return inside.count
  }

  /// R6: the relative target that leads where an absolute one below the link's backing does; nil: it
  /// is none.
  private func targetInside(
    _ target: [UInt8], _ link: Link, of node: borrowing PinnedNode
  ) throws(Errno) -> [UInt8]? {
    let backing = link.backing.split(separator: UInt8(ascii: "/"))
    let components = target.split(separator: UInt8(ascii: "/"))
    guard target.first == UInt8(ascii: "/"), components.starts(with: backing) else { return nil }
    let depth = try virtualPath(of: node.slot).count - 1 - link.virtualPath.components.count
    let up = Array(repeating: ArraySlice("..".utf8), count: max(0, depth))
    let path = up + components.dropFirst(backing.count)
    return path.isEmpty
      ? [UInt8(ascii: ".")] : Array(path.joined(separator: [UInt8(ascii: "/")]))
  }

  package func makeNode(
    _ parent: NodeID, _ name: Name, mode: UInt32, device: UInt64, caller: Caller
  ) throws(Errno) -> Entry {
    if noOpen, mode & S_IFMT == S_IFREG {
      // This is how the kernel makes a file that it opens: what made it may be the only way to write.
      return try unsafe create(parent, name, mode: mode, flags: O_EXCL, caller: caller).0
    }
    return try unsafe make(parent, name, isDirectory: false, caller) {
      (directory, name) throws(Errno) in
      let masked = Umask.masked(mode, caller.umask, in: directory)
      _ = try unsafe System.checked(bl_mknodat(directory, name, masked, device))
    }
  }

  package func makeDirectory(
    _ parent: NodeID, _ name: Name, mode: UInt32, caller: Caller
  ) throws(Errno) -> Entry {
    try unsafe make(parent, name, isDirectory: true, caller) { (directory, name) throws(Errno) in
      let masked = Umask.masked(mode, caller.umask, in: directory)
      _ = try unsafe System.checked(bl_mkdirat(directory, name, masked))
    }
  }

  package func makeSymbolicLink(
    _ parent: NodeID, _ name: Name, target: Name, caller: Caller
  ) throws(Errno) -> Entry {
    try unsafe make(parent, name, isDirectory: false, caller) { (directory, name) throws(Errno) in
      _ = try unsafe System.checked(bl_symlinkat(target, directory, name))
    }
  }

  /// LINK. EROFS out of or into a read-only link (W1); EXDEV between two mounts of the host (O4).
  package func makeHardLink(
    _ id: NodeID, _ newParent: NodeID, _ newName: Name, caller: Caller
  ) throws(Errno) -> Entry {
    let object = try objectToLink(id)
    let entry = try unsafe make(newParent, newName, isDirectory: false, caller) {
      (directory, name) throws(Errno) in
      _ = try unsafe System.checked(bl_link_descriptor(object.raw, directory, name))
    }
    if policy.watches { tellOtherNodes(of: entry.node) }
    return entry
  }

  /// What was believed of a file that had one name: the kernel knows it of the node that it linked.
  private func tellOtherNodes(of id: NodeID) {
    var others = Invalidations()
    nodes.withLock { table in
      guard let node = unsafe table[id] else { return }
      table.forEachNode(of: unsafe node.pointee.identity) { slot in
        if table.id(of: slot) != id { others.nodes.append(table.id(of: slot)) }
      }
    }
    if !others.nodes.isEmpty { post(others) }
  }

  private func objectToLink(_ id: NodeID) throws(Errno) -> Descriptor {
    let node = try pinned(id)
    if node.isDirectory { throw .notPermitted }
    if node.isReadOnly { throw .readOnlyFileSystem }
    return try openObject(node.slot, System.pathOnly)
  }

  private func make(
    _ parent: NodeID, _ name: Name, isDirectory: Bool, _ caller: Caller,
    _ body: (Int32, Name) throws(Errno) -> Void
  ) throws(Errno) -> Entry {
    try unsafe checkName(name)
    let directory = try directory(parent)
    do {
      let target = try unsafe target(in: directory, name, isDirectory: isDirectory)
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      unsafe try target.withName { (name) throws(Errno) in
        try unsafe body(target.descriptor, name)
      }
    }
    return try unsafe lookup(in: directory, name)
  }

  package func unlink(_ parent: NodeID, _ name: Name, caller: Caller) throws(Errno) {
    try unsafe checkName(name)
    let directory = try directory(parent)
    let located = try unsafe locate(in: directory, name)
    if located.isDirectory { throw .isDirectory }
    try unsafe remove(located, in: directory, name, flags: 0, caller)
  }

  /// RMDIR. O3: EBUSY where a link's root lies below, or an exception path that counts; ENOTEMPTY where
  /// all that is left is hidden.
  package func removeDirectory(_ parent: NodeID, _ name: Name, caller: Caller) throws(Errno) {
    try unsafe checkName(name)
    let directory = try directory(parent)
    let located = try unsafe locate(in: directory, name)
    guard located.isDirectory, let scope = located.scope else { throw .notDirectory }
    if directory.resolver.isReadOnly(located.link) { throw .readOnlyFileSystem }
    if located.origin == .synthesised || scope.linkBelow { throw .busy }
    if scope.isScoped {
      let path = unsafe try virtualPath(of: directory.slot) + [Array(unsafe nameBytes(name))]
      if try directory.resolver.containsException(scope, path) {
        let isEmpty = try unsafe isVisiblyEmpty(located, in: directory, name, path)
        throw isEmpty ? .notEmpty : .busy
      }
      try unsafe checkNothingShown(located, in: directory, name, path)
    }
    var layers = LayerDirectories(directory.resolver, directory.place)
    let others = try unsafe layersMerged(with: located, in: directory, name, &layers)
    guard others.isEmpty else {
      return try unsafe removeMerged(located, and: others, &layers, in: directory, name, caller)
    }
    try unsafe remove(located, in: directory, name, flags: System.removeDirectory, caller)
  }

  /// E1: what a pattern shows in a directory is of another layer, and its own backing knows nothing of
  /// it. ENOTEMPTY.
  func checkNothingShown(
    _ located: Located, in directory: borrowing OpenDirectory, _ name: Name, _ path: [[UInt8]]
  ) throws(Errno) {
    guard let scope = located.scope, scope.hasRules, scope.layers.count > 1 else { return }
    if try unsafe !isVisiblyEmpty(located, in: directory, name, path) { throw .notEmpty }
  }

  private func isVisiblyEmpty(
    _ located: Located, in directory: borrowing OpenDirectory, _ name: Name, _ path: [[UInt8]]
  ) throws(Errno) -> Bool {
    let target = try unsafe target(of: located, in: directory, name)
    let object = unsafe try target.withName { (name) throws(Errno) -> Descriptor in
      try unsafe System.open(target.descriptor, name, System.pathOnly | System.directory)
    }
    let place = DirectoryPlace(
      scope: located.scope!, link: located.link, descriptor: object.raw,
      mount: located.status.mount_id)
    return try Listing(directory.resolver, place, path: { () throws(Errno) in path }).entries
      .isEmpty
  }

  func remove(
    _ located: Located, in directory: borrowing OpenDirectory, _ name: Name, flags: Int32,
    _ caller: Caller
  ) throws(Errno) {
    let target = try unsafe target(of: located, in: directory, name)
    let held = try unsafe holdingLast(located, target, parent: directory.slot, name)
    do throws(Errno) {
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      unsafe try target.withName { (name) throws(Errno) in
        _ = try unsafe System.checked(bl_unlinkat(target.descriptor, name, flags))
      }
    } catch {
      if let held { _ = bl_close(held) }
      throw error
    }
    unsafe lostName(located, parent: directory.slot, name, held: held)
  }
}

// From a node to its object: the names that it is known by, the places that these lead to, and the
// object opened there, with its identity checked.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  // MARK: Paths of nodes

  /// The virtual path of a directory, by the names that it is known by.
  func virtualPath(of slot: UInt32) throws(Errno) -> [[UInt8]] {
    try nodes.withLock { (table) throws(Errno) -> [[UInt8]] in
      var path: [[UInt8]] = []
      var current = slot
      while current != 1 {
        guard let record = unsafe table[current].pointee.names, path.count <= table.count else {
          throw .stale
        }
        let bytes = unsafe nameBytes(KnownName.bytes(of: record))
        path.append(unsafe Array(bytes))
        current = unsafe record.pointee.parent
      }
      return path.reversed()
    }
  }

  /// Calls `body` with a directory descriptor and a name that lead to the node, trying each name that
  /// it is known by. `body` throws ESTALE if it finds another object there. While a rename of the node
  /// is under way, or was since the name was read, its names are read again.
  func withPlace<R: ~Copyable>(
    of slot: UInt32, _ body: (Int32, Name) throws(Errno) -> R
  ) throws(Errno) -> R {
    try refresh(slot)
    var index = 0
    var patience = 10_000
    var seen: UInt16?
    while true {
      let (reference, moves, moved) = nodes.withLock { table in
        (
          unsafe Reference(table[slot], at: index), unsafe table[slot].pointee.moves,
          unsafe table[slot].pointee.moved
        )
      }
      if seen == nil { seen = moved }
      if let reference {
        do throws(Errno) {
          return unsafe try follow(reference, slot, body)
        } catch {
          guard error.isAbsence || error == .stale else { throw error }
          index += 1
          continue
        }
      }
      guard moves > 0 || moved != seen, patience > 0 else { throw .stale }
      patience -= 1
      index = 0
      seen = moved
      if moves > 0 { _ = usleep(100) }
    }
  }

  private func follow<R: ~Copyable>(
    _ reference: Reference, _ slot: UInt32, _ body: (Int32, Name) throws(Errno) -> R
  ) throws(Errno) -> R {
    guard reference.origin == .child else { return unsafe try followElsewhere(reference, body) }
    let parent = try directory(slot: reference.parent)
    guard parent.descriptor >= 0 else { throw .stale }
    return unsafe try reference.withName { (name) throws(Errno) -> R in
      try unsafe body(parent.descriptor, name)
    }
  }

  /// What is not in its parent's own backing directory. Apart, for it is much code.
  @inline(never)
  private func followElsewhere<R: ~Copyable>(
    _ reference: Reference, _ body: (Int32, Name) throws(Errno) -> R
  ) throws(Errno) -> R {
    switch reference.origin {
    case .covered:
      return try unsafe body(host.coveredDescriptor, ".")
    case .linkRoot:
      return unsafe try withBacking(of: reference.link, body)
    case .layer:
      let parent = try directory(slot: reference.parent)
      let path = try virtualPath(of: parent.slot)
      let directory = try parent.resolver.openLayer(reference.link, at: path)
      return unsafe try reference.withName { (name) throws(Errno) -> R in
        try unsafe body(directory.raw, name)
      }
    case .child, .synthesised: throw .stale
    }
  }

  /// A link's backing path as directory and name.
  func withBacking<R: ~Copyable>(
    of link: Int32, _ body: (Int32, Name) throws(Errno) -> R
  ) throws(Errno) -> R {
    guard let backing = resolver.table.link(link)?.backing else { throw .stale }
    if host.isRootOrMountpoint(backing) {
      let object = try host.open(backing)
      return try unsafe body(object.raw, ".")
    }
    let parent = try host.openParent(of: backing)
    return unsafe try withName(parent.name) { (name) throws(Errno) -> R in
      try unsafe body(parent.descriptor.raw, name)
    }
  }

  // MARK: Objects

  /// The node's object, opened anew with its identity checked. Never truncates or creates.
  func openObject(_ slot: UInt32, _ flags: Int32) throws(Errno) -> Descriptor {
    let (identity, kept, isDirectory, link) = nodes.withLock { table in
      let node = unsafe table[slot]
      return (
        unsafe node.pointee.identity,
        unsafe node.pointee.keepsDescriptor ? node.pointee.descriptor : -1,
        unsafe node.pointee.isDirectory, unsafe node.pointee.link
      )
    }
    if kept >= 0 {
      return flags & System.pathOnly == System.pathOnly
        ? try System.duplicate(kept) : try System.reopen(kept, flags & ~System.noFollow)
    }
    if slot == 1 { return try openRootObject(link, identity, flags) }
    // A FIFO that took a file's place must not make the server wait.
    let careful = flags | System.noFollow | (isDirectory ? 0 : System.nonBlocking)
    do throws(Errno) {
      return unsafe try withPlace(of: slot) { (directory, name) throws(Errno) -> Descriptor in
        let object: Descriptor
        do throws(Errno) {
          object = try unsafe System.open(directory, name, careful)
        } catch {
          // Another object may stand there, of a kind that cannot be opened so.
          guard try unsafe System.status(directory, name).identity == identity else { throw .stale }
          throw error
        }
        guard try System.status(of: object.raw, synchronising: false).identity == identity else {
          throw .stale
        }
        return object
      }
    } catch {
      guard error == .stale, let open = heldObject(slot, identity) else { throw error }
      return flags & System.pathOnly == System.pathOnly
        ? open : try System.reopen(open.raw, flags & ~System.noFollow)
    }
  }

  @inline(never)
  private func openRootObject(
    _ link: Int32, _ identity: Identity, _ flags: Int32
  ) throws(Errno) -> Descriptor {
    let object = try resolver.openLayer(link, [])
    guard try System.status(of: object.raw, synchronising: false).identity == identity else {
      throw .stale
    }
    return flags & System.pathOnly == System.pathOnly
      ? object : try System.reopen(object.raw, flags & ~System.noFollow)
  }

  /// Holds a node for the length of an operation. ESTALE: the id is out of date.
  func pinned(_ id: NodeID) throws(Errno) -> PinnedNode {
    if id == .root { try refreshRoot() }
    if let pinned = try pinned(id, evenOutdated: false) { return pinned }
    // Shown no more, it is still the object that it was (R4).
    _ = try? presentDirectory(NodeTable.slot(of: id))
    return try pinned(id, evenOutdated: true)!
  }

  /// Nil: a directory that an older table located.
  private func pinned(_ id: NodeID, evenOutdated: Bool) throws(Errno) -> PinnedNode? {
    try nodes.withLock { (table) throws(Errno) -> PinnedNode? in
      guard let node = unsafe table[id] else { throw .stale }
      if !evenOutdated, unsafe node.pointee.isDirectory,
        !table.isCurrent(NodeTable.slot(of: id))
      {
        return nil
      }
      unsafe node.pointee.pins += 1
      return PinnedNode(
        engine: self, resolver: table.resolver, slot: NodeTable.slot(of: id),
        identity: unsafe node.pointee.identity,
        format: unsafe node.pointee.format, link: unsafe node.pointee.link,
        scope: unsafe node.pointee.scope, isReadOnly: unsafe node.pointee.isReadOnly,
        isReal: unsafe !node.pointee.isBlank && node.pointee.identity.device != Identity.nowhere,
        isBlank: unsafe node.pointee.isBlank,
        regime: regime(ofFile: NodeTable.slot(of: id), in: table),
        hasOneName: unsafe node.pointee.hasOneName)
    }
  }
}

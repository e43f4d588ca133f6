// Lookup: a name in a directory to a node that the kernel may use, and back.

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// The entry at a name; the kernel's count of its node is raised by one. ENOENT: the view shows
  /// nothing there, hidden or not (E1).
  package func lookup(_ parent: NodeID, _ name: Name) throws(Errno) -> Entry {
    var absence = 0.0
    return try unsafe lookup(parent, name, absence: &absence)
  }

  /// `absence`: for how many seconds the kernel may believe an ENOENT.
  package func lookup(
    _ parent: NodeID, _ name: Name, absence: inout Double
  ) throws(Errno) -> Entry {
    try unsafe checkName(name)
    let directory = try directory(parent)
    do throws(Errno) {
      return try unsafe lookup(in: directory, name, holdingLock: false)
    } catch {
      if error == .noEntry { absence = unsafe timeout(ofAbsence: name, in: directory) }
      throw error
    }
  }

  /// `holdingLock`: the client holds the directory's lock in the kernel, as it does for all but the
  /// second look at a name that it has.
  func lookup(
    in directory: borrowing OpenDirectory, _ name: Name, holdingLock: Bool = true
  ) throws(Errno) -> Entry {
    let located = try unsafe locate(in: directory, name)
    return try unsafe register(located, in: directory, name, holdingLock: holdingLock)
  }

  func locate(in directory: borrowing OpenDirectory, _ name: Name) throws(Errno) -> Located {
    let slot = directory.slot
    return try unsafe directory.resolver.locate(in: directory.place, name) { () throws(Errno) in
      try virtualPath(of: slot)
    }
  }

  /// Makes an object known by a name, and gives the kernel one count of it.
  func register(
    _ located: Located, in parent: borrowing OpenDirectory, _ name: Name, holdingLock: Bool = true
  ) throws(Errno) -> Entry {
    let (slot, resolver, version) = (parent.slot, parent.resolver, parent.version)
    var leavings = Leavings()
    var belief = Belief(
      name: unsafe policy.watches && parent.decides(name) ? parent.regime : .asked)
    var isKernelWritten = false
    let id = nodes.withLock { table -> NodeID in
      let found = unsafe enter(
        located, parent: slot, name, resolver, version, known: nil, in: &table, &leavings)
      unsafe table[found].pointee.lookups += 1
      if policy.watches {
        unsafe belief.limit(located, found, at: name, in: parent, holdingLock: holdingLock, table)
      }
      isKernelWritten = unsafe table[found].pointee.isKernelWritten
      return table.id(of: found)
    }
    finish(leavings)
    if belief.isToBeDropped { unsafe drop(name, in: parent) }
    var entry = unsafe Entry(
      node: id, timeout: timeout(ofName: belief.name),
      attributes: attributes(of: located, in: parent, name))
    entry.attributes.timeout = isKernelWritten ? 0 : timeout(ofAttributes: belief.attributes)
    return entry
  }

  /// The node of a located object, `known` if it is that one's; made if there is none. It is known by
  /// the name, and located by that snapshot, from then on. Descriptors to be closed are added.
  func enter(
    _ located: Located, parent: UInt32, _ name: Name, _ resolver: Resolver, _ version: UInt32,
    known: UInt32?, in table: inout NodeTable, _ leavings: inout Leavings
  ) -> UInt32 {
    let isReadOnly = resolver.isReadOnly(located.link)
    let identity = unsafe identity(of: located, parent: parent, name, in: table)
    let slot: UInt32
    if let found = table.find(
      identity, belongsToLink: located.belongsToLink, link: located.link, isReadOnly: isReadOnly),
      found != 1
    {
      slot = found
    } else if let known, unsafe table[known].pointee.identity == identity {
      slot = known
    } else {
      slot = unsafe table.insert(
        Node(
          identity: identity, link: located.link,
          format: located.isDirectory ? 0o040000 : located.status.format))
    }
    let node = unsafe table[slot]
    unsafe node.pointee.version = version
    unsafe node.pointee.link = located.link
    unsafe node.pointee.isReadOnly = isReadOnly
    unsafe node.pointee.isBlank = located.isBlank
    unsafe node.pointee.scope = located.scope
    let deserted = unsafe table.addName(
      slot, parent: parent, name, link: located.link, origin: located.origin)
    if deserted != 0 { leavings.add(table.collect(deserted)) }
    if let kept = table.takeKept(slot) { leavings.add(kept) }
    return slot
  }

  /// What makes a located object the same one; a synthesised directory is its parent and name.
  private func identity(
    of located: Located, parent: UInt32, _ name: Name, in table: borrowing NodeTable
  ) -> Identity {
    guard located.origin == .synthesised else { return located.status.identity }
    let directory = unsafe table[parent]
    let inode = inodes.number(
      of: unsafe directory.pointee.identity, isDirectory: true,
      link: unsafe directory.pointee.link)
    return inodes.identity(
      of: located, parentInode: inode, nameHash: hash(unsafe nameBytes(name).span))
  }

  func identity(of located: Located, parent: UInt32, _ name: Name) -> Identity {
    nodes.withLock { unsafe identity(of: located, parent: parent, name, in: $0) }
  }

  /// The kernel gives `count` counts of a node back.
  package func forget(_ id: NodeID, _ count: UInt64) {
    let leavings = nodes.withLock { table -> Leavings in
      guard id != .root, let node = unsafe table[id] else { return Leavings() }
      unsafe node.pointee.lookups -= min(count, node.pointee.lookups)
      return table.collect(NodeTable.slot(of: id))
    }
    finish(leavings)
  }

  /// How many nodes the kernel knows, the root included. For tests.
  package var nodeCount: Int { nodes.withLock { $0.count } }

  /// How many directories are watched. For tests.
  package var watchCount: Int { nodes.withLock { $0.watches.count } }

  /// A name that no directory can have must not reach the host's path walk.
  func checkName(_ name: Name) throws(Errno) {
    let bytes = unsafe nameBytes(name)
    if bytes.count > 255 { throw .nameTooLong }
    guard let first = unsafe bytes.first, unsafe !bytes.contains(UInt8(ascii: "/")) else {
      throw .invalid
    }
    if first == UInt8(ascii: "."), bytes.count <= 2, unsafe bytes.last == first { throw .invalid }
  }
}

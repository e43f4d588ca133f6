// Nodes that an older table located. At its first use after a change of the table a node is located
// anew by its name: it may have got another scope or other rights, something else may stand at its
// virtual path, or nothing. What was open stays what it was (R4).

internal import BindlinkMap
internal import CBindlinkSystem

extension Engine {
  /// What the present table has at the virtual path of a directory: mostly its own node, with its scope
  /// brought up to date. ENOENT: nothing of it is there any more.
  func presentDirectory(_ slot: UInt32) throws(Errno) -> OpenDirectory {
    let (start, steps) = try nodes.withLock { (table) throws(Errno) in
      var steps: [(slot: UInt32, reference: Reference)] = []
      var current = slot
      while current != 1, !table.isCurrent(current) {
        guard let reference = unsafe Reference(table[current], at: 0), steps.count <= table.count
        else { throw .stale }
        steps.append((current, reference))
        current = reference.parent
      }
      return (current, steps)
    }
    var directory = try directory(slot: start)
    for step in steps.reversed() {
      directory = try present(step.slot, step.reference, in: directory)
    }
    return directory
  }

  private func present(
    _ slot: UInt32, _ reference: Reference, in parent: borrowing OpenDirectory
  ) throws(Errno) -> OpenDirectory {
    let (parentSlot, resolver, version) = (parent.slot, parent.resolver, parent.version)
    var leavings = Leavings()
    defer { finish(leavings) }
    let directory = unsafe try reference.withName { (name) throws(Errno) -> OpenDirectory in
      let located = try unsafe locate(in: parent, name)
      guard located.isDirectory else { throw .noEntry }
      return try nodes.withLock { (table) throws(Errno) -> OpenDirectory in
        let found = unsafe enter(
          located, parent: parentSlot, name, resolver, version, known: slot, in: &table, &leavings)
        return try pin(found, in: table, resolver, version)
      }
    }
    return try opened(directory)
  }

  /// Makes the known names of a node those that the present table shows its object at. ESTALE: there
  /// are none.
  func refresh(_ slot: UInt32) throws(Errno) {
    let (isCurrent, isDirectory) = nodes.withLock { table in
      (table.isCurrent(slot), unsafe table[slot].pointee.isDirectory)
    }
    if isCurrent || slot == 1 { return }
    guard isDirectory else { return try refreshNames(slot) }
    do throws(Errno) {
      let directory = try presentDirectory(slot)
      if directory.slot == slot { return }
    } catch {
      guard error.isAbsence else { throw error }
    }
    throw .stale
  }

  private func refreshNames(_ slot: UInt32) throws(Errno) {
    let (references, version) = nodes.withLock { table in
      var references: [Reference] = []
      while let reference = unsafe Reference(table[slot], at: references.count) {
        references.append(reference)
      }
      return (references, table.version)
    }
    var left: [Reference] = []
    var isShown = false
    for reference in references {
      switch try refresh(reference, of: slot) {
      case .same: isShown = true
      case .moved:
        isShown = true
        left.append(reference)
      case .left: left.append(reference)
      }
    }
    // The names stay where none is right any more: who holds the object reaches it by them (R4).
    guard isShown || nodes.withLock({ unsafe $0[slot].pointee.keepsDescriptor }) else {
      throw .stale
    }
    for reference in left { dropName(reference, of: slot) }
    nodes.withLock { unsafe $0[slot].pointee.version = version }
  }

  private enum Place {
    /// The name leads to the node as it did.
    case same
    /// It does, in another directory's node.
    case moved
    case left
  }

  private func refresh(_ reference: Reference, of slot: UInt32) throws(Errno) -> Place {
    do throws(Errno) {
      let parent = try directory(slot: reference.parent)
      let (parentSlot, resolver) = (parent.slot, parent.resolver)
      return unsafe try reference.withName { (name) throws(Errno) -> Place in
        let located = try unsafe locate(in: parent, name)
        return nodes.withLock { table in
          let node = unsafe table[slot]
          guard unsafe node.pointee.identity == located.status.identity, !located.isDirectory,
            unsafe node.pointee.isReadOnly == resolver.isReadOnly(located.link),
            unsafe !located.belongsToLink || node.pointee.link == located.link
          else { return .left }
          _ = unsafe table.addName(
            slot, parent: parentSlot, name, link: located.link, origin: located.origin)
          return parentSlot == reference.parent ? .same : .moved
        }
      }
    } catch {
      guard error.isAbsence || error == .stale else { throw error }
      return .left
    }
  }

  private func dropName(_ reference: Reference, of slot: UInt32) {
    let leavings = nodes.withLock { table -> Leavings in
      try? unsafe reference.withName { (name) throws(Errno) in
        unsafe table.removeName(slot, parent: reference.parent, name)
      }
      return table.collect(reference.parent)
    }
    finish(leavings)
  }

  /// The node's object where none of its names leads to it any more: by an open file of it, because
  /// somebody removed or replaced it while it is open; else where the table that located it had it
  /// (R4). So a path that was looked up just before a change can still be opened after it, with the
  /// rights that it had.
  func heldObject(_ slot: UInt32, _ identity: Identity) -> Descriptor? {
    if let object = openDataObject(slot, identity) { return object }
    let id = nodes.withLock { $0.id(of: slot) }
    for descriptor in handles.descriptors(of: id) {
      if let object = try? System.reopen(descriptor, Int32(BL_O_PATH)),
        let status = try? System.status(of: object.raw, synchronising: false),
        status.identity == identity
      {
        return object
      }
    }
    let (isCurrent, isDirectory) = nodes.withLock { table in
      (table.isCurrent(slot), unsafe table[slot].pointee.isDirectory)
    }
    if isCurrent { return nil }
    return isDirectory ? try? formerDirectory(slot, identity) : formerFile(slot, identity)
  }

  private func formerFile(_ slot: UInt32, _ identity: Identity) -> Descriptor? {
    var index = 0
    while let reference = nodes.withLock({ unsafe Reference($0[slot], at: index) }) {
      if let object = try? formerObject(reference),
        let status = try? System.status(of: object.raw, synchronising: false),
        status.identity == identity
      {
        return object
      }
      index += 1
    }
    return nil
  }

  private func formerObject(_ reference: Reference) throws(Errno) -> Descriptor {
    switch reference.origin {
    case .linkRoot:
      guard let backing = resolver.numbers.backing(of: reference.link) else { throw .stale }
      return try host.open(backing)
    case .child:
      let (identity, isCurrent) = nodes.withLock { table in
        (unsafe table[reference.parent].pointee.identity, table.isCurrent(reference.parent))
      }
      let parent =
        isCurrent
        ? try openObject(reference.parent, System.pathOnly)
        : try formerDirectory(reference.parent, identity)
      return unsafe try reference.withName { (name) throws(Errno) -> Descriptor in
        try unsafe System.open(parent.raw, name, System.pathOnly)
      }
    case .layer, .covered, .synthesised: throw .stale
    }
  }

  private func formerDirectory(_ slot: UInt32, _ identity: Identity) throws(Errno) -> Descriptor {
    let (scope, link, isCurrent) = nodes.withLock { table in
      let node = unsafe table[slot]
      return (unsafe node.pointee.scope, unsafe node.pointee.link, table.isCurrent(slot))
    }
    guard !isCurrent, let scope, link != Node.nobody else { throw .stale }
    let path = try virtualPath(of: slot)
    let former = scope.link(link)
    let root = former?.virtualPath.components ?? []
    guard path.starts(with: root) else { throw .stale }
    let base = if let former { try host.open(former.backing) } else { try host.openAnchor() }
    let object =
      path.count == root.count ? base : try host.open(path[root.count...], beneath: base)
    guard try System.status(of: object.raw, synchronising: false).identity == identity else {
      throw .stale
    }
    return object
  }
}

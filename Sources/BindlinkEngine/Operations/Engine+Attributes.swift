// Attributes: what stat shows and chmod, chown, truncate and utimensat change.

package import BindlinkMap
internal import CBindlinkSystem
package import Glibc

extension Engine {
  /// The attributes of a node; through the open file where the kernel names one.
  package func attributes(of id: NodeID, handle: HandleID?) throws(Errno) -> Attributes {
    let node = try pinned(id)
    let regime = policy.watches ? regime(ofAttributes: node) : .asked
    let status = try status(of: node, handle: handle)
    var attributes = attributes(status, of: node)
    let timeout = timeout(ofAttributes: limited(regime, by: status, of: node))
    if !isKernelWritten(id) { attributes.timeout = timeout }
    return attributes
  }

  private func status(of node: borrowing PinnedNode, handle: HandleID?) throws(Errno) -> Status {
    if let handle, let descriptor = try? handles.descriptor(handle) {
      return try System.status(of: descriptor)
    }
    return try status(of: node)
  }

  /// The present status of a node's object. ESTALE where its names lead to something else now.
  func status(of node: borrowing PinnedNode) throws(Errno) -> Status {
    if node.identity.device == Identity.nowhere { return host.synthesisedStatus }
    let (slot, identity) = (node.slot, node.identity)
    let kept = nodes.withLock {
      unsafe $0[slot].pointee.keepsDescriptor ? $0[slot].pointee.descriptor : -1
    }
    if kept >= 0 { return try System.status(of: kept) }
    if slot == 1 {
      // `pinned` has looked at its path.
      let root = if let held = try held(1) { try opened(held) } else { try directory(.root) }
      return try System.status(of: root.descriptor)
    }
    let isBlank = node.isBlank
    do throws(Errno) {
      return unsafe try withPlace(of: slot) { (directory, name) throws(Errno) -> Status in
        if isBlank {
          let status = try unsafe System.status(directory, name)
          guard status.identity == identity else { throw .stale }
          return status
        }
        let found = try unsafe host.inspect(directory, name, mount: identity.mount)
        guard found.status.identity == identity, !found.isBlank else { throw .stale }
        return found.status
      }
    } catch {
      guard error == .stale, let open = heldObject(slot, identity) else { throw error }
      return try System.status(of: open.raw)
    }
  }

  /// SETATTR. EROFS through a read-only link (W1) and on synthesised directories (P2).
  package func setAttributes(
    of id: NodeID, handle: HandleID?, _ changes: AttributeChanges, caller: Caller
  ) throws(Errno) -> Attributes {
    let node = try pinned(id)
    if node.isReadOnly || !node.isReal { throw .readOnlyFileSystem }
    let open = handle.flatMap { try? handles.descriptor($0) }
    if let size = changes.size {
      if node.isDirectory { throw .isDirectory }
      let drops = changes.dropsSetID ? caller : nil
      if let open, try handles.isWritable(handle!) {
        try truncate(open, to: size, droppingSetIDFor: drops)
      } else if noOpen {
        try truncate(id, to: size, droppingSetIDFor: drops)
      } else {
        let file = try openObject(node.slot, O_WRONLY)
        try truncate(file.raw, to: size, droppingSetIDFor: drops)
      }
    }
    if changes.isEmpty, node.format == 0o100000 {
      let object = try openObject(node.slot, System.pathOnly)
      try dropPrivileges(from: object.raw, of: id, caller: caller)
    }
    if changes.changesMore {
      if let open, node.format != 0o120000 {
        try apply(changes, to: open, isPathOnly: false)
      } else {
        let object = try openObject(node.slot, System.pathOnly)
        try apply(changes, to: object.raw, isPathOnly: true)
      }
      if node.isDirectory, changes.mode != nil || changes.uid != nil || changes.gid != nil {
        didChangePermissions()
      }
    }
    var attributes = attributes(try status(of: node, handle: handle), of: node)
    // The kernel takes them even if word of a later change has overtaken them.
    if !isKernelWritten(id) { attributes.timeout = timeout(ofAttributes: .asked) }
    return attributes
  }

  /// Ownership before mode, since a change of owner clears the set-id bits that a mode may set.
  private func apply(
    _ changes: AttributeChanges, to descriptor: Int32, isPathOnly: Bool
  ) throws(Errno) {
    if changes.uid != nil || changes.gid != nil {
      _ = try System.checked(
        bl_chown(descriptor, changes.uid ?? UInt32.max, changes.gid ?? UInt32.max))
    }
    if let mode = changes.mode {
      _ = try System.checked(
        isPathOnly ? bl_chmod(descriptor, mode & 0o7777) : bl_fchmod(descriptor, mode & 0o7777))
    }
    if changes.accessTime != nil || changes.modificationTime != nil {
      let (access, modification) = (changes.accessTime.timespec, changes.modificationTime.timespec)
      let result = bl_set_times(
        descriptor, Int64(access.tv_sec), Int64(access.tv_nsec), Int64(modification.tv_sec),
        Int64(modification.tv_nsec))
      // The kernel has checked the right of who asks for it. What writes back tells the time of
      // the last write by it, also of another user's file, whose times have moved by the writing.
      if policy.writesBack, Errno(rawValue: -result) == .notPermitted { return }
      _ = try System.checked(result)
    }
  }

  /// ACCESS: what access(2) would say of the backing; then W1: EROFS where writing is asked for.
  package func checkAccess(to id: NodeID, mode: Int32, caller: Caller) throws(Errno) {
    let node = try pinned(id)
    if node.isReal {
      let object = try openObject(node.slot, System.pathOnly)
      _ = try System.checked(bl_faccess(object.raw, mode & 7))
    }
    if mode & W_OK != 0, node.isReadOnly || !node.isReal { throw .readOnlyFileSystem }
  }

  /// STATFS: of the file system that the node's object is in.
  package func fileSystemStatistics(of id: NodeID) throws(Errno) -> statvfs {
    let node = try pinned(id)
    var statistics = statvfs()
    let object =
      node.isReal ? try openObject(node.slot, System.pathOnly) : try host.openCovered()
    if unsafe fstatvfs(object.raw, &statistics) != 0 { throw Errno(rawValue: errno) }
    return statistics
  }

  // MARK: From statuses to attributes

  func attributes(_ status: Status, of node: borrowing PinnedNode) -> Attributes {
    let inode = inodes.number(of: node.identity, isDirectory: node.isDirectory, link: node.link)
    var count = status.link_count
    if node.isDirectory, let scope = node.scope, scope.isScoped, node.isReal {
      let slot = node.slot
      count = linkCounts.count(
        status, scope, of: node.link, node.resolver,
        open: { () throws(Errno) in
          try openObject(slot, O_RDONLY | System.directory)
        }, path: { () throws(Errno) in try virtualPath(of: slot) })
    }
    return Attributes(status: status.stat(inode: inode, linkCount: count), birth: status.birth)
  }

  func attributes(
    of located: Located, in parent: borrowing OpenDirectory, _ name: Name
  ) -> Attributes {
    let (slot, resolver) = (parent.slot, parent.resolver)
    let identity = unsafe identity(of: located, parent: slot, name)
    let inode = inodes.number(of: identity, isDirectory: located.isDirectory, link: located.link)
    var count = located.status.link_count
    if located.isDirectory, let scope = located.scope, scope.isScoped, !located.isBlank,
      located.origin != .synthesised
    {
      count = linkCounts.count(
        located.status, scope, of: located.link, resolver,
        open: { () throws(Errno) in
          try open(located, resolver)
        },
        path: { () throws(Errno) in
          unsafe try virtualPath(of: slot) + [Array(unsafe nameBytes(name))]
        })
    }
    return Attributes(
      status: located.status.stat(inode: inode, linkCount: count), birth: located.status.birth)
  }

  /// The directory just located, for reading.
  private func open(_ located: Located, _ resolver: Resolver) throws(Errno) -> Descriptor {
    let slot = nodes.withLock {
      $0.find(
        located.status.identity, belongsToLink: true, link: located.link,
        isReadOnly: resolver.isReadOnly(located.link))
    }
    guard let slot else { throw .stale }
    return try openObject(slot, O_RDONLY | System.directory)
  }
}

extension AttributeChanges {
  var isEmpty: Bool { size == nil && !changesMore }

  /// Something else than the size changes.
  var changesMore: Bool {
    mode != nil || uid != nil || gid != nil || accessTime != nil || modificationTime != nil
  }
}

extension TimeChange? {
  /// utimensat's form of it, with UTIME_OMIT for no change.
  var timespec: Glibc.timespec {
    switch self {
    case nil: Glibc.timespec(tv_sec: 0, tv_nsec: 0x3fff_fffe)
    case .now: Glibc.timespec(tv_sec: 0, tv_nsec: 0x3fff_ffff)
    case .at(let time): time
    }
  }
}

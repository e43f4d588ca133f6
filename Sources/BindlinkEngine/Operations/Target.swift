// Where a change of the name space really happens: the physical directory and name behind a name of
// the view.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

/// A physical directory and name, with what the view knows of it.
@safe struct Target: ~Copyable {
  let descriptor: Int32
  /// The directory is not the one behind the node of which the kernel asked.
  let isElsewhere: Bool
  private let viewName: Name
  /// The last component of a link's backing path, where the name is a link's root.
  private let backingName: [CChar]?
  let origin: Origin
  let link: Int32

  /// The view's own name in a directory that somebody else holds.
  init(in directory: Int32, _ name: Name, _ origin: Origin, link: Int32) {
    descriptor = directory
    isElsewhere = false
    unsafe viewName = name
    backingName = nil
    self.origin = origin
    self.link = link
  }

  init(
    elsewhere directory: consuming Descriptor, _ name: Name, backingName: [UInt8]? = nil,
    _ origin: Origin, link: Int32
  ) {
    descriptor = directory.release()
    isElsewhere = true
    unsafe viewName = name
    self.backingName = backingName.map { $0.map { CChar(bitPattern: $0) } + [0] }
    self.origin = origin
    self.link = link
  }

  deinit { if isElsewhere { _ = bl_close(descriptor) } }

  func withName<R: ~Copyable>(_ body: (Name) throws(Errno) -> R) throws(Errno) -> R {
    guard let backingName else { return try unsafe body(viewName) }
    return try unsafe backingName.span.withUnsafeBufferPointer { (buffer) throws(Errno) -> R in
      try unsafe body(buffer.baseAddress!)
    }
  }
}

extension Engine {
  /// Where a new object of that name would be made: the first layer that the name is not excepted
  /// from (E5), of merged ones the first that can take it (M2). EROFS: read-only (W1) or synthesised
  /// (R8). EPERM: hidden (E5). EEXIST: a way is there; or something in a merged layer (M7), unless it
  /// is `masking` that.
  func target(
    in directory: borrowing OpenDirectory, _ name: Name, isDirectory: Bool, masking: Bool = false
  ) throws(Errno) -> Target {
    let scope = directory.scope
    if !scope.isScoped {
      if directory.isReadOnly || directory.descriptor < 0 { throw .readOnlyFileSystem }
      return unsafe Target(in: directory.descriptor, name, .child, link: directory.link)
    }
    let bytes = unsafe nameBytes(name)
    let child = unsafe scope.child(bytes.span)
    if let link = child.link {
      return willChange(try unsafe rootTarget(link, name, directory.resolver))
    }
    if scope.layers.isEmpty { throw .readOnlyFileSystem }
    let slot = directory.slot
    let resolver = directory.resolver
    var layers = LayerDirectories(resolver, directory.place)
    let path = { () throws(Errno) in try self.virtualPath(of: slot) }
    let keeping = try unsafe layers.keeping(name, creatingDirectory: isDirectory, path: path)
    guard let governing = keeping.first else { throw .notPermitted }
    var isWay = child.leadsToLink
    if !isWay, child.leadsToException {
      let below = unsafe scope.descend(bytes.span, keeping: keeping)
      isWay = unsafe try resolver.showsException(below, path() + [Array(bytes)])
    }
    if isWay { throw .exists }
    if scope.merges {
      if !masking, try unsafe layers.search(name, keeping, path: path).object != nil {
        throw .exists
      }
      return willChange(try unsafe mergedTarget(in: directory, name, keeping, &layers))
    }
    let link = scope.layers[governing].link
    if governing == 0 {
      if directory.descriptor < 0 || resolver.isReadOnly(link) { throw .readOnlyFileSystem }
      return unsafe Target(in: directory.descriptor, name, .child, link: link)
    }
    guard let outer = try layers.directory(governing, path: path) else { throw .notPermitted }
    if resolver.isReadOnly(link) { throw .readOnlyFileSystem }
    return willChange(
      unsafe Target(elsewhere: try System.duplicate(outer.descriptor), name, .layer, link: link))
  }

  /// Where the object that was located can be changed. EBUSY: a synthesised directory, or a place where
  /// a mount of the host begins by this view.
  func target(
    of located: Located, in directory: borrowing OpenDirectory, _ name: Name
  ) throws(Errno) -> Target {
    if directory.resolver.isReadOnly(located.link) { throw .readOnlyFileSystem }
    return willChange(try unsafe place(of: located, in: directory, name))
  }

  /// As above, whether it can be changed or not.
  func place(
    of located: Located, in directory: borrowing OpenDirectory, _ name: Name
  ) throws(Errno) -> Target {
    switch located.origin {
    case .child:
      return unsafe Target(in: directory.descriptor, name, .child, link: located.link)
    case .layer:
      let path = try virtualPath(of: directory.slot)
      let outer = try directory.resolver.openLayer(located.link, at: path)
      return unsafe Target(elsewhere: outer, name, .layer, link: located.link)
    case .linkRoot: return try unsafe rootTarget(located.link, name, directory.resolver)
    case .covered, .synthesised: throw .busy
    }
  }

  /// O2: a link's root stands for its backing.
  private func rootTarget(
    _ link: Int32, _ name: Name, _ resolver: Resolver
  ) throws(Errno) -> Target {
    if resolver.isReadOnly(link) { throw .readOnlyFileSystem }
    guard let backing = resolver.table.link(link)?.backing else { throw .stale }
    if host.isRootOrMountpoint(backing) { throw .busy }
    let parent = try host.openParent(of: backing)
    let last = parent.name
    return unsafe Target(
      elsewhere: try System.duplicate(parent.descriptor.raw), name, backingName: last, .linkRoot,
      link: link)
  }

  // MARK: Objects that lose their last name

  /// A descriptor of an object that is about to lose the only name it is known by; the kernel may go on
  /// using it. Nil: the kernel does not know it, or knows another name.
  func holdingLast(
    _ located: Located, _ target: borrowing Target, parent: UInt32, _ name: Name
  ) throws(Errno) -> Int32? {
    let identity = located.status.identity
    let isNeeded = nodes.withLock { table -> Bool in
      guard let slot = find(located, in: table) else { return false }
      let node = unsafe table[slot]
      if unsafe node.pointee.keepsDescriptor { return false }
      return unsafe table.findName(slot, parent: parent, name, length: strlen(name)) != nil
        && node.pointee.names?.pointee.next == nil
    }
    guard isNeeded else { return nil }
    return unsafe try target.withName { (name) throws(Errno) -> Int32? in
      let object = try unsafe System.open(target.descriptor, name, System.pathOnly)
      guard try System.status(of: object.raw, synchronising: false).identity == identity else {
        throw .stale
      }
      return object.release()
    }
  }

  func noteFormer(
    _ slot: UInt32, _ name: Name, in parent: UInt32, _ located: Located, _ table: inout NodeTable
  ) {
    let watch = unsafe table[parent].pointee.watch
    // Only an event ends the record, and the removal of a name is one where there is a watch.
    guard watch != 0, watch != WatchTable.refused, !located.isDirectory else { return }
    unsafe table.watches.addFormer(Array(nameBytes(name)), in: parent, table.id(of: slot))
  }

  /// The name is gone. `held` becomes the node's way to its object.
  func lostName(_ located: Located, parent: UInt32, _ name: Name, held: Int32?) {
    let closing = nodes.withLock { table -> Int32 in
      guard let slot = find(located, in: table) else { return held ?? -1 }
      let node = unsafe table[slot]
      unsafe noteFormer(slot, name, in: parent, located, &table)
      unsafe table.removeName(slot, parent: parent, name)
      guard let held, unsafe node.pointee.names == nil, unsafe !node.pointee.keepsDescriptor else {
        return held ?? -1
      }
      let old = unsafe node.pointee.descriptor
      if old >= 0, unsafe node.pointee.pins > 0 {
        // In use at this moment: it is as good.
        table.directories.remove(slot)
        unsafe node.pointee.keepsDescriptor = true
        return held
      }
      if old >= 0 { table.directories.remove(slot) }
      unsafe node.pointee.descriptor = held
      unsafe node.pointee.keepsDescriptor = true
      return old
    }
    if closing >= 0 { _ = bl_close(closing) }
  }

  func find(_ located: Located, in table: borrowing NodeTable) -> UInt32? {
    table.find(
      located.status.identity, belongsToLink: located.belongsToLink, link: located.link,
      isReadOnly: table.resolver.isReadOnly(located.link))
  }

  /// A file that never had a name.
  func registerNameless(_ located: Located, keeping descriptor: consuming Descriptor) -> Entry {
    let raw = descriptor.release()
    let id = nodes.withLock { table -> NodeID in
      var node = unsafe Node(
        identity: located.status.identity, link: located.link, format: located.status.format)
      node.lookups = 1
      node.descriptor = raw
      node.keepsDescriptor = true
      return table.id(of: table.insert(node))
    }
    let inode = inodes.number(
      of: located.status.identity, isDirectory: false, link: located.link)
    return Entry(
      node: id, timeout: timeout(ofName: .asked),
      attributes: Attributes(
        status: located.status.stat(inode: inode, linkCount: located.status.link_count),
        timeout: timeout(ofAttributes: .asked), birth: located.status.birth))
  }
}

// What must stay where it is.
extension Resolver {
  /// O3: the directory contains a link's root, or an exception path at which something is.
  func containsFixedPlace(_ scope: Scope, _ path: [[UInt8]]) throws(Errno) -> Bool {
    if scope.linkBelow { return true }
    return try containsException(scope, path)
  }

  /// An exception path counts if something is there, in the backing or in the outer view. What cannot
  /// be seen is there (E6).
  func containsException(_ scope: Scope, _ path: [[UInt8]]) throws(Errno) -> Bool {
    for relative in scope.exceptionPathsBelow() {
      for layer in scope.layers {
        do throws(Errno) {
          _ = try openLayer(layer.link, at: path + relative)
          return true
        } catch {
          if error == .accessDenied { return true }
          guard error.isAbsence else { throw error }
        }
      }
    }
    return false
  }
}

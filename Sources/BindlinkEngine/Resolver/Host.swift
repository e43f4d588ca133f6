// The host's tree as the server may touch it: paths are opened without following a symbolic link that
// somebody could swap, and never into this server's own view (R9): what lies under the mountpoint is
// reached by a descriptor that was opened before the view covered it.

internal import BindlinkControl
internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

final class Host: Sendable {
  /// Where an absolute path begins: "/" of the host, or the directory under the mountpoint.
  private let rootDescriptor: Int32
  let coveredDescriptor: Int32
  private let anchorDescriptor: Int32
  /// The mountpoint's path as components.
  let mountpoint: [[UInt8]]
  let mounts = MountFacts()
  let synthesisedStatus: Status

  private let ownDevice = Atomic<UInt64>(UInt64.max)
  private let ownMount = Atomic<UInt64>(0)

  private static let flags = System.pathOnly
  private static let careful =
    UInt64(BL_RESOLVE_BENEATH) | UInt64(BL_RESOLVE_NO_SYMLINKS)
    | UInt64(BL_RESOLVE_NO_MAGICLINKS) | UInt64(BL_RESOLVE_CACHED)

  /// The anchor as a host path, for links to places in it.
  let anchorPath: [UInt8]
  var hasAnchor: Bool { anchorDescriptor >= 0 }

  /// As mounted.
  var anchor: AnchorRequest {
    if !hasAnchor { return .none }
    return anchorPath.split(separator: UInt8(ascii: "/")).map { Array($0) } == mountpoint
      ? .underMountpoint : .directory(anchorPath)
  }

  /// Where another mount begins in a backing or the anchor, the view shows nothing of it (R9).
  let isOneFileSystem: Bool
  /// The view's opens cost no message, so nothing of it can be read-only by itself.
  let noOpen: Bool

  /// Takes ownership of `covered` and `anchor` (-1: the view has none).
  init(
    mountpoint: [[UInt8]], covered: Int32, anchor: Int32, anchorPath: [UInt8],
    isOneFileSystem: Bool, noOpen: Bool
  ) throws(Errno) {
    self.isOneFileSystem = isOneFileSystem
    self.noOpen = noOpen
    self.anchorPath = anchorPath
    self.mountpoint = mountpoint
    coveredDescriptor = covered
    anchorDescriptor = anchor
    rootDescriptor = try unsafe System.open(
      System.currentDirectory, "/", System.pathOnly | System.directory
    ).release()
    var status = Status()
    status.mode = 0o040755
    status.link_count = 1
    status.uid = geteuid()
    status.gid = getegid()
    status.block_size = 4096
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    status.modified.seconds = Int64(now.tv_sec)
    status.changed.seconds = Int64(now.tv_sec)
    status.accessed.seconds = Int64(now.tv_sec)
    synthesisedStatus = status
  }

  deinit {
    _ = bl_close(rootDescriptor)
    _ = bl_close(coveredDescriptor)
    if anchorDescriptor >= 0 { _ = bl_close(anchorDescriptor) }
  }

  /// From now on the view is mounted, as this mount of this device.
  func didMount(device: UInt64, mount: UInt64) {
    ownMount.store(mount, ordering: .relaxed)
    ownDevice.store(device, ordering: .releasing)
  }

  func isOwn(_ status: Status) -> Bool {
    status.device == ownDevice.load(ordering: .acquiring)
  }

  /// Of an own object: it is in the mount at the mountpoint.
  func isOwnMount(_ status: Status) -> Bool {
    status.mount_id == ownMount.load(ordering: .relaxed)
  }

  /// The path is the mountpoint or on the way to it: there is no symbolic link in it.
  func leads(to path: [[UInt8]]) -> Bool { !mountpoint.isEmpty && mountpoint.starts(with: path) }

  // MARK: Looking

  /// The object at a name of a directory: one statx, and more only where a mount begins there.
  @inline(__always)
  func inspect(_ directory: Int32, _ name: Name, mount: UInt64) throws(Errno) -> Located {
    let status = try unsafe System.status(directory, name)
    if status.mount_id == mount, mounts.isPlain(mount) {
      return Located(status: status, origin: .child, link: Node.nobody)
    }
    var found = try unsafe inspectMount(directory, name, status)
    if isOneFileSystem, status.mount_id != mount, found.origin == .child {
      // As a pseudo file system is.
      guard status.isDirectory else { throw .noEntry }
      found.isBlank = true
    }
    return found
  }

  /// The object at a path, as `open` has found it.
  func inspect(_ opened: borrowing OpenedPlace) throws(Errno) -> Located {
    let status = opened.status
    if mounts.isPlain(status.mount_id), !isOwn(status) {
      return Located(status: status, origin: .child, link: Node.nobody)
    }
    return try unsafe inspectMount(opened.descriptor.raw, nil, status)
  }

  /// Of an object in a local file system.
  func isPlain(_ descriptor: Int32, _ status: Status) -> Bool {
    mounts.isPlain(status.mount_id, device: status.device) || isPlainAfterAll(descriptor, status)
  }

  @inline(never)
  private func isPlainAfterAll(_ descriptor: Int32, _ status: Status) -> Bool {
    let kind = try? unsafe mounts.kind(of: status, at: descriptor, nil)
    return kind == .plain
  }

  /// The object behind a descriptor that `open` gave.
  func inspect(_ descriptor: Int32) throws(Errno) -> Located {
    let status = try System.status(of: descriptor, synchronising: false)
    return try unsafe inspectMount(descriptor, nil, status)
  }

  @inline(never)
  private func inspectMount(
    _ directory: Int32, _ name: Name?, _ status: Status
  ) throws(Errno) -> Located {
    var found = Located(status: status, origin: .child, link: Node.nobody)
    if isOwn(status) {
      guard status.isDirectory else { throw .noEntry }
      if isOwnMount(status) {
        found.status = try System.status(of: coveredDescriptor)
        found.origin = .covered
      } else {
        found.isBlank = true
      }
      return found
    }
    switch try unsafe mounts.kind(of: status, at: directory, name) {
    case .plain: break
    case .remote:
      found.status =
        if let name = unsafe name {
          try unsafe System.status(directory, name, synchronising: true)
        } else {
          try System.status(of: directory)
        }
    case .pseudo:
      // A directory is shown empty; a file of it alone would make the server answer for itself.
      guard status.isDirectory else { throw .noEntry }
      found.isBlank = true
    }
    return found
  }

  // MARK: Opening

  func openAnchor() throws(Errno) -> Descriptor {
    guard anchorDescriptor >= 0 else { throw .noEntry }
    return try System.duplicate(anchorDescriptor)
  }

  func openCovered() throws(Errno) -> Descriptor { try System.duplicate(coveredDescriptor) }

  /// An absolute, resolved host path, as an O_PATH descriptor, and the status of what is there.
  func open(_ place: HostPlace) throws(Errno) -> OpenedPlace {
    if mountpoint.isEmpty || !place.components.starts(with: mountpoint) {
      do throws(Errno) {
        let opened = try openAtOnce(place)
        if !isOwn(opened.status) { return opened }
      } catch {
        guard Self.isNotAtHand(error) else { throw error }
      }
    }
    let object = try open(place.components[...])
    let status = try System.status(of: object.raw, synchronising: false)
    return OpenedPlace(descriptor: object, status: status)
  }

  private func openAtOnce(_ place: HostPlace) throws(Errno) -> OpenedPlace {
    let path = place.path
    let object = unsafe try path.span.withUnsafeBufferPointer {
      (path) throws(Errno) -> Descriptor in
      try unsafe System.open(
        rootDescriptor, path.baseAddress!, Self.flags, resolving: Self.careful)
    }
    let status = try System.status(of: object.raw, synchronising: false)
    return OpenedPlace(descriptor: object, status: status)
  }

  /// Not at hand; or no such call here (Linux < 5.12, or a seccomp filter).
  private static func isNotAtHand(_ error: Errno) -> Bool {
    switch error {
    case .again, .crossDevice, .nameTooLong, .invalid, .notImplemented: true
    default: false
    }
  }

  /// An absolute, resolved host path, as an O_PATH descriptor.
  func open(_ path: [UInt8]) throws(Errno) -> Descriptor {
    let components = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
    return try open(components[...])
  }

  /// The directory that holds an absolute path's last component.
  func openParent(of path: [UInt8]) throws(Errno) -> ParentDirectory {
    let components = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
    guard let last = components.last else { throw .busy }
    return ParentDirectory(descriptor: try open(components.dropLast()), name: last)
  }

  struct ParentDirectory: ~Copyable {
    let descriptor: Descriptor
    let name: [UInt8]
  }

  /// The path has no parent that the server may use: "/", or the mountpoint itself.
  func isRootOrMountpoint(_ path: [UInt8]) -> Bool {
    let components = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
    return components.isEmpty || components == mountpoint
  }

  private func open(_ components: ArraySlice<[UInt8]>) throws(Errno) -> Descriptor {
    if !mountpoint.isEmpty, components.starts(with: mountpoint) {
      return try open(components.dropFirst(mountpoint.count), beneath: try openCovered())
    }
    return try open(components, beneath: try System.duplicate(rootDescriptor))
  }

  /// A path below a directory: in one call if the kernel has all of it at hand, else step by step.
  func open(_ components: ArraySlice<[UInt8]>, beneath base: consuming Descriptor) throws(Errno)
    -> Descriptor
  {
    if components.isEmpty { return base }
    let path = Array(components.joined(separator: [UInt8(ascii: "/")]))
    do throws(Errno) {
      let raw = base.raw
      let opened = unsafe try withName(path) { (text) throws(Errno) -> Int32 in
        try unsafe System.open(raw, text, Self.flags, resolving: Self.careful).release()
      }
      let descriptor = Descriptor(owning: opened)
      if !isOwn(try System.status(of: descriptor.raw, synchronising: false)) { return descriptor }
    } catch {
      guard Self.isNotAtHand(error) else { throw error }
    }
    return try openStepwise(components, beneath: base)
  }

  private func openStepwise(_ components: ArraySlice<[UInt8]>, beneath base: consuming Descriptor)
    throws(Errno) -> Descriptor
  {
    var directory = base
    for name in components {
      let raw = directory.raw
      let next = unsafe try withName(name) { (text) throws(Errno) -> Int32 in
        try unsafe System.open(raw, text, Self.flags).release()
      }
      directory = Descriptor(owning: next)
      let status = try System.status(of: directory.raw, synchronising: false)
      guard isOwn(status) else { continue }
      guard isOwnMount(status) else { throw .noEntry }
      directory = try openCovered()
    }
    return directory
  }
}

// The engine: what a request of the kernel does to the backings. Operations are split by group over
// the files in Operations/, named as the binding's are.
//
// Locks, in this order, and none is held during a system call that can wait:
//   changing, draining, marking, passing    (see there)
//   nodes    the node table (this file and Nodes/)
//   others   each guards one small thing and is taken alone (MountFacts, HandleTable, LinkCounts).
//
// Races worth knowing: the kernel holds the parents' locks during changes of the name space, but not
// during GETATTR or OPEN of an object that is being renamed; see `withPlace`.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

package final class Engine: Sendable {
  let policy: CachePolicy
  let keepsNames = Atomic(true)
  /// Nil: nothing is watched, because it is not wanted or not permitted.
  let watcher: Watcher?
  /// Changes of the name space are made with the caller's credentials (O6).
  package let switchesCredentials: Bool
  /// The kernel opens files without a message, and uses them without handles.
  package var noOpen: Bool { host.noOpen }

  let host: Host
  let nodes: Guarded<NodeTable>
  let handles = HandleTable()
  let inodes: InodeNumbers
  let linkCounts = LinkCounts()
  let locks = LockTable()
  /// Guards nothing else; taken alone.
  let notifier = Guarded<(any Notifier)?>(nil)
  /// Held by a change of the table from its reading to its publishing; taken before all others, and
  /// by no request for a file.
  let changing = Guarded(())
  /// The kernel reads and writes files itself where `passThrough` says so.
  let isPassingThrough = Atomic(false)
  /// Held while it is decided whether it does so for a file that is being opened; taken before `nodes`.
  let passing = Guarded(())
  /// Guards nothing else; taken alone.
  let transactions = Guarded(Transactions())
  /// How many directories may keep a descriptor open, how many files where there are no handles, and what
  /// else there can be many of: a quarter of what the process may have.
  package let descriptorShare: Int
  /// Guards nothing else; taken alone.
  private let supervisor = Guarded<Supervisor?>(nil)

  /// The present snapshot. An operation in a directory goes by the directory's.
  var resolver: Resolver { nodes.withLock { $0.resolver } }

  /// The root's backing must be a directory (ENOTDIR) that is there (ENOENT).
  init(
    resolver: Resolver, switchesCredentials: Bool, cachePolicy: CachePolicy
  ) throws(Errno) {
    policy = cachePolicy
    watcher = cachePolicy.watches ? Watcher() : nil
    host = resolver.host
    self.switchesCredentials = switchesCredentials
    let root = try resolver.locateRoot()
    guard root.isDirectory else { throw .notDirectory }
    inodes = InodeNumbers(resolver.numbers, root: root)
    var limit = rlimit()
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    descriptorShare = max(16, min(Int(clamping: limit.rlim_cur) / 4, 4096))
    var table = NodeTable(resolver)
    var node = unsafe Node(
      identity: inodes.identity(of: root, parentInode: 0, nameHash: 0), link: root.link,
      format: 0o040000)
    node.lookups = 1
    node.version = table.version
    node.scope = resolver.table.root
    node.isReadOnly = resolver.isReadOnly(root.link)
    let slot = table.insert(node)
    precondition(slot == 1)
    nodes = Guarded(table)
  }

  /// The view is mounted now: R9's guards know it from here on. Before the first request is served.
  package func didMount(device: UInt64, mountID: UInt64) {
    host.didMount(device: device, mount: mountID)
  }

  /// The kernel has no epoch (Linux < 6.16): it may not keep names. Naming each one that a change
  /// makes wrong is not enough, because nothing takes back the answer to a lookup that began before
  /// the change and reaches the kernel after it (C7; seen, with eight processes, once in 50 changes).
  package func kernelLacksEpoch() { keepsNames.store(false, ordering: .relaxed) }

  /// `body` sees to it that `restWriters` is called soon, from no thread that serves a request. Once,
  /// before the first request.
  package func supervise(by body: @escaping @Sendable () -> Void) {
    supervisor.withLock { $0 = Supervisor(wake: body) }
  }

  func supervise() { supervisor.withLock { $0 }?.wake() }

  /// A structure, since `Guarded` takes no function.
  private struct Supervisor {
    let wake: @Sendable () -> Void
  }

  /// Each worker calls this once, before its first request.
  package func prepareWorker() {
    Umask.prepareThread()
  }

  // MARK: Directories in use

  /// A directory of the view, held so that its node and descriptor stay. Where an older table located
  /// the node: what the present one has at its virtual path (R4), ENOENT if nothing. ESTALE: the kernel
  /// looks up again.
  func directory(_ id: NodeID) throws(Errno) -> OpenDirectory {
    if id == .root { try refreshRoot() }
    let slot = NodeTable.slot(of: id)
    // All that most requests need, under the lock once.
    let pinned = try nodes.withLock { (table) throws(Errno) -> OpenDirectory? in
      guard let node = unsafe table[id] else { throw .stale }
      guard unsafe node.pointee.isDirectory else { throw .notDirectory }
      guard table.isCurrent(slot), unsafe node.pointee.descriptor >= 0,
        unsafe node.pointee.watch != 0 || !policy.watches
      else { return nil }
      return try pin(slot, in: table, table.resolver, table.version)
    }
    if let pinned { return pinned }
    return try directory(slot: slot)
  }

  func directory(slot: UInt32) throws(Errno) -> OpenDirectory {
    while true {
      if slot == 1 { try refreshRoot() }
      let version = nodes.withLock { $0.version }
      do throws(Errno) {
        if let directory = try held(slot) { return try opened(directory) }
        var directory = try presentDirectory(slot)
        // Word of a change is of the node behind it; the kernel has its names below this one.
        if directory.slot != slot { directory.regime = .asked }
        return directory
      } catch {
        guard error == .stale, nodes.withLock({ $0.version != version }) else { throw error }
      }
    }
  }

  /// Nil: an older table located the node.
  func held(_ slot: UInt32) throws(Errno) -> OpenDirectory? {
    try nodes.withLock { (table) throws(Errno) -> OpenDirectory? in
      guard unsafe table[slot].pointee.isDirectory else { throw .notDirectory }
      return table.isCurrent(slot) ? try pin(slot, in: table, table.resolver, table.version) : nil
    }
  }

  func pin(
    _ slot: UInt32, in table: borrowing NodeTable, _ resolver: Resolver, _ version: UInt32
  ) throws(Errno) -> OpenDirectory {
    let node = unsafe table[slot]
    guard unsafe node.pointee.isInUse, unsafe node.pointee.isDirectory,
      let scope = unsafe node.pointee.scope
    else { throw .notDirectory }
    unsafe node.pointee.pins += 1
    unsafe node.pointee.recentlyUsed = true
    return OpenDirectory(
      engine: self, resolver: resolver, version: version, slot: slot,
      descriptor: unsafe node.pointee.descriptor, mount: unsafe node.pointee.identity.mount,
      scope: scope, link: unsafe node.pointee.link, isReadOnly: unsafe node.pointee.isReadOnly,
      isReal: unsafe !node.pointee.isBlank && node.pointee.identity.device != Identity.nowhere,
      watch: unsafe node.pointee.watch, regime: regime(ofDirectory: slot, in: table),
      moment: table.watches.now)
  }

  func opened(_ directory: consuming OpenDirectory) throws(Errno) -> OpenDirectory {
    if directory.descriptor >= 0 || !directory.isReal {
      if policy.watches, directory.watch == 0 { watch(&directory) }
      return directory
    }
    try openAncestors(of: directory.slot)
    let object = try openObject(directory.slot, System.pathOnly | System.directory)
    let slot = directory.slot
    let raw = object.release()
    let (descriptor, closing) = nodes.withLock { table -> (Int32, [Int32]) in
      let node = unsafe table[slot]
      if unsafe node.pointee.descriptor >= 0 { return (unsafe node.pointee.descriptor, [raw]) }
      let evicted = table.evictDirectory(bound: descriptorShare)
      unsafe node.pointee.descriptor = raw
      table.directories.insert(slot)
      return (raw, evicted.map { [$0] } ?? [])
    }
    for other in closing { _ = bl_close(other) }
    directory.descriptor = descriptor
    if policy.watches, directory.watch == 0 { watch(&directory) }
    return directory
  }

  /// Opens the directories on the way to one that are not open, from the top down: however deep it
  /// lies, reaching it takes no deeper stack and holds no more than its parent.
  private func openAncestors(of slot: UInt32) throws(Errno) {
    let ancestors = nodes.withLock { table -> [UInt32] in
      var slots: [UInt32] = []
      var current = slot
      while let name = unsafe table[current].pointee.names, unsafe name.pointee.origin == .child {
        current = unsafe name.pointee.parent
        if unsafe current == 1 || table[current].pointee.descriptor >= 0 { break }
        slots.append(current)
      }
      return slots
    }
    for ancestor in ancestors.reversed() { _ = try directory(slot: ancestor) }
  }

  func unpin(_ slot: UInt32) {
    let isUnused = nodes.withLock { table in
      let node = unsafe table[slot]
      unsafe node.pointee.pins -= 1
      guard unsafe node.pointee.pins == 0 else { return false }
      return unsafe slot == 1 ? !table.retired.isEmpty : node.pointee.lookups == 0
    }
    if isUnused { endUse(of: slot) }
  }

  /// Nobody works with what the kernel has forgotten, or with the root, any more.
  @inline(never)
  private func endUse(of slot: UInt32) {
    let leavings = nodes.withLock { table -> Leavings in
      if slot != 1 { return table.collect(slot) }
      var leavings = Leavings()
      if unsafe table[1].pointee.pins == 0 {
        for raw in table.takeRetired() { leavings.add(raw) }
      }
      return leavings
    }
    finish(leavings)
  }

  /// R3: the kernel never looks the root up, so each use of it looks at its path. The anchor has none:
  /// it is the directory behind a descriptor, which stays the same one.
  func refreshRoot() throws(Errno) {
    let isSettled = nodes.withLock { unsafe $0.isCurrent(1) && $0[1].pointee.link < 0 }
    if !isSettled { try locateRootAnew() }
  }

  @inline(never)
  private func locateRootAnew() throws(Errno) {
    let (resolver, version) = nodes.withLock { ($0.resolver, $0.version) }
    if policy.watches { watchRootWay(resolver, version) }
    let root = try resolver.locateRoot()
    let identity = inodes.identity(of: root, parentInode: 0, nameHash: 0)
    var isRebound = false
    let closing = nodes.withLock { table -> Int32 in
      let node = unsafe table[1]
      if unsafe node.pointee.identity == identity, unsafe node.pointee.version == version {
        return -1
      }
      unsafe node.pointee.version = version
      unsafe node.pointee.link = root.link
      unsafe node.pointee.scope = resolver.table.root
      unsafe node.pointee.isReadOnly = resolver.isReadOnly(root.link)
      if unsafe node.pointee.identity == identity { return -1 }
      table.rebind(1, to: identity)
      isRebound = true
      // The former directory's mark ends with its object, or is one too many.
      _ = table.watches.remove(unsafe node.pointee.watch, for: 1)
      unsafe node.pointee.watch = 0
      let old = unsafe node.pointee.descriptor
      if old >= 0, unsafe !node.pointee.keepsDescriptor { table.directories.remove(1) }
      unsafe node.pointee.keepsDescriptor = false
      unsafe node.pointee.descriptor = -1
      guard unsafe node.pointee.pins > 0, old >= 0 else { return old }
      table.retired.append(old)
      return -1
    }
    if isRebound, policy.watches { post(everything()) }
    if closing >= 0 { _ = bl_close(closing) }
  }
}

extension Resolver {
  /// The number of components of a layer's virtual path.
  func depth(of link: Int32) -> Int {
    table.link(link)?.virtualPath.components.count ?? 0
  }
}

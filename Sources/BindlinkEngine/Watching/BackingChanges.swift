// What events say has changed behind the view, put together: what the kernel has to forget. What this
// server did itself the kernel knows, unless the directory is known as several nodes.
//
// An answer can be on its way while the word that it is out of date is written. The kernel holds the
// directory's lock while it looks a name up or lists, and takes it for word about a name: so the
// directory is passed by such a word ("fence") before its nodes' attributes are invalidated. To the
// answer to GETATTR that is older than the word it pays no heed.

internal import BindlinkMap
internal import CBindlinkSystem

struct BackingChanges {
  struct Place: Hashable {
    let parent: NodeID
    let name: [UInt8]
  }

  /// It is not known what has changed.
  var isEverything = false
  var nodes: Set<NodeID> = []
  var fences: Set<NodeID> = []
  var names: Set<Place> = []
  /// Names that came, and whether a directory's.
  var made: [Place: Bool] = [:]
  /// Who may search a directory.
  var hasPermissions = false
  /// Names that lead to the directory that they led to.
  var kept: Set<Place> = []

  var isEmpty: Bool { !isEverything && nodes.isEmpty && fences.isEmpty && names.isEmpty }

  var invalidations: Invalidations {
    var result = Invalidations()
    result.fences = Array(fences)
    for place in names {
      if kept.contains(place) {
        result.entries.append((place.parent, place.name))
      } else {
        result.dropped.append((place.parent, place.name))
      }
    }
    result.nodes = Array(nodes)
    return result
  }
}

extension NodeTable {
  mutating func note(_ event: Watcher.Event, _ changes: inout BackingChanges) {
    if event.isOverflow || rootWay.isChanged(by: event) {
      changes.isEverything = true
      return
    }
    let slots = watches.slots(of: event.directory)
    if slots.isEmpty || (event.isOwn && isKnown(event, slots[0])) { return }
    watches.noteChange(of: event.directory)
    for slot in slots {
      let id = id(of: slot)
      if event.isOfItself || event.changesName {
        changes.nodes.insert(id)
        changes.fences.insert(id)
        if let name = unsafe self[slot].pointee.names {
          changes.fences.insert(self.id(of: unsafe name.pointee.parent))
        }
      }
      if event.isOfItself {
        if event.says(Int(BL_WATCH_ATTRIBUTES)) { changes.hasPermissions = true }
        continue
      }
      if isOfKernel(event, slot) { continue }
      changes.fences.insert(id)
      unsafe names.forEach(named: event.name, in: slot) { name in
        let named = unsafe name.pointee.slot
        changes.nodes.insert(self.id(of: named))
        if event.removesName { unsafe self[named].pointee.hasStrayed = true }
      }
      watches.forEachFormer(event.name, in: slot) { changes.nodes.insert($0) }
      if event.changesName {
        let place = BackingChanges.Place(parent: id, name: event.name)
        changes.names.insert(place)
        if event.makesName { changes.made[place] = event.isOfDirectory }
      }
    }
  }
}

extension NodeTable {
  /// Of data that the kernel may have written itself, for a client of this view: it keeps nothing of
  /// such a file that could be wrong. The end of its writing is noted.
  private func isOfKernel(_ event: Watcher.Event, _ slot: UInt32) -> Bool {
    let isClosing = event.says(Int(BL_WATCH_CLOSED))
    var (known, written) = (0, 0)
    unsafe names.forEach(named: event.name, in: slot) { name in
      known += 1
      let node = unsafe self[unsafe name.pointee.slot]
      guard unsafe node.pointee.isKernelWritten else { return }
      // What is open in another way is cached.
      if unsafe node.pointee.backing != 0 || node.pointee.openings == 0 { written += 1 }
      if isClosing {
        unsafe node.pointee.hasClosed = node.pointee.kernelWriters > 0
        unsafe node.pointee.awaitsClosing = false
      }
    }
    return event.isOfData && written > 0 && written == known
  }

  /// The kernel knows of what this server did: it is of one place, and of one node.
  private func isKnown(_ event: Watcher.Event, _ slot: UInt32) -> Bool {
    guard watches.isOnePlace(event.directory) else { return false }
    if event.changesName || event.isOfItself { return true }
    var isOneNode = true
    unsafe names.forEach(named: event.name, in: slot) { name in
      var count = 0
      forEachNode(of: unsafe self[unsafe name.pointee.slot].pointee.identity) { _ in count += 1 }
      if count > 1 { isOneNode = false }
    }
    return isOneNode
  }
}

extension Engine {
  /// Works off what has happened behind the view up to now: when it returns the kernel knows. From no
  /// thread that serves a request.
  package func settle() {
    guard let watcher else { return }
    watcher.draining.withLock { changes in
      takeEvents(of: watcher, &changes)
      defer { changes = BackingChanges() }
      if changes.isEverything { return forgetEverything() }
      for (place, isDirectory) in changes.made { inspect(place, isDirectory, &changes) }
      var invalidations = changes.invalidations
      if changes.hasPermissions, !policy.kernelChecksPermissions {
        invalidations.everyEntry = true
        invalidations.listedDirectories = handles.directoriesListedWithEntries
      }
      // Also without any: what was posted before has been written then.
      if !notify(invalidations) { kernelLacksEpoch() }
    }
  }

  private func takeEvents(of watcher: Watcher, _ changes: inout BackingChanges) {
    let turn = nodes.withLock { $0.watches.beginTurn() }
    let events = watcher.events()
    nodes.withLock { table in
      for event in events { table.note(event, &changes) }
      table.watches.endTurn(turn)
    }
  }

  /// Whether `settle` would find nothing to tell; for any thread. Who hears that it would calls it.
  var isSettled: Bool {
    guard let watcher else { return true }
    return watcher.draining.withLockIfFree { changes in
      takeEvents(of: watcher, &changes)
      return changes.isEmpty && notifier.withLock { $0 }?.isIdle ?? true
    } ?? false
  }

  /// A new name may be one more of a file that the kernel knows; and the name of a directory that it
  /// looked up meanwhile is right, and may be in use as a mountpoint.
  private func inspect(
    _ place: BackingChanges.Place, _ isDirectory: Bool, _ changes: inout BackingChanges
  ) {
    guard let directory = try? directory(place.parent),
      directory.slot == NodeTable.slot(of: place.parent), directory.descriptor >= 0,
      let status = unsafe try? withName(
        place.name,
        { (name) throws(Errno) -> Status in try unsafe System.status(directory.descriptor, name) })
    else { return }
    let (slot, identity) = (directory.slot, status.identity)
    nodes.withLock { table in
      if isDirectory {
        var known: [UnsafeMutablePointer<KnownName>] = unsafe []
        unsafe table.names.forEach(named: place.name, in: slot) { unsafe known.append($0) }
        guard unsafe known.count == 1,
          unsafe table[known[0].pointee.slot].pointee.identity == identity
        else { return }
        changes.kept.insert(place)
        unsafe known[0].pointee.mayBeAsked = true
      } else if status.link_count > 1 {
        table.forEachNode(of: identity) { changes.nodes.insert(table.id(of: $0)) }
      }
    }
  }

  /// Nothing that the kernel has of the backings can be relied on.
  func forgetEverything() {
    nodes.withLock { $0.rootWay.state = .unknown }
    if !notify(everything()) { kernelLacksEpoch() }
  }

  /// What to write when from now on nothing may be believed that was seen before.
  func everything() -> Invalidations {
    var result = Invalidations()
    nodes.withLock { table in
      table.watches.noteChangeOfEverything()
      table.forEachSlot { result.nodes.append(table.id(of: $0)) }
    }
    result.everyEntry = true
    result.fences = handles.openDirectories
    result.listedDirectories = handles.directoriesListedWithEntries
    return result
  }

  /// Before anything is served. What the kernel has not heard of needs not be taken back; and a root
  /// whose attributes were taken back before they came would let nobody in.
  package func prepareToWatch() {
    guard let watcher else { return }
    watcher.passOverMounts()
    let (resolver, version) = nodes.withLock { ($0.resolver, $0.version) }
    watcher.hostMounts.withLock { _ = $0.haveChanged(resolver, version) }
  }

  /// Tells the kernel what changes behind the view, until `stopWatching`. For a thread of its own; one
  /// that is idle waits in the kernel.
  package func watchBackings() {
    guard let watcher else { return }
    while true {
      switch watcher.wait() {
      case .stop: return
      case .mounts:
        let (resolver, version) = nodes.withLock { ($0.resolver, $0.version) }
        if watcher.hostMounts.withLock({ $0.haveChanged(resolver, version) }) {
          watcher.draining.withLock { _ in forgetEverything() }
        }
      case .events: settle()
      }
      // So that what happens in one go is told in one go.
      if watcher.pause(milliseconds: 3) { return }
    }
  }

  package var isWatching: Bool { watcher != nil }

  package func stopWatching() { watcher?.end() }
}

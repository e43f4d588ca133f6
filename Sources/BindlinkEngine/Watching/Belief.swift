// What the kernel may believe of an answer, and for how long. What rests on one watched directory is
// believed until an event says otherwise; what rests on several places is asked for each time.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

/// Of an entry.
struct Belief {
  var name: Regime
  var attributes = Regime.asked
  /// The kernel is to forget the name, so that it looks it up anew with the directory's lock held.
  var isToBeDropped = false

  /// Under the node table's lock, after the node was entered.
  mutating func limit(
    _ located: Located, _ slot: UInt32, at text: Name, in parent: borrowing OpenDirectory,
    holdingLock: Bool, _ table: borrowing NodeTable
  ) {
    let node = unsafe table[slot]
    let isQuiet =
      parent.regime != .watched || table.watches.isQuiet(parent.watch, since: parent.moment)
    let isHere =
      located.origin == .child && !located.isBlank && located.status.mount_id == parent.mount
    let here = isHere && isQuiet ? parent.regime : .asked
    name = min(name, here)
    if located.isDirectory {
      let watch = unsafe node.pointee.watch
      if let scope = located.scope, scope.isCountedHere, !located.isBlank {
        if watch == WatchTable.refused { attributes = .timed }
        if table.watches.isQuiet(watch, since: parent.moment) { attributes = .watched }
      }
    } else {
      let hasOneName = located.status.link_count == 1
      attributes = hasOneName ? here : min(here, .timed)
      if unsafe node.pointee.isKernelWritten { attributes = .asked }
      unsafe node.pointee.hasOneName = hasOneName
      if isHere { unsafe node.pointee.hasStrayed = false }
    }
    guard
      let record = unsafe table.findName(
        slot, parent: parent.slot, text, length: strlen(text))
    else { return }
    if name == .watched, !holdingLock, unsafe record.pointee.mayBeAsked {
      name = .asked
      // Of a directory the places would go that somebody has mounted there.
      isToBeDropped = !located.isDirectory
      unsafe record.pointee.mayBeAsked = located.isDirectory
      return
    }
    unsafe record.pointee.mayBeAsked = name != .watched
  }
}

extension Scope {
  /// The link count that such a directory shows is told by its own backing directory alone.
  fileprivate var isCountedHere: Bool { !isScoped || (layers.count <= 1 && !linkBelow) }
}

extension OpenDirectory {
  /// What shows at the name depends on the table and on this one backing directory.
  func decides(_ name: Name) -> Bool {
    if !scope.isScoped { return true }
    let bytes = unsafe nameBytes(name)
    if scope.layers.count == 1 {
      return unsafe scope.layers[0].link == link && scope.child(bytes.span).isNothing
    }
    guard scope.isUniform, !scope.merges, scope.layers.count == 2 else { return false }
    for layer in 0..<2 {
      guard case .never = unsafe scope.exclusion(of: bytes.span, layer: layer) else { return false }
    }
    return true
  }
}

extension Engine {
  func timeout(ofName regime: Regime) -> Double {
    keepsNames.load(ordering: .relaxed) ? max(policy.entryTimeout, regime.seconds) : 0
  }

  func timeout(ofAttributes regime: Regime) -> Double {
    max(policy.attributeTimeout, regime.seconds)
  }

  /// After the name was looked for.
  func timeout(ofAbsence name: Name, in directory: borrowing OpenDirectory) -> Double {
    guard keepsNames.load(ordering: .relaxed) else { return 0 }
    guard policy.watches, unsafe directory.decides(name) else { return policy.negativeTimeout }
    var regime = directory.regime
    if regime == .watched {
      let (watch, moment) = (directory.watch, directory.moment)
      if !nodes.withLock({ $0.watches.isQuiet(watch, since: moment) }) { regime = .asked }
    }
    return max(policy.negativeTimeout, regime.seconds)
  }

  /// What is in the directory.
  func regime(ofDirectory slot: UInt32, in table: borrowing NodeTable) -> Regime {
    switch unsafe table[slot].pointee.watch {
    case 0: .asked
    case WatchTable.refused: .timed
    default:
      // The anchor stays what it is.
      if unsafe slot != 1 || table[1].pointee.link < 0 {
        .watched
      } else {
        switch table.rootWay.state {
        case .watched: .watched
        case .refused: .timed
        case .unknown, .marking: .asked
        }
      }
    }
  }

  /// A node's own attributes; before they are looked at.
  func regime(ofAttributes node: borrowing PinnedNode) -> Regime {
    guard node.isDirectory else { return node.regime }
    let slot = node.slot
    guard node.isReal, let scope = node.scope, scope.isCountedHere,
      let directory = try? directory(slot: slot), directory.slot == slot
    else { return .asked }
    return directory.regime
  }

  /// The same when they have been looked at: a file's other names may be where nobody watches.
  func limited(_ regime: Regime, by status: Status, of node: borrowing PinnedNode) -> Regime {
    if !policy.watches || node.isDirectory { return regime }
    let (slot, hasOneName) = (node.slot, status.link_count == 1)
    if hasOneName != node.hasOneName {
      nodes.withLock { unsafe $0[slot].pointee.hasOneName = hasOneName }
    }
    return hasOneName ? regime : min(regime, .timed)
  }

  /// The attributes and the data of a file that has one name.
  @inline(never)
  func regime(ofFile slot: UInt32, in table: borrowing NodeTable) -> Regime {
    if !policy.watches { return .asked }
    let node = unsafe table[slot]
    guard unsafe !node.pointee.isKernelWritten,
      let name = unsafe node.pointee.names, unsafe name.pointee.next == nil,
      unsafe name.pointee.origin == .child, unsafe !node.pointee.hasStrayed,
      unsafe !node.pointee.keepsDescriptor, unsafe !node.pointee.isBlank,
      unsafe table[name.pointee.parent].pointee.identity.mount == node.pointee.identity.mount
    else { return .asked }
    return regime(ofDirectory: unsafe name.pointee.parent, in: table)
  }

  /// What the kernel has of the file's data is right when it is opened.
  package func keepsPages(of id: NodeID) -> Bool {
    policy.keepsPageCache || regime(ofData: id) == .watched
  }

  func regime(ofData id: NodeID) -> Regime {
    nodes.withLock { table in
      guard let node = unsafe table[id] else { return .asked }
      let regime = regime(ofFile: NodeTable.slot(of: id), in: table)
      return unsafe node.pointee.hasOneName ? regime : min(regime, .timed)
    }
  }

  /// A name that was moved keeps the time that the kernel was given at its old place.
  func limitBelief(in moved: Located, at name: Name, in directory: borrowing OpenDirectory) {
    guard policy.watches else { return }
    if directory.regime == .watched, moved.origin == .child, unsafe directory.decides(name) {
      return
    }
    var invalidations = Invalidations()
    let bytes = unsafe Array(nameBytes(name))
    let parent = directory.slot
    nodes.withLock { table in
      let id = table.id(of: parent)
      if moved.isDirectory {
        invalidations.entries.append((id, bytes))
      } else {
        invalidations.dropped.append((id, bytes))
      }
      guard let slot = find(moved, in: table) else { return }
      invalidations.nodes.append(table.id(of: slot))
      unsafe table.findName(slot, parent: parent, name, length: strlen(name))?.pointee
        .mayBeAsked = moved.isDirectory
    }
    post(invalidations)
  }

  func drop(_ name: Name, in directory: borrowing OpenDirectory) {
    var invalidations = Invalidations()
    let slot = directory.slot
    invalidations.dropped.append(
      (nodes.withLock { $0.id(of: slot) }, unsafe Array(nameBytes(name))))
    post(invalidations)
  }
}

extension Regime {
  var seconds: Double {
    switch self {
    case .asked: 0
    case .timed: 1
    case .watched: CachePolicy.forever
    }
  }
}

// Rename: within a layer, between layers, onto and away from links' roots (O3, O4, P4, E6).

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// RENAME2 with RENAME_NOREPLACE, RENAME_EXCHANGE and RENAME_WHITEOUT.
  package func rename(
    _ parent: NodeID, _ name: Name, to newParent: NodeID, _ newName: Name, flags: UInt32,
    caller: Caller
  ) throws(Errno) {
    try unsafe checkName(name)
    try unsafe checkName(newName)
    var from = try directory(parent)
    var to = try directory(newParent)
    // C6: both by one table.
    while from.resolver !== to.resolver {
      from = try directory(parent)
      to = try directory(newParent)
    }
    let source = try unsafe locate(in: from, name)
    let sourceTarget = try unsafe target(of: source, in: from, name)
    let exchanges = flags & UInt32(BL_RENAME_EXCHANGE) != 0
    let replaced = try unsafe locateIfThere(in: to, newName)
    let newTarget = try unsafe newTarget(
      for: source, over: replaced, in: to, newName, exchanges: exchanges)
    let isSame = replaced.map { $0.status.identity == source.status.identity } ?? false
    if exchanges, source.origin == .linkRoot || replaced?.origin == .linkRoot { throw .busy }
    if replaced?.origin == .linkRoot, replaced?.isDirectory == true { throw .busy }

    let newScope = try unsafe movedScope(source, from: from, name, to: to, newName)
    var otherScope: Scope?
    if exchanges, let replaced {
      try unsafe checkShown(source, in: to, newName, newTarget.link)
      try unsafe checkShown(replaced, in: from, name, sourceTarget.link)
      otherScope = try unsafe movedScope(replaced, from: to, newName, to: from, name)
    }
    if let replaced, replaced.isDirectory, !exchanges, let scope = replaced.scope, scope.isScoped {
      let path = unsafe try virtualPath(of: to.slot) + [Array(unsafe nameBytes(newName))]
      if try to.resolver.containsFixedPlace(scope, path) { throw .busy }
      if source.isDirectory, !isSame {
        try unsafe checkNothingShown(replaced, in: to, newName, path)
      }
    }

    try unsafe checkMerged(source, from: from, name, exchangedWith: exchanges ? replaced : nil, to)
    if let replaced {
      try unsafe checkMerged(
        replaced, in: to, newName, by: source, newTarget.link, exchanges: exchanges)
    }

    let masks = !exchanges && replaced.map { $0.link != newTarget.link } ?? false
    if masks, flags & UInt32(BL_RENAME_NOREPLACE) != 0 { throw .exists }
    // The backings' two places are two names of one file, as well.
    if masks, isSame { return }
    var held: Int32?
    if let replaced, !exchanges, !isSame {
      let place = try unsafe place(of: replaced, in: to, newName)
      held = try unsafe holdingLast(replaced, place, parent: to.slot, newName)
    }
    let moving = beginMove(source, exchanges ? replaced : nil)
    let turns = policy.watches ? nodes.withLock { $0.watches.turnsEnded } : 0
    do throws(Errno) {
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      unsafe try sourceTarget.withName { (name) throws(Errno) in
        unsafe try newTarget.withName { (newName) throws(Errno) in
          _ = try unsafe System.checked(
            bl_renameat2(sourceTarget.descriptor, name, newTarget.descriptor, newName, flags))
        }
      }
    } catch {
      endMove(moving)
      if let held { _ = bl_close(held) }
      throw error
    }
    if !isSame {
      if let replaced, !exchanges {
        unsafe lostName(replaced, parent: to.slot, newName, held: held)
      }
      var moved = source
      moved.origin = newTarget.origin
      moved.link = newTarget.link
      moved.scope = newScope
      unsafe changedName(source, moved, from: from.slot, name, to: to.slot, newName, since: turns)
      unsafe limitBelief(in: moved, at: newName, in: to)
      if exchanges, let replaced {
        var other = replaced
        other.origin = sourceTarget.origin
        other.link = sourceTarget.link
        other.scope = otherScope
        unsafe changedName(
          replaced, other, from: to.slot, newName, to: from.slot, name, since: turns)
        unsafe limitBelief(in: other, at: name, in: from)
      }
    }
    endMove(moving)
  }

  func locateIfThere(
    in directory: borrowing OpenDirectory, _ name: Name
  ) throws(Errno) -> Located? {
    do throws(Errno) {
      return try unsafe locate(in: directory, name)
    } catch {
      guard error == .noEntry else { throw error }
      return nil
    }
  }

  private func newTarget(
    for source: Located, over replaced: Located?, in directory: borrowing OpenDirectory,
    _ name: Name, exchanges: Bool
  ) throws(Errno) -> Target {
    guard let replaced else {
      return try unsafe target(in: directory, name, isDirectory: source.isDirectory)
    }
    let scope = directory.scope
    if !exchanges, scope.merges, replaced.origin == .child || replaced.origin == .layer,
      let old = scope.layers.firstIndex(where: { $0.link == replaced.link }), old > 0
    {
      // M5: what only the outer view has is masked, where a new name would not be made there.
      let isDirectory = source.isDirectory
      if let new = try? unsafe target(
        in: directory, name, isDirectory: isDirectory, masking: true),
        let place = scope.layers.firstIndex(where: { $0.link == new.link }), place < old
      {
        return new
      }
    }
    return try unsafe target(of: replaced, in: directory, name)
  }

  /// M5: a directory that is merged from several layers does not move, and there is no exchange
  /// between the layers of one merged directory. EXDEV.
  private func checkMerged(
    _ source: Located, from: borrowing OpenDirectory, _ name: Name,
    exchangedWith other: Located?, _ to: borrowing OpenDirectory
  ) throws(Errno) {
    var layers = LayerDirectories(from.resolver, from.place)
    if try unsafe !layersMerged(with: source, in: from, name, &layers).isEmpty {
      throw .crossDevice
    }
    guard let other, other.link != source.link else { return }
    let areSides = { (scope: Scope) in
      scope.merges && scope.layers.contains { $0.link == source.link }
        && scope.layers.contains { $0.link == other.link }
    }
    if areSides(from.scope), areSides(to.scope) { throw .crossDevice }
  }

  /// What is replaced or exchanged. P5: of a directory that is merged from several layers, or that
  /// would be masked, nothing may be in it; and several are not replaced at once.
  private func checkMerged(
    _ replaced: Located, in directory: borrowing OpenDirectory, _ name: Name, by source: Located,
    _ link: Int32, exchanges: Bool
  ) throws(Errno) {
    if !exchanges, replaced.link != link, replaced.isDirectory != source.isDirectory {
      throw replaced.isDirectory ? .isDirectory : .notDirectory
    }
    guard replaced.isDirectory else { return }
    var layers = LayerDirectories(directory.resolver, directory.place)
    let others = try unsafe layersMerged(with: replaced, in: directory, name, &layers)
    if !exchanges, !others.isEmpty || replaced.link != link {
      try unsafe checkEmpty(replaced, and: others, &layers, in: directory, name)
    }
    if !others.isEmpty { throw .crossDevice }
  }

  /// E5, for an object that takes the place of another: EPERM if a pattern hides its type there.
  private func checkShown(
    _ object: Located, in directory: borrowing OpenDirectory, _ name: Name, _ link: Int32
  ) throws(Errno) {
    let scope = directory.scope
    let bytes = unsafe nameBytes(name)
    for (index, layer) in scope.layers.enumerated() where layer.link == link {
      let exclusion = unsafe scope.exclusion(of: bytes.span, layer: index)
      if exclusion.applies(isDirectory: object.isDirectory) { throw .notPermitted }
    }
  }

  /// The scope that a directory will have at its new place; nil for a file. EBUSY where it must not
  /// move: a link's root or an exception path (P4), what contains one (O3), and where a pattern could
  /// come to hide less (E6).
  private func movedScope(
    _ source: Located, from: borrowing OpenDirectory, _ name: Name, to: borrowing OpenDirectory,
    _ newName: Name
  ) throws(Errno) -> Scope? {
    guard source.isDirectory, let scope = source.scope else { return nil }
    if source.origin == .linkRoot { throw .busy }
    if !from.scope.isScoped, !to.scope.isScoped { return to.scope }
    if unsafe from.scope.child(nameBytes(name).span).isException { throw .busy }
    let path = unsafe try virtualPath(of: from.slot) + [Array(unsafe nameBytes(name))]
    if scope.patternsReachBelow { throw .busy }
    if try to.resolver.containsFixedPlace(scope, path) { throw .busy }
    let slot = to.slot
    var layers = LayerDirectories(to.resolver, to.place)
    let keeping = try unsafe layers.keeping(newName, creatingDirectory: true) {
      () throws(Errno) in try virtualPath(of: slot)
    }
    let newScope = unsafe to.scope.descend(nameBytes(newName).span, keeping: keeping)
    if newScope.patternsReachBelow { throw .busy }
    if scope.isScoped, !scope.hidesLike(newScope) { throw .busy }
    return newScope
  }

  // MARK: Names of what moves

  private func beginMove(_ source: Located, _ other: Located?) -> [UInt32] {
    nodes.withLock { table in
      var slots: [UInt32] = []
      for located in [source, other] {
        guard let located, let slot = find(located, in: table) else { continue }
        unsafe table[slot].pointee.moves += 1
        slots.append(slot)
      }
      return slots
    }
  }

  private func endMove(_ slots: [UInt32]) {
    let leavings = nodes.withLock { table -> Leavings in
      var leavings = Leavings()
      for slot in slots {
        unsafe table[slot].pointee.moves -= 1
        unsafe table[slot].pointee.moved &+= 1
        leavings.add(table.collect(slot))
      }
      return leavings
    }
    finish(leavings)
  }

  private func changedName(
    _ old: Located, _ new: Located, from parent: UInt32, _ name: Name, to newParent: UInt32,
    _ newName: Name, since turns: UInt64
  ) {
    var word = Invalidations()
    let leavings = nodes.withLock { table -> Leavings in
      guard let slot = find(old, in: table) else { return Leavings() }
      // R4: lookups from a directory below one that moved follow the table at its new place.
      if old.isDirectory, old.scope !== new.scope || old.link != new.link {
        let outdated = table.outdateDirectories(below: slot)
        // R7: their numbers are another link's now.
        if policy.keepsNames, old.link != new.link {
          word.nodes = outdated + [table.id(of: slot)]
        }
      }
      let mayBeAsked =
        unsafe table.findName(slot, parent: parent, name, length: strlen(name))?.pointee.mayBeAsked
      unsafe noteFormer(slot, name, in: parent, old, &table)
      // Word of a change by the new name may have come before it was known.
      if policy.watches, !old.isDirectory, table.watches.turnsEnded != turns {
        word.nodes.append(table.id(of: slot))
      }
      unsafe table.removeName(slot, parent: parent, name)
      let node = unsafe table[slot]
      if old.belongsToLink { unsafe node.pointee.link = new.link }
      if let scope = new.scope { unsafe node.pointee.scope = scope }
      let deserted = unsafe table.addName(
        slot, parent: newParent, newName, link: new.link, origin: new.origin)
      // The kernel's name keeps what it was given until it moved.
      unsafe table.findName(slot, parent: newParent, newName, length: strlen(newName))?.pointee
        .mayBeAsked = mayBeAsked ?? true
      return deserted == 0 ? Leavings() : table.collect(deserted)
    }
    if !word.nodes.isEmpty { post(word) }
    finish(leavings)
  }
}

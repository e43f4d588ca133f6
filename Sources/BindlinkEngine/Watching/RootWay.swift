// The way to the root's backing. The kernel never looks the root up, so what it keeps of names in the
// root is right only as long as the backing's path leads to the same directory (R3): each directory on
// the way tells if it moves, the last one if the backing is moved or removed.

internal import BindlinkMap
internal import CBindlinkSystem

struct RootWay {
  enum State {
    /// Not looked at yet, or changed since.
    case unknown
    /// Its marks are being made.
    case marking
    case watched
    /// A directory on the way cannot be watched.
    case refused
  }
  struct Step {
    let key: WatchKey
    let descriptor: Int32
    /// What has to stay in it; nil: only the directory itself has to stay.
    let name: [UInt8]?
  }

  var state = State.unknown
  /// That of the table by which it was looked at.
  var version: UInt32 = 0
  var steps: [Step] = []

  func contains(_ key: WatchKey) -> Bool { steps.contains { $0.key == key } }

  func isChanged(by event: Watcher.Event) -> Bool {
    steps.contains { step in
      guard step.key == event.directory else { return false }
      if event.says(Int(BL_WATCH_SELF_MOVED)) { return true }
      return event.changesName && step.name == event.name
    }
  }
}

extension Engine {
  /// Before the root's path is looked at, so that no change of it can be missed.
  func watchRootWay(_ resolver: Resolver, _ version: UInt32) {
    let isKnown = nodes.withLock { $0.rootWay.state != .unknown && $0.rootWay.version == version }
    guard !isKnown, let watcher else { return }
    watcher.marking.withLock { _ in
      let former = nodes.withLock { table in
        defer { table.rootWay = RootWay() }
        return table.rootWay.steps.map { ($0, table.watches.contains($0.key)) }
      }
      for (step, isWatched) in former {
        if !isWatched { watcher.unmarkWay(step.descriptor) }
        _ = bl_close(step.descriptor)
      }
      // Told to the table first: an event about a step that nobody waits for would be lost.
      nodes.withLock {
        $0.rootWay.version = version
        $0.rootWay.state = .marking
      }
      let state = markRootWay(resolver, watcher)
      nodes.withLock { if $0.rootWay.state == .marking { $0.rootWay.state = state } }
    }
  }

  private func markRootWay(_ resolver: Resolver, _ watcher: Watcher) -> RootWay.State {
    guard let governing = resolver.table.root.layers.first, governing.link >= 0,
      let backing = resolver.table.link(governing.link)?.backing,
      !host.isRootOrMountpoint(backing)
    else { return .watched }
    let components = HostPath.components(backing)
    for index in components.indices {
      // "/" stays where it is.
      if index == 0, components.count > 1 { continue }
      guard let directory = try? host.open(HostPath.bytes(Array(components[..<index]))),
        let status = try? System.status(of: directory.raw, synchronising: false)
      else { return .unknown }
      guard
        watcher.isWatchable(directory.raw, mount: status.mount_id, device: status.device),
        let key = watcher.markWay(directory.raw)
      else { return .refused }
      let step = RootWay.Step(
        key: key, descriptor: directory.release(),
        name: index == components.count - 1 ? components[index] : nil)
      nodes.withLock { $0.rootWay.steps.append(step) }
    }
    return .watched
  }
}

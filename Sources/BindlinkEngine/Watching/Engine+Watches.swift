// The life of a watch: it begins when a directory is first used, and ends when the kernel has forgotten
// the directory's node.

internal import BindlinkMap
internal import CBindlinkSystem

extension Engine {
  /// Before anything in the directory is looked at, so that no change can be missed.
  func watch(_ directory: inout OpenDirectory) {
    guard directory.isReal, directory.descriptor >= 0 else { return }
    let (slot, raw, mount) = (directory.slot, directory.descriptor, directory.mount)
    guard let watcher else {
      nodes.withLock { unsafe $0[slot].pointee.watch = WatchTable.refused }
      directory.watch = WatchTable.refused
      directory.regime = .timed
      return
    }
    let began = watcher.marking.withLock { _ -> (UInt32, Regime, UInt64)? in
      let device = nodes.withLock { unsafe $0[slot].pointee.identity.device }
      let key = watcher.mark(raw, mount: mount, device: device)
      return nodes.withLock { table in
        let node = unsafe table[slot]
        guard unsafe node.pointee.watch == 0, unsafe node.pointee.descriptor == raw else {
          return nil
        }
        let watch = key.map { table.watches.insert($0, for: slot) } ?? WatchTable.refused
        unsafe node.pointee.watch = watch
        return (watch, regime(ofDirectory: slot, in: table), table.watches.now)
      }
    }
    if let began { (directory.watch, directory.regime, directory.moment) = began }
  }

  /// Before a name is changed there.
  func willChange(_ target: consuming Target) -> Target {
    if target.isElsewhere { willChange(elsewhere: target.descriptor) }
    return target
  }

  /// Before a name is changed in a directory that is not behind the node of which the kernel asked.
  func willChange(elsewhere directory: Int32) {
    guard let watcher, let key = watcher.key(of: directory) else { return }
    nodes.withLock { $0.watches.share(key) }
  }

  /// Closes descriptors of nodes that have ended, and ends their watches.
  @inline(__always)
  func finish(_ leavings: Leavings) {
    if !leavings.isEmpty { finishAll(of: leavings) }
  }

  @inline(never)
  private func finishAll(of leavings: Leavings) {
    for (raw, key) in leavings.descriptors {
      if let key, let watcher {
        watcher.marking.withLock { _ in
          let (isWatched, isWay) = nodes.withLock {
            ($0.watches.contains(key), $0.rootWay.contains(key))
          }
          if !isWatched { watcher.unmark(raw, keepingWay: isWay) }
        }
      }
      _ = bl_close(raw)
    }
    for slot in leavings.unopened { collectOpened(slot) }
  }

  /// A watched directory whose descriptor others needed. Where it cannot be opened any more it is gone,
  /// and its mark with it; or somebody moved it away, and the mark stays until the server ends.
  private func collectOpened(_ slot: UInt32) {
    let isPinned = nodes.withLock { table in
      let node = unsafe table[slot]
      guard unsafe node.pointee.isInUse, unsafe node.pointee.lookups == 0,
        unsafe node.pointee.descriptor < 0
      else { return false }
      unsafe node.pointee.pins += 1
      return true
    }
    guard isPinned else { return }
    var raw: Int32 = -1
    if let object = try? openObject(slot, System.pathOnly | System.directory) {
      raw = object.release()
    }
    let leavings = nodes.withLock { table in
      let node = unsafe table[slot]
      unsafe node.pointee.pins -= 1
      if raw >= 0, unsafe node.pointee.descriptor < 0 {
        unsafe node.pointee.descriptor = raw
        table.directories.insert(slot)
        raw = -1
      } else if unsafe node.pointee.descriptor < 0 {
        _ = table.watches.remove(unsafe node.pointee.watch, for: slot)
        unsafe node.pointee.watch = 0
      }
      return table.collect(slot)
    }
    if raw >= 0 { _ = bl_close(raw) }
    finish(leavings)
  }
}

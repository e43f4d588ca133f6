// st_nlink of directories in which something may be hidden or added. The count says how many
// subdirectories there are, so the backing's own would betray a hidden one (E6). It is counted from a
// listing, and kept until the directory changes.

internal import BindlinkMap
internal import CBindlinkSystem

final class LinkCounts: Sendable {
  private struct Key: Hashable {
    let device, inode: UInt64
    /// The layer that shows it: a link into what it lies over shows one directory twice.
    let link: Int32
    let scope: ObjectIdentifier
  }
  private struct Count {
    /// Held, so that no other scope gets its identity.
    let scope: Scope
    let backing: UInt32
    let modified, changed: Int64
    let visible: UInt32
  }

  private static let capacity = 4096
  /// Beyond so many links and exceptions in one directory it is 1, "not counted".
  private static let namesAtMost = 64

  private let counts = Guarded<[Key: Count]>([:])

  func count(
    _ status: Status, _ scope: Scope, of link: Int32, _ resolver: Resolver,
    open: () throws(Errno) -> Descriptor, path: PathProvider
  ) -> UInt32 {
    let names = scope.names()
    // 0: it was removed, and is still open.
    if status.link_count < 2 { return status.link_count }
    if names.count > Self.namesAtMost { return 1 }
    if scope.isMerged, isMergedFromSeveral(scope, resolver, path) { return 1 }
    // Nothing is hidden, and nothing of another layer shows.
    if names.isEmpty, !scope.hasRules { return status.link_count }
    if status.link_count == 2, names.isEmpty, scope.layers.count < 2 { return 2 }
    let key = Key(
      device: status.device, inode: status.inode, link: link, scope: ObjectIdentifier(scope))
    let (modified, changed) = (status.modified.nanoseconds64, status.changed.nanoseconds64)
    // The times of this directory say nothing of what another layer shows in it.
    let isOwn = names.isEmpty && !hasOtherDirectory(scope, than: link, resolver, path)
    if isOwn, let known = counts.withLock({ $0[key] }), known.backing == status.link_count,
      known.modified == modified, known.changed == changed
    {
      return known.visible
    }
    guard let directory = try? open(),
      let listing = try? Listing(
        resolver,
        DirectoryPlace(
          scope: scope, link: link, descriptor: directory.raw, mount: status.mount_id), path: path)
    else { return 1 }
    let visible = UInt32(2 + listing.entries.count { $0.type == 0o040000 })
    guard isOwn else { return visible }
    counts.withLock {
      if $0.count >= Self.capacity { $0.removeAll(keepingCapacity: true) }
      $0[key] = Count(
        scope: scope, backing: status.link_count, modified: modified, changed: changed,
        visible: visible)
    }
    return visible
  }

  /// Whether another layer has a directory at the path, so that an exception can show what is in it.
  private func hasOtherDirectory(
    _ scope: Scope, than link: Int32, _ resolver: Resolver, _ path: PathProvider
  ) -> Bool {
    if scope.layers.count < 2 { return false }
    var layers = LayerDirectories(resolver, scope)
    for (index, layer) in scope.layers.enumerated() where layer.link != link {
      do throws(Errno) {
        if try layers.directory(index, path: path) != nil { return true }
      } catch {
        return true
      }
    }
    return false
  }

  /// R7: such a directory's subdirectories are not counted. What cannot be looked at may be one.
  private func isMergedFromSeveral(
    _ scope: Scope, _ resolver: Resolver, _ path: PathProvider
  ) -> Bool {
    var layers = LayerDirectories(resolver, scope)
    var count = 0
    for layer in scope.layers.indices {
      do throws(Errno) {
        if try layers.directory(layer, path: path) != nil { count += 1 }
      } catch {
        return true
      }
      if !scope.layers[layer].isMerged { break }
    }
    return count > 1
  }
}

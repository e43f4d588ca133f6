// The host's mounts that begin in a backing, or on the way to one. No event of a directory tells that
// one came or went, but the kernel says when there was any change of mounts; most are elsewhere.

internal import BindlinkMap
internal import CBindlinkSystem

struct HostMounts {
  private struct Mount: Hashable {
    let id: UInt64
    let place: [UInt8]
  }

  private var version: UInt32?
  private var backings: Set<[UInt8]> = []
  /// Each directory on the way to a backing, the backing included.
  private var ways: Set<[UInt8]> = []
  /// Nil: not known yet.
  private var concerning: Set<Mount>?

  /// Whether another mount than before shows what backings lead to. Where it cannot be told (Linux
  /// before 6.8, where a mount's number is given again to the next one), and the first time: true.
  mutating func haveChanged(_ resolver: Resolver, _ version: UInt32) -> Bool {
    if version != self.version { learnBackings(resolver) }
    self.version = version
    let found = find()
    defer { concerning = found }
    return found == nil || found != concerning
  }

  private func find() -> Set<Mount>? {
    var found: Set<Mount> = []
    var ids = [UInt64](repeating: 0, count: 256)
    var last: UInt64 = 0
    var place = [CChar](repeating: 0, count: 4096)
    while true {
      let count = unsafe bl_mounts(last, &ids, ids.count)
      guard count >= 0 else { return nil }
      for id in ids[..<count] {
        let result = unsafe bl_mount_place(id, &place, place.count)
        if result == -Errno.noEntry.rawValue { continue }  // gone meanwhile
        guard result == 0 else { return nil }
        let bytes = unsafe place.withUnsafeBufferPointer {
          unsafe Array(nameBytes($0.baseAddress!))
        }
        if concerns(bytes) { found.insert(Mount(id: id, place: bytes)) }
      }
      guard count == ids.count else { return found }
      last = ids[ids.count - 1]
    }
  }

  private mutating func learnBackings(_ resolver: Resolver) {
    var paths = resolver.table.links.map(\.backing)
    if resolver.host.hasAnchor { paths.append(resolver.host.anchorPath) }
    (backings, ways) = ([], [])
    for path in paths {
      let components = HostPath.components(path)
      backings.insert(HostPath.bytes(components))
      for count in 0...components.count { ways.insert(HostPath.bytes(components[..<count])) }
    }
  }

  private func concerns(_ place: [UInt8]) -> Bool {
    if ways.contains(place) { return true }
    let components = HostPath.components(place)
    return components.indices.contains { backings.contains(HostPath.bytes(components[..<$0])) }
  }
}

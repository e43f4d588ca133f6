// Where a host path lies in a view, without touching the view: its server may hang, or be the one
// who asks. The path is walked as the kernel would, but the steps from mount to mount are read from
// the table of mounts, and nothing is looked up inside a view: symbolic links and names that are not
// there are its server's business (C2).

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

package struct ViewPlace: Hashable, Sendable {
  /// Resolved. A directory, or a file where a container was given a single file of a view.
  package let mountpoint: [UInt8]
  /// In the view itself: the mount may show a part of it only.
  package let virtualPath: [UInt8]

  /// Of an absolute path, which need not exist: its nearest ancestor that does decides.
  package init(of path: [UInt8]) throws(ControlFailure) {
    do throws(Errno) {
      var walk = try Walk(MountTable())
      try walk.go(path)
      guard let place = walk.place else { throw .notTypewriter }
      self = place
    } catch {
      throw ControlFailure(error, path)
    }
  }

  /// The same with a table of mounts of the caller's, whose root is the mount at "/".
  package init?(of path: [UInt8], in table: MountTable) throws(Errno) {
    var walk = try Walk(table)
    try walk.go(path)
    guard let place = walk.place else { return nil }
    self = place
  }

  fileprivate init(mountpoint: [UInt8], virtualPath: [UInt8]) {
    self.mountpoint = mountpoint
    self.virtualPath = virtualPath
  }

  /// Where the caller sees views, whoever serves them.
  package static func all() throws(Errno) -> [[UInt8]] {
    try MountTable().lines.filter(\.isView).map(\.place)
  }
}

private struct Walk {
  private struct Step {
    let name: [UInt8]
    /// The mount that the path up to here lies in.
    let mount: MountTable.Line
  }

  private let slash = UInt8(ascii: "/")
  private let mountsOnMount: [UInt64: [MountTable.Line]]
  private let root: MountTable.Line
  private var steps: [Step] = []
  private var linksLeft = 40
  private var mount: MountTable.Line { steps.last?.mount ?? root }

  init(_ table: MountTable) throws(Errno) {
    let ids = Set(table.lines.map(\.mountID))
    mountsOnMount = Dictionary(grouping: table.lines, by: \.parentID)
    // Its parent is not in the table, or itself.
    guard
      let first = table.lines.first(where: {
        $0.parentID == $0.mountID || !ids.contains($0.parentID)
      })
    else { throw .notTypewriter }
    if first.place == [slash] {
      root = Self.uppermost(first, [slash], mountsOnMount)
    } else {
      // After chroot(2) to a directory that is no mountpoint, the mount at "/" is left out.
      root = MountTable.Line(
        mountID: first.parentID, parentID: first.parentID, root: [slash], place: [slash], type: "")
    }
  }

  /// What is mounted over `mount` at `place`, over that, and so on. A table in which that goes round
  /// was not read whole.
  private static func uppermost(
    _ mount: MountTable.Line, _ place: [UInt8], _ mountsOnMount: [UInt64: [MountTable.Line]]
  ) -> MountTable.Line {
    var mount = mount
    for _ in mountsOnMount {
      let next = mountsOnMount[mount.mountID]?.last {
        $0.place == place && $0.mountID != mount.mountID
      }
      guard let next else { break }
      mount = next
    }
    return mount
  }

  private func path(_ count: Int) -> [UInt8] {
    count == 0 ? [slash] : steps[..<count].flatMap { [slash] + $0.name }
  }

  mutating func go(_ path: [UInt8]) throws(Errno) {
    guard path.first == slash, !path.contains(0) else { throw .invalid }
    var names = Array(path.split(separator: slash).reversed())
    while let name = names.popLast() {
      switch name {
      case [UInt8(ascii: ".")]: break
      case [UInt8(ascii: "."), UInt8(ascii: ".")]: _ = steps.popLast()
      default:
        steps.append(Step(name: Array(name), mount: mount))
        let here = self.path(steps.count)
        let above = Self.uppermost(mount, here, mountsOnMount)
        if above.mountID != mount.mountID {
          steps[steps.count - 1] = Step(name: Array(name), mount: above)
        } else if !mount.isView, let target = try linkTarget(here) {
          guard linksLeft > 0 else { throw .loop }
          linksLeft -= 1
          if target.first == slash { steps = [] } else { steps.removeLast() }
          names += target.split(separator: slash).reversed()
        }
      }
    }
  }

  /// Nil for what is no symbolic link.
  private func linkTarget(_ path: [UInt8]) throws(Errno) -> [UInt8]? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let name = path.map { CChar(bitPattern: $0) } + [0]
    let atWorkingDirectory: Int32 = -100  // AT_FDCWD
    let count = unsafe bl_readlinkat(atWorkingDirectory, name, &buffer, buffer.count)
    if count >= 0 { return buffer[..<count].map { UInt8(bitPattern: $0) } }
    let error = Errno(rawValue: Int32(-count))
    if error == .invalid { return nil }
    throw error
  }

  /// Nil outside of views.
  var place: ViewPlace? {
    let mount = mount
    // A directory that was removed since it was bound here has no virtual path.
    guard mount.isView, !mount.root.reversed().starts(with: "//deleted".utf8.reversed()) else {
      return nil
    }
    let depth =
      mount.mountID == root.mountID
      ? 0 : steps.firstIndex { $0.mount.mountID == mount.mountID }! + 1
    let rest = steps[depth...].flatMap { [slash] + $0.name }
    let top = mount.root == [slash] ? [] : mount.root
    let virtualPath = top + rest
    return ViewPlace(
      mountpoint: path(depth), virtualPath: virtualPath.isEmpty ? [slash] : virtualPath)
  }
}

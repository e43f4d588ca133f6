// From a spelling to the one path that it means (C2).

internal import BindlinkMap
internal import CBindlinkSystem

extension ViewWalker {
  private static let parentName = Array("..".utf8)

  /// C2: the one virtual path of a spelling. What does not exist is taken as it is written. The last
  /// name, if it is a symbolic link to a directory and no link stands there, is followed if asked.
  func canonical(
    _ spelling: [UInt8], followingLast: Bool = true
  ) throws(LinkError) -> VirtualPath {
    _ = try VirtualPath(lexical: spelling)
    func refusal(_ errno: Errno, _ reason: String) -> LinkError {
      LinkError(errno, "C2", String(decoding: spelling, as: UTF8.self), reason)
    }
    var pending = Array(HostPath.components(spelling).reversed())
    var path: [[UInt8]] = []
    var links = 0
    /// From how many components on nothing is there: no need to look.
    var absence = Int.max
    while let name = pending.popLast() {
      if name == Self.parentName {
        guard path.popLast() != nil else { throw refusal(.invalid, "leads out of the view") }
        if path.count < absence { absence = .max }
        continue
      }
      let here = path + [name]
      if here.count > absence {
        path = here
        continue
      }
      if pending.isEmpty {
        guard followingLast, resolver.table.link(at: VirtualPath(components: here)) == nil,
          let target = try? symbolicLink(here)
        else { return VirtualPath(components: here) }
        // A link stands at the directory that the name leads to, else at the name itself.
        return directory(from: path, target) ?? VirtualPath(components: here)
      }
      let target: [UInt8]?
      do throws(Errno) {
        target = try symbolicLink(here)
      } catch {
        target = nil
        if error.isAbsence { absence = here.count }
      }
      guard let target else {
        path = here
        continue
      }
      links += 1
      guard links <= HostWalker.maximumLinks else {
        throw refusal(.invalid, "has too many symbolic links")
      }
      guard let start = start(of: target, in: path) else {
        throw refusal(.invalid, "leads out of the view")
      }
      path = start.path
      pending += start.rest.reversed()
    }
    return VirtualPath(components: path)
  }

  /// Where a symbolic link's target begins in the view; nil: it leads out of it.
  private func start(
    of target: [UInt8], in path: [[UInt8]]
  ) -> (path: [[UInt8]], rest: [[UInt8]])? {
    let components = HostPath.components(target)
    guard target.first == HostPath.slash else { return (path, components) }
    let mountpoint = resolver.host.mountpoint
    guard components.starts(with: mountpoint) else { return nil }
    return ([], Array(components.dropFirst(mountpoint.count)))
  }

  /// The directory of the view that a symbolic link leads to, if it does.
  private func directory(from path: [[UInt8]], _ target: [UInt8]) -> VirtualPath? {
    guard let start = start(of: target, in: path) else { return nil }
    var links = 0
    guard let followed = try? follow(from: start.path, start.rest, links: &links),
      case .view(let resolved) = followed,
      let found = try? locate(resolved)
    else { return nil }
    return found.isDirectory ? VirtualPath(components: resolved) : nil
  }

  enum Followed {
    /// A path of the view without symbolic links, where something is.
    case view([[UInt8]])
    /// A path of the host, not resolved.
    case host([[UInt8]])
  }

  /// Follows a path of the view as a process does, from a directory on that has no symbolic link in
  /// its path. `links` counts the symbolic links that were met.
  func follow(
    from start: [[UInt8]] = [], _ rest: [[UInt8]], links: inout Int
  ) throws(Errno) -> Followed {
    var path = start
    var pending = Array(rest.reversed())
    while let name = pending.popLast() {
      if name == Self.parentName {
        if path.popLast() == nil {
          return .host(resolver.host.mountpoint.dropLast() + pending.reversed())
        }
        continue
      }
      guard let target = try symbolicLink(path + [name]) else {
        path.append(name)
        continue
      }
      links += 1
      guard links <= HostWalker.maximumLinks else { throw .loop }
      let components = HostPath.components(target)
      if target.first != HostPath.slash {
        pending += components.reversed()
      } else if components.starts(with: resolver.host.mountpoint) {
        path = []
        pending += components.dropFirst(resolver.host.mountpoint.count).reversed()
      } else {
        return .host(components + pending.reversed())
      }
    }
    _ = try locate(path)
    return .view(path)
  }
}

// Whole paths of a view as one snapshot shows it, without nodes and without a request to the own
// mount: what changes of the table, its listing and explanations look at.
//
// Made for one question and used by one thread. Directories are remembered: ten thousand links in one
// directory cost a look at each and no more.

internal import BindlinkMap
internal import CBindlinkSystem

final class ViewWalker {
  /// A directory of the view; `descriptor` is -1 where it is synthesised.
  struct Directory {
    let located: Located
    let descriptor: Int32

    /// What is shown empty (R9) has ways to links at most.
    var place: DirectoryPlace? {
      guard let scope = located.scope else { return nil }
      return DirectoryPlace(
        scope: scope, link: located.link, descriptor: located.isBlank ? -1 : descriptor,
        mount: located.status.mount_id)
    }
  }

  let resolver: Resolver
  private var directories: [[[UInt8]]: Directory] = [:]
  private static let bound = 64

  init(_ resolver: Resolver) { self.resolver = resolver }

  deinit { forget() }

  private func forget() {
    for directory in directories.values where directory.descriptor >= 0 {
      _ = bl_close(directory.descriptor)
    }
    directories = [:]
  }

  /// The object at a path; no symbolic link is followed.
  func locate(_ path: [[UInt8]]) throws(Errno) -> Located {
    guard let name = path.last else { return try directory([]).located }
    if let known = directories[path] { return known.located }
    let parent = path.dropLast()
    return try locate(name, in: try directory(Array(parent)), Array(parent))
  }

  func locate(
    _ name: [UInt8], in directory: Directory, _ path: [[UInt8]]
  ) throws(Errno) -> Located {
    guard let place = directory.place else { throw .noEntry }
    return unsafe try withName(name) { (text) throws(Errno) -> Located in
      try unsafe resolver.locate(in: place, text, path: { path })
    }
  }

  /// The directory at a path. Its descriptor is good until the next call.
  func directory(_ path: [[UInt8]]) throws(Errno) -> Directory {
    var depth = path.count
    while depth > 0, directories[Array(path[..<depth])] == nil { depth -= 1 }
    var current =
      if let known = directories[Array(path[..<depth])] { known } else { try root() }
    while depth < path.count {
      let parent = Array(path[..<depth])
      let located = try locate(path[depth], in: current, parent)
      guard located.isDirectory else { throw .notDirectory }
      let descriptor = try open(located, in: current, parent, path[depth])
      depth += 1
      current = keep(located, descriptor, at: Array(path[..<depth]))
    }
    return current
  }

  private func root() throws(Errno) -> Directory {
    let located = try resolver.locateRoot()
    var raw: Int32 = -1
    if located.origin != .synthesised { raw = try resolver.openLayer(located.link, []).release() }
    return keep(located, raw, at: [])
  }

  private func keep(_ located: Located, _ descriptor: Int32, at path: [[UInt8]]) -> Directory {
    if directories.count >= Self.bound { forget() }
    let directory = Directory(located: located, descriptor: descriptor)
    directories[path] = directory
    return directory
  }

  /// An O_PATH descriptor of what was located, -1 for what is synthesised.
  private func open(
    _ located: Located, in directory: Directory, _ parent: [[UInt8]], _ name: [UInt8]
  ) throws(Errno) -> Int32 {
    switch located.origin {
    case .child:
      return unsafe try withName(name) { (text) throws(Errno) -> Int32 in
        try unsafe System.open(directory.descriptor, text, System.pathOnly).release()
      }
    case .layer: return try resolver.openLayer(located.link, at: parent + [name]).release()
    case .linkRoot: return try resolver.openLayer(located.link, []).release()
    case .covered: return try resolver.host.openCovered().release()
    case .synthesised: return -1
    }
  }

  /// The text of the symbolic link at a path; nil: something else is there.
  func symbolicLink(_ path: [[UInt8]]) throws(Errno) -> [UInt8]? {
    let located = try locate(path)
    guard located.status.isSymbolicLink, let name = path.last else { return nil }
    let parent = Array(path.dropLast())
    let object = try open(located, in: try directory(parent), parent, name)
    defer { _ = bl_close(object) }
    return try System.target(of: object)
  }

  // MARK: The outer view

  /// What the view would show at a path if no link stood there (C10); nil: nothing.
  func outer(_ path: [[UInt8]]) throws(Errno) -> Located? {
    guard let name = path.last else { return try outerRoot() }
    let parent = Array(path.dropLast())
    do throws(Errno) {
      guard let place = try directory(parent).place else { return nil }
      return unsafe try withName(name) { (text) throws(Errno) -> Located in
        try unsafe resolver.locateOuter(in: place, text, path: { parent })
      }
    } catch {
      guard error.isAbsence else { throw error }
      return nil
    }
  }

  /// What would show at a path if it were no way to a link's root (R8); nil: nothing.
  func behindWay(_ path: [[UInt8]]) throws(Errno) -> Located? {
    guard let name = path.last else { return nil }
    let parent = Array(path.dropLast())
    guard let place = try directory(parent).place else { return nil }
    return unsafe try withName(name) { (text) throws(Errno) -> Located? in
      try unsafe resolver.locateBehindWay(in: place, text, path: { parent })
    }
  }

  private func outerRoot() throws(Errno) -> Located? {
    guard resolver.host.hasAnchor else { return nil }
    let anchor = try resolver.openLayer(Layer.anchor, [])
    return try resolver.host.inspect(anchor.raw)
  }
}

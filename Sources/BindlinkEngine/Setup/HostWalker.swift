// Host paths, symbolic links included, resolved name by name with descriptors: so that the server never
// waits for its own view, whether it is mounted yet or not. Where a path enters the view, what is left
// of it is a path of the view (C3).
//
// Made for one change and used by one thread. Directories are remembered, so that ten thousand
// backings in one directory cost a look at each and no more.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

final class HostWalker {
  enum Place {
    /// A path without symbolic links, there and accessible.
    case host(path: [[UInt8]], isDirectory: Bool)
    /// What is left of the path, from the view's root on.
    case view([[UInt8]])
  }

  private let host: Host
  /// O_PATH descriptors by path.
  private var directories: [[[UInt8]]: Int32] = [:]
  /// By mount: whether it is another view.
  private var views: [UInt64: Bool] = [:]
  private static let bound = 64
  static let maximumLinks = 40

  init(_ host: Host) { self.host = host }

  deinit { forget() }

  private func forget() {
    for descriptor in directories.values { _ = bl_close(descriptor) }
    directories = [:]
  }

  /// Follows a path from "/" on. `links` counts the symbolic links that were met. EOPNOTSUPP: it leads
  /// to another view (R9).
  func resolve(_ path: [[UInt8]], links: inout Int) throws(Errno) -> Place {
    var pending = Array(path.reversed())
    var walked: [[UInt8]] = []
    while let name = pending.popLast() {
      if name == Array("..".utf8) {
        _ = walked.popLast()
        continue
      }
      let parent = walked
      walked.append(name)
      if host.leads(to: walked) {
        if walked == host.mountpoint { return .view(pending.reversed()) }
        continue
      }
      if directories[walked] != nil { continue }
      let object = try open(name, in: try directory(parent))
      let status = try System.status(of: object.raw, synchronising: false)
      if host.isOwn(status) {
        // The view bound to another place; or a part of it, whose path in the view nobody can tell.
        guard status.isDirectory, host.isOwnMount(status) else { throw .notSupported }
        return .view(pending.reversed())
      }
      if status.isSymbolicLink {
        links += 1
        guard links <= Self.maximumLinks else { throw .loop }
        let target = try System.target(of: object.raw)
        pending += HostPath.components(target).reversed()
        walked = target.first == HostPath.slash ? [] : parent
        continue
      }
      guard !pending.isEmpty else {
        try check(object.raw, status)
        return .host(path: walked, isDirectory: status.isDirectory)
      }
      guard status.isDirectory else { throw .notDirectory }
      keep(object.release(), at: walked)
    }
    let last = try directory(walked)
    try check(last, try System.status(of: last, synchronising: false))
    return .host(path: walked, isDirectory: true)
  }

  /// A path that stands in a table, in which nothing is followed. Returns whether it is a directory.
  func checkPhysical(_ path: [UInt8]) throws(Errno) -> Bool {
    let object = try host.open(path)
    let status = try System.status(of: object.raw, synchronising: false)
    try check(object.raw, status)
    return status.isDirectory
  }

  /// C1: for the server's user, who acts for the caller. R9: no other view.
  private func check(_ object: Int32, _ status: Status) throws(Errno) {
    _ = try System.checked(bl_faccess(object, status.isDirectory ? R_OK | X_OK : R_OK))
    if let known = views[status.mount_id] {
      if known { throw .notSupported }
      return
    }
    let isView = Self.isView(object, status)
    views[status.mount_id] = isView
    if isView { throw .notSupported }
  }

  // MARK: Directories

  /// One that was walked through before, nothing in it followed.
  private func directory(_ path: [[UInt8]]) throws(Errno) -> Int32 {
    var depth = path.count
    while directories[Array(path[..<depth])] == nil {
      guard depth > 0 else {
        keep(
          try unsafe System.open(
            System.currentDirectory, "/", System.pathOnly | System.directory
          ).release(), at: [])
        continue
      }
      depth -= 1
    }
    while depth < path.count {
      guard let parent = directories[Array(path[..<depth])] else { throw .stale }
      let object = try open(path[depth], in: parent)
      depth += 1
      keep(object.release(), at: Array(path[..<depth]))
    }
    guard let found = directories[path] else { throw .stale }
    return found
  }

  private func keep(_ descriptor: Int32, at path: [[UInt8]]) {
    if directories.count >= Self.bound { forget() }
    if let old = directories.updateValue(descriptor, forKey: path) { _ = bl_close(old) }
  }

  private func open(_ name: [UInt8], in directory: Int32) throws(Errno) -> Descriptor {
    unsafe try withName(name) { (text) throws(Errno) -> Descriptor in
      try unsafe System.open(directory, text, System.pathOnly)
    }
  }

  /// The object is served by a bindlink of its own: the mount table says so.
  private static func isView(_ descriptor: Int32, _ status: Status) -> Bool {
    guard bl_file_system_type(descriptor) == 0x6573_5546,
      let table = unsafe fopen("/proc/self/mountinfo", "re")
    else { return false }
    defer { unsafe fclose(table) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { unsafe free(line) }
    while unsafe getline(&line, &capacity, table) > 0 {
      let text = unsafe String(cString: line!)
      if text.hasPrefix("\(status.mount_id) ") { return text.contains(" - fuse.bindlink ") }
    }
    return false
  }
}

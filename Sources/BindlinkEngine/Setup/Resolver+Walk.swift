// Whole paths of the view, resolved without nodes: for setting a view up.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Resolver {
  /// An object of the view, with a descriptor unless it is synthesised.
  struct Walked: ~Copyable {
    let located: Located
    var descriptor: Descriptor?
  }

  /// What a backing in the view really is (C3).
  struct Physical {
    let link: Int32
    let backing: [UInt8]
    /// The path from the governing layer's root.
    let relative: [[UInt8]]
    let inherited: [InheritedExceptions]
  }

  /// The object at a path, component by component; no symbolic link is followed.
  func walk(_ path: [[UInt8]]) throws(Errno) -> Walked {
    var located = try locateRoot()
    // `raw` is the held descriptor's; asking the optional for it would take it out and close it.
    var raw: Int32 = -1
    var descriptor: Descriptor?
    if located.origin != .synthesised {
      let root = try openLayer(located.link, [])
      raw = root.raw
      descriptor = consume root
    }
    for (index, name) in path.enumerated() {
      guard located.isDirectory else { throw .notDirectory }
      guard let scope = located.scope, !located.isBlank else { throw .noEntry }
      let place = DirectoryPlace(
        scope: scope, descriptor: raw, mount: located.status.mount_id)
      let parent = Array(path[..<index])
      let found = unsafe try withName(name) { (text) throws(Errno) -> Located in
        try unsafe locate(in: place, text, path: { parent })
      }
      if let next = try open(found, in: raw, parent, name) {
        raw = next.raw
        descriptor = consume next
      } else {
        raw = -1
        descriptor = nil
      }
      located = found
    }
    return Walked(located: located, descriptor: descriptor)
  }

  private func open(
    _ located: Located, in directory: Int32, _ parent: [[UInt8]], _ name: [UInt8]
  ) throws(Errno) -> Descriptor? {
    switch located.origin {
    case .child:
      return unsafe try withName(name) { (text) throws(Errno) -> Descriptor in
        try unsafe System.open(directory, text, System.pathOnly)
      }
    case .layer:
      return try openLayer(located.link, at: parent + [name])
    case .linkRoot: return try openLayer(located.link, [])
    case .covered: return try host.openCovered()
    case .synthesised: return nil
    }
  }

  /// C2: the one virtual path of a spelling. What does not exist is taken as it is written.
  func canonical(_ spelling: [UInt8]) throws(LinkError) -> VirtualPath {
    _ = try VirtualPath(lexical: spelling)
    var pending = Self.components(spelling)
    var path: [[UInt8]] = []
    var links = 0
    func refusal(_ errno: Errno, _ reason: String) -> LinkError {
      LinkError(errno, "C2", String(decoding: spelling, as: UTF8.self), reason)
    }
    while !pending.isEmpty {
      let name = pending.removeFirst()
      if name == Array("..".utf8) {
        guard path.popLast() != nil else { throw refusal(.invalid, "leads out of the view") }
        continue
      }
      guard let target = try? symbolicLink(path + [name]) else {
        path.append(name)
        continue
      }
      links += 1
      guard links <= 40 else { throw refusal(.invalid, "has too many symbolic links") }
      if pending.isEmpty {
        // A link stands at the directory that the name leads to, else at the name itself.
        return directory(from: path, target) ?? VirtualPath(components: path + [name])
      }
      guard let start = start(of: target, in: path) else {
        throw refusal(.invalid, "leads out of the view")
      }
      (path, pending) = (start.path, start.rest + pending)
    }
    return VirtualPath(components: path)
  }

  private static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
  }

  /// The text of the symbolic link at a path; nil: something else is there.
  private func symbolicLink(_ path: [[UInt8]]) throws(Errno) -> [UInt8]? {
    var object = try walk(path)
    guard object.located.status.isSymbolicLink, let descriptor = object.descriptor.take() else {
      return nil
    }
    var text = [CChar](repeating: 0, count: 4096)
    let count = try unsafe System.checked(bl_readlinkat(descriptor.raw, "", &text, text.count))
    return text.prefix(count).map { UInt8(bitPattern: $0) }
  }

  /// Where a symbolic link's target begins in the view; nil: it leads out of it.
  private func start(
    of target: [UInt8], in path: [[UInt8]]
  ) -> (path: [[UInt8]], rest: [[UInt8]])? {
    let components = Self.components(target)
    guard target.first == UInt8(ascii: "/") else { return (path, components) }
    guard components.starts(with: host.mountpoint) else { return nil }
    return ([], Array(components.dropFirst(host.mountpoint.count)))
  }

  /// The directory of the view that a symbolic link leads to, if it does.
  private func directory(from path: [[UInt8]], _ target: [UInt8]) -> VirtualPath? {
    guard let start = start(of: target, in: path) else { return nil }
    let spelling = VirtualPath(components: start.path + start.rest).bytes
    guard let resolved = try? canonical(spelling), let found = try? walk(resolved.components) else {
      return nil
    }
    return found.located.isDirectory ? resolved : nil
  }

  /// C3: the physical path of a place in the view, and the exceptions that governed it there.
  func physical(_ path: [UInt8], as given: [UInt8]) throws(LinkError) -> Physical {
    let virtual = try canonical(path)
    let subject = String(decoding: given, as: UTF8.self)
    let located: Located
    do throws(Errno) {
      located = try walk(virtual.components).located
    } catch {
      throw HostPath.refusal(error, given)
    }
    guard located.origin != .synthesised, !located.isBlank else {
      throw LinkError(.notSupported, "C3", subject, "is a directory that only the view has")
    }
    let relative = Array(virtual.components.dropFirst(depth(of: located.link)))
    let root =
      table.link(located.link)?.backing ?? host.anchorPath
    var inherited: [InheritedExceptions] = []
    if let link = table.link(located.link) {
      inherited = [InheritedExceptions(list: link.exceptions, base: relative)]
      inherited += link.inherited.map {
        InheritedExceptions(list: $0.list, base: $0.base + relative)
      }
    }
    let base = root == [UInt8(ascii: "/")] ? [] : root
    return Physical(
      link: located.link,
      backing: relative.isEmpty ? root : base + VirtualPath(components: relative).bytes,
      relative: relative, inherited: inherited)
  }

  /// C1: a link's parent is visible in the view. A way that is there for links alone counts if they
  /// make their parents.
  func checkParent(_ path: [[UInt8]], mayBeMissing: Bool) throws(Errno) {
    do throws(Errno) {
      let parent = try walk(path).located
      guard parent.isDirectory else { throw .notDirectory }
      guard parent.origin == .synthesised, !mayBeMissing, let scope = parent.scope else { return }
      if try !showsException(scope, path) { throw whyMissing(parent, path) }
    } catch {
      guard mayBeMissing, error == .noEntry else { throw error }
    }
  }

  /// ENOTDIR if a file of the backing is where the way to a link was made up (R8), else ENOENT.
  private func whyMissing(_ way: Located, _ path: [[UInt8]]) -> Errno {
    guard way.link != Node.nobody else { return .noEntry }
    do throws(Errno) {
      _ = try openLayer(way.link, path[depth(of: way.link)...])
      return .notDirectory
    } catch {
      return error
    }
  }
}

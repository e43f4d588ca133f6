// Resolution: a name in a directory of the view to the object that the rules of SEMANTICS.md show
// there. Knows the link table and the host; knows no nodes. The fast paths are those of a directory
// below which nothing of the table applies, and of one to which name patterns alone apply: one statx.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

/// A snapshot: what is located with one is judged by one table (C6).
package final class Resolver: Sendable {
  let table: LinkTable
  let host: Host
  /// Shared by all snapshots of a view.
  let numbers: LinkNumbers
  /// The whole view is read-only (W1).
  let isReadOnly: Bool
  /// The links' backings, by number, once they were asked for. Guards nothing else; taken alone.
  private let places = Guarded<[Int32: HostPlace]>([:])

  init(table: LinkTable, host: Host, numbers: LinkNumbers, isReadOnly: Bool) {
    self.table = table
    self.host = host
    self.numbers = numbers
    self.isReadOnly = isReadOnly
  }

  func isReadOnly(_ link: Int32) -> Bool {
    isReadOnly || (link >= 0 && table.isReadOnly(link))
  }

  /// The object that the view shows at `name`; ENOENT where it shows none.
  func locate(in place: DirectoryPlace, _ name: Name, path: PathProvider) throws(Errno) -> Located {
    let scope = place.scope
    if !scope.isScoped {
      guard place.descriptor >= 0 else { throw .noEntry }
      return try unsafe locateChild(in: place, name)
    }
    if scope.isUniform, !scope.merges, place.descriptor >= 0,
      unsafe isExceptedFromNone(scope, name)
    {
      let found = try unsafe locateChild(in: place, name)
      if !found.status.isDirectory || scope.layers.count <= 2 { return found }
    }
    return try unsafe locateScoped(in: place, name, path: path)
  }

  /// The backing's own entry, where the directory's scope is the child's as well.
  @inline(__always)
  private func locateChild(in place: DirectoryPlace, _ name: Name) throws(Errno) -> Located {
    var found = try unsafe host.inspect(place.descriptor, name, mount: place.mount)
    found.link = place.scope.layers.first?.link ?? Node.nobody
    if found.status.isDirectory { found.scope = place.scope }
    return found
  }

  @inline(__always)
  private func isExceptedFromNone(_ scope: Scope, _ name: Name) -> Bool {
    let bytes = unsafe nameBytes(name)
    for layer in 0..<scope.layers.count {
      guard case .never = unsafe scope.exclusion(of: bytes.span, layer: layer) else { return false }
    }
    return true
  }

  @inline(never)
  private func locateScoped(
    in place: DirectoryPlace, _ name: Name, path: PathProvider
  ) throws(Errno) -> Located {
    var layers = LayerDirectories(self, place)
    return try unsafe locate(in: place, name, &layers, path: path)
  }

  /// As `locate`, with the directory's layers at hand.
  func locate(
    in place: DirectoryPlace, _ name: Name, _ layers: inout LayerDirectories, path: PathProvider
  ) throws(Errno) -> Located {
    let bytes = unsafe nameBytes(name)
    let child = unsafe place.scope.child(bytes.span)
    let keeping = try unsafe layers.keeping(name, path: path)
    if let link = child.link {
      return try unsafe locateLinkRoot(link, child, name, &layers, keeping, path)
    }
    return try unsafe locate(in: place, name, child, &layers, keeping, path)
  }

  /// What the view would show at a name if no link's root stood there.
  func locateOuter(
    in place: DirectoryPlace, _ name: Name, path: PathProvider
  ) throws(Errno) -> Located {
    var layers = LayerDirectories(self, place)
    let child = unsafe place.scope.child(nameBytes(name).span)
    let keeping = try unsafe layers.keeping(name, path: path)
    return try unsafe locate(in: place, name, child, &layers, keeping, path)
  }

  /// What the view would show at a name if it were no way to a link's root; nil: nothing.
  func locateBehindWay(
    in place: DirectoryPlace, _ name: Name, path: PathProvider
  ) throws(Errno) -> Located? {
    if let link = unsafe place.scope.child(nameBytes(name).span).link {
      return try inspectBacking(link)
    }
    var layers = LayerDirectories(self, place)
    let keeping = try unsafe layers.keeping(name, path: path)
    return try unsafe layers.search(name, keeping, path: path).object
  }

  private func locate(
    in place: DirectoryPlace, _ name: Name, _ child: ScopeChild,
    _ layers: inout LayerDirectories, _ keeping: [Int], _ path: PathProvider
  ) throws(Errno) -> Located {
    let bytes = unsafe nameBytes(name)
    let search = try unsafe layers.search(name, keeping, path: path)
    if var found = search.object {
      found.link = place.scope.layers[search.layer!].link
      if found.link != place.link || place.descriptor < 0 { found.origin = .layer }
      if found.status.isDirectory {
        found.scope = unsafe place.scope.descend(
          bytes.span, keeping: search.keeping, closed: search.closed, withoutLink: true)
        return found
      }
      if !child.leadsToLink, !child.leadsToException { return found }
      if !child.leadsToLink {
        let scope = unsafe place.scope.descend(
          bytes.span, keeping: search.keeping, closed: search.closed, withoutLink: true)
        if try unsafe !showsException(scope, try path() + [Array(bytes)]) { return found }
      }
    }
    // R8: a way to a link's root, or to an exception that has something to show.
    guard child.leadsToLink || child.leadsToException else { throw .noEntry }
    let scope = unsafe place.scope.descend(
      bytes.span, keeping: search.keeping, closed: search.closed, withoutLink: true)
    if !child.leadsToLink, try unsafe !showsException(scope, try path() + [Array(bytes)]) {
      throw .noEntry
    }
    return synthesised(scope, link: scope.layers.first?.link ?? Node.nobody)
  }

  /// O5: the root is what the backing is. P1: a missing one is absent, unless a link lies below.
  private func locateLinkRoot(
    _ link: Int32, _ child: ScopeChild, _ name: Name, _ layers: inout LayerDirectories,
    _ keeping: [Int], _ path: PathProvider
  ) throws(Errno) -> Located {
    let bytes = unsafe nameBytes(name)
    if var found = try inspectBacking(link) {
      if found.status.isDirectory {
        let search = try unsafe layers.search(
          name, keeping, below: table.link(link)?.isMerged ?? false, path: path)
        found.scope = unsafe layers.scope.descend(
          bytes.span, keeping: search.keeping, closed: search.closed)
        return found
      }
      if !child.leadsToLink { return found }
    }
    guard child.leadsToLink else { throw .noEntry }
    return synthesised(unsafe layers.scope.descendToWayOnly(bytes.span), link: Node.nobody)
  }

  private func synthesised(_ scope: Scope, link: Int32) -> Located {
    Located(status: host.synthesisedStatus, origin: .synthesised, link: link, scope: scope)
  }

  /// The object at a link's backing path; nil where there is none (R3).
  func inspectBacking(_ link: Int32) throws(Errno) -> Located? {
    do throws(Errno) {
      var found = try host.inspect(try host.open(try place(of: link)))
      found.origin = .linkRoot
      found.link = link
      return found
    } catch {
      guard error.isAbsence else { throw error }
      return nil
    }
  }

  /// The view's root: the link at "/", the anchor, or nothing real.
  func locateRoot() throws(Errno) -> Located {
    guard let governing = table.root.layers.first else {
      return synthesised(table.root, link: Node.nobody)
    }
    if governing.link >= 0 {
      guard var found = try inspectBacking(governing.link) else { throw .noEntry }
      found.scope = table.root
      return found
    }
    let anchor = try openLayer(Layer.anchor, [])
    return Located(
      status: try System.status(of: anchor.raw), origin: .layer, link: Layer.anchor,
      scope: table.root)
  }

  /// The root directory of a layer and a path below it, opened without following anything.
  func openLayer(_ link: Int32, _ relative: ArraySlice<[UInt8]>) throws(Errno) -> Descriptor {
    let base = link == Layer.anchor ? try host.openAnchor() : try openRoot(of: link)
    if relative.isEmpty { return base }
    guard host.isOneFileSystem else { return try host.open(relative, beneath: base) }
    let mount = try System.status(of: base.raw, synchronising: false).mount_id
    let object = try host.open(relative, beneath: base)
    guard try System.status(of: object.raw, synchronising: false).mount_id == mount else {
      throw .noEntry
    }
    return object
  }

  private func openRoot(of link: Int32) throws(Errno) -> Descriptor {
    let opened = try host.open(try place(of: link))
    return opened.descriptor
  }

  private func place(of link: Int32) throws(Errno) -> HostPlace {
    if let known = places.withLock({ $0[link] }) { return known }
    guard let backing = table.link(link)?.backing else { throw .noEntry }
    let place = HostPlace(backing)
    places.withLock { $0[link] = place }
    return place
  }

  /// What a layer has at a path of the view. ENOENT where the path is not in the layer: that of an open
  /// directory which was moved away from below its link.
  func openLayer(_ link: Int32, at path: [[UInt8]]) throws(Errno) -> Descriptor {
    if link == Layer.anchor { return try openLayer(link, path[...]) }
    guard let root = table.link(link)?.virtualPath.components, path.starts(with: root) else {
      throw .noEntry
    }
    return try openLayer(link, path[root.count...])
  }

  /// R8: whether an exception path strictly below the directory of that scope has something to show.
  /// `countingLinks`: a link's root on the way to one is something.
  func showsException(
    _ scope: Scope, _ path: [[UInt8]], countingLinks: Bool = true
  ) throws(Errno) -> Bool {
    for relative in scope.exceptionPathsBelow() {
      if try shows(relative, below: scope, path, countingLinks: countingLinks) { return true }
    }
    return false
  }

  /// Whether the view has a real object at a path below a directory that is not known to exist.
  func shows(
    _ relative: [[UInt8]], below scope: Scope, _ path: [[UInt8]], countingLinks: Bool = true
  ) throws(Errno) -> Bool {
    var (scope, path) = (scope, path)
    for (index, name) in relative.enumerated() {
      if scope.child(name.span).link != nil { return countingLinks }
      var layers = LayerDirectories(self, scope)
      let place = path
      let search = unsafe try withName(name) { (text) throws(Errno) -> LayerSearch in
        try unsafe layers.search(text, layers.keeping(text, path: { place }), path: { place })
      }
      if index == relative.count - 1 { return search.object != nil }
      scope = scope.descend(name.span, keeping: search.keeping, closed: search.closed)
      path.append(name)
    }
    return false
  }
}

extension Errno {
  /// Nothing is there: the last component or one on the way to it is missing or no directory.
  var isAbsence: Bool { self == .noEntry || self == .notDirectory || self == .loop }
}

/// The bytes of a C string, without its NUL.
@inline(__always)
func nameBytes(_ name: Name) -> UnsafeBufferPointer<UInt8> {
  let count = unsafe Glibc.strlen(name)
  return unsafe UnsafeBufferPointer(
    start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: count)
}

/// A component as a C string.
func withName<R: ~Copyable>(
  _ bytes: [UInt8], _ body: (Name) throws(Errno) -> R
) throws(Errno) -> R {
  var text = bytes.map { CChar(bitPattern: $0) }
  text.append(0)
  return try unsafe text.span.withUnsafeBufferPointer { (buffer) throws(Errno) -> R in
    try unsafe body(buffer.baseAddress!)
  }
}

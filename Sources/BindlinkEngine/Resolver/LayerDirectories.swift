// One directory of the view as each of its candidate layers has it, opened when first asked for.

internal import BindlinkMap
internal import CBindlinkSystem

struct LayerDirectories: ~Copyable {
  private enum Directory {
    case unopened
    case absent
    /// Somebody else's descriptor, and the mount it is in.
    case borrowed(Int32, mount: UInt64)
    case opened(Int32, mount: UInt64)
  }

  let resolver: Resolver
  let scope: Scope
  private var directories: [Directory]
  private var path: [[UInt8]]?

  /// A directory whose place in one layer is known.
  init(_ resolver: Resolver, _ place: DirectoryPlace) {
    self.init(resolver, place.scope)
    if let known = place.scope.layers.firstIndex(where: { $0.link == place.link }) {
      directories[known] =
        place.descriptor < 0 ? .absent : .borrowed(place.descriptor, mount: place.mount)
    }
  }

  /// A directory of which only the path is known.
  init(_ resolver: Resolver, _ scope: Scope) {
    self.resolver = resolver
    self.scope = scope
    directories = Array(repeating: .unopened, count: scope.layers.count)
  }

  deinit {
    for directory in directories {
      if case .opened(let descriptor, _) = directory { _ = bl_close(descriptor) }
    }
  }

  /// The directory in a layer; nil where the layer has none at this path.
  mutating func directory(
    _ layer: Int, path provider: PathProvider
  ) throws(Errno) -> (descriptor: Int32, mount: UInt64)? {
    switch directories[layer] {
    case .absent: return nil
    case .borrowed(let descriptor, let mount), .opened(let descriptor, let mount):
      return (descriptor, mount)
    case .unopened: break
    }
    if path == nil { path = try provider() }
    let candidate = scope.layers[layer]
    do throws(Errno) {
      let opened = try resolver.openLayer(candidate.link, at: path!)
      let found = try resolver.host.inspect(opened.raw)
      guard found.status.isDirectory, !found.isBlank else {
        directories[layer] = .absent
        return nil
      }
      let raw = opened.release()
      directories[layer] = .opened(raw, mount: found.status.mount_id)
      return (raw, found.status.mount_id)
    } catch {
      guard error.isAbsence else { throw error }
      directories[layer] = .absent
      return nil
    }
  }

  /// The object that a layer has at a name; nil where it has none.
  mutating func inspect(
    _ layer: Int, _ name: Name, path: PathProvider
  ) throws(Errno) -> Located? {
    guard let directory = try directory(layer, path: path) else { return nil }
    do throws(Errno) {
      return try unsafe resolver.host.inspect(directory.descriptor, name, mount: directory.mount)
    } catch {
      guard error.isAbsence else { throw error }
      return nil
    }
  }

  /// The layers from which a name is not excepted (R1, E4), deepest first. `creatingDirectory`: the
  /// type of what is about to be created.
  mutating func keeping(
    _ name: Name, creatingDirectory: Bool? = nil, path: PathProvider
  ) throws(Errno) -> [Int] {
    var kept: [Int] = []
    for layer in 0..<scope.layers.count
    where try unsafe !isExcepted(name, from: layer, creatingDirectory, path: path) {
      kept.append(layer)
    }
    return kept
  }

  /// A pattern for directories looks at the layer's own object, and where there is none at what is
  /// about to be created, or at what those outside of it show: a directory that was made there, because
  /// it is excepted here, is seen (E5).
  mutating func isExcepted(
    _ name: Name, from layer: Int, _ creatingDirectory: Bool? = nil, path: PathProvider
  ) throws(Errno) -> Bool {
    let exclusion = unsafe scope.exclusion(of: nameBytes(name).span, layer: layer)
    switch exclusion {
    case .never: return false
    case .always: return true
    case .ifDirectory, .unlessDirectory: break
    }
    var isDirectory = try unsafe inspect(layer, name, path: path)?.status.isDirectory
    if isDirectory == nil { isDirectory = creatingDirectory }
    if isDirectory == nil { isDirectory = try unsafe showsDirectory(name, from: layer + 1, path) }
    return exclusion.applies(isDirectory: isDirectory ?? false)
  }

  /// What the layers from one on show at a name; nil: nothing.
  private mutating func showsDirectory(
    _ name: Name, from first: Int, _ path: PathProvider
  ) throws(Errno) -> Bool? {
    for layer in first..<scope.layers.count {
      if try unsafe isExcepted(name, from: layer, path: path) { continue }
      if let object = try unsafe inspect(layer, name, path: path) {
        return object.status.isDirectory
      }
      if !scope.layers[layer].isMerged { return nil }
    }
    return nil
  }
}

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

  /// The layers from which a name is not excepted (R1, E4), deepest first. A pattern for directories
  /// looks at the layer's own object, and where there is none at what is about to be created.
  mutating func keeping(
    _ name: Name, creatingDirectory: Bool = false, path: PathProvider
  ) throws(Errno) -> [Int] {
    let bytes = unsafe nameBytes(name)
    var kept: [Int] = []
    for layer in 0..<scope.layers.count {
      let exclusion = unsafe scope.exclusion(of: bytes.span, layer: layer)
      switch exclusion {
      case .never: kept.append(layer)
      case .always: break
      case .ifDirectory, .unlessDirectory:
        let object = try unsafe inspect(layer, name, path: path)
        if !exclusion.applies(isDirectory: object?.status.isDirectory ?? creatingDirectory) {
          kept.append(layer)
        }
      }
    }
    return kept
  }
}

// Where a change lands in a directory that is merged, or in which something is (M2, M5, W3).

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// Of the layers that the name is not excepted from, the first that has the directory and may be
  /// written. EROFS: none may (W3). EPERM: none has it, and the name is hidden (E5).
  func mergedTarget(
    in directory: borrowing OpenDirectory, _ name: Name, _ keeping: [Int],
    _ layers: inout LayerDirectories
  ) throws(Errno) -> Target {
    let slot = directory.slot
    let scope = directory.scope
    var isReadOnly = directory.descriptor < 0 && keeping.first == 0
    for layer in keeping {
      let link = scope.layers[layer].link
      let found = try layers.directory(layer) { () throws(Errno) in try virtualPath(of: slot) }
      if let found {
        if !directory.resolver.isReadOnly(link) {
          if link == directory.link, directory.descriptor >= 0 {
            return unsafe Target(in: directory.descriptor, name, .child, link: link)
          }
          return unsafe Target(
            elsewhere: try System.duplicate(found.descriptor), name, .layer, link: link)
        }
        isReadOnly = true
      }
      if !scope.layers[layer].isMerged { break }
    }
    throw isReadOnly ? .readOnlyFileSystem : .notPermitted
  }

  /// Where a file without a name is made.
  func namelessTarget(in directory: borrowing OpenDirectory) throws(Errno) -> Target {
    guard directory.scope.merges else {
      if directory.isReadOnly || directory.descriptor < 0 { throw .readOnlyFileSystem }
      return unsafe Target(in: directory.descriptor, ".", .child, link: directory.link)
    }
    var layers = LayerDirectories(directory.resolver, directory.place)
    let all = Array(directory.scope.layers.indices)
    return try unsafe mergedTarget(in: directory, ".", all, &layers)
  }

  /// Where an open that may make the file does so: in place if it is there (M3). EEXIST: it is there,
  /// and must not be (M7).
  func creationTarget(
    in directory: borrowing OpenDirectory, _ name: Name, isExclusive: Bool
  ) throws(Errno) -> Target {
    if directory.scope.merges, !isExclusive,
      let found = try unsafe locateIfThere(in: directory, name), found.status.isRegular
    {
      return try unsafe target(of: found, in: directory, name)
    }
    return try unsafe target(in: directory, name, isDirectory: false)
  }

  /// The layers outside of the governing one that have a directory at the name of a located one, and
  /// are merged with it: the inner ones first, as places in the parent's scope.
  func layersMerged(
    with located: Located, in directory: borrowing OpenDirectory, _ name: Name,
    _ layers: inout LayerDirectories
  ) throws(Errno) -> [Int] {
    guard located.isDirectory, located.origin != .synthesised else { return [] }
    let slot = directory.slot
    let path = { () throws(Errno) in try self.virtualPath(of: slot) }
    let isRoot = located.origin == .linkRoot
    let isMerged = directory.resolver.table.link(located.link)?.isMerged ?? false
    guard isRoot ? isMerged : directory.scope.merges else { return [] }
    let keeping = try unsafe layers.keeping(name, path: path)
    let search = try unsafe layers.search(
      name, keeping, below: isRoot ? isMerged : nil, toEnd: true, path: path)
    return isRoot ? search.merged : Array(search.merged.dropFirst())
  }
}

// What the layers of a directory have at one of its names, the inner ones first: which of them shows
// it, which merge there (M1), and which have a say in what lies below.

internal import BindlinkMap
internal import CBindlinkSystem

struct LayerSearch {
  /// What shows at the name, and the layer that has it; nil: nothing does.
  var object: Located?
  var layer: Int?
  /// For `Scope.descend`: the layers that can show something below the name, and the one of them
  /// that has no directory there and ends what is merged.
  var keeping: [Int] = []
  var closed: Int?
  /// The layers whose directories are merged at the name, if it is known of all of them.
  var merged: [Int] = []
}

extension LayerDirectories {
  /// Goes through the layers that the name is not excepted from, `kept`, from the inner ones outwards.
  /// The first that has the name shows it; one that is not merged and lacks it ends the search. Behind
  /// a directory, the first that has none at the name hides those outside of it.
  ///
  /// `below`: a link's root with a directory as its backing stands at the name, and is merged or not.
  /// With `toEnd` also the last layer is looked at, which matters for `merged` alone.
  mutating func search(
    _ name: Name, _ kept: [Int], below root: Bool? = nil, toEnd: Bool = false, path: PathProvider
  ) throws(Errno) -> LayerSearch {
    var search = LayerSearch()
    var isDirectory = root != nil
    var merges = root ?? false
    for (position, layer) in kept.enumerated() {
      let isMerged = scope.layers[layer].isMerged
      if isDirectory, position == kept.count - 1, !toEnd {
        search.keeping.append(layer)
        break
      }
      let object: Located?
      do throws(Errno) {
        object = try unsafe inspect(layer, name, path: path)
      } catch {
        // What is merged with a directory matters when something in it is asked for.
        guard isDirectory, !toEnd, error == .accessDenied else { throw error }
        search.keeping.append(layer)
        continue
      }
      if !isDirectory, search.object == nil, let object {
        (search.object, search.layer) = (object, layer)
        if object.status.isDirectory { (isDirectory, merges) = (true, true) }
      }
      if let object, object.status.isDirectory {
        search.keeping.append(layer)
        if merges { search.merged.append(layer) }
        merges = merges && isMerged
        continue
      }
      if object == nil, isMerged {
        search.keeping.append(layer)
        continue
      }
      try unsafe close(
        layer, at: name, kept[position...], isDirectory, withoutLink: root == nil, &search, path)
      break
    }
    return search
  }

  /// The layer has no directory at the name. What is outside of it shows by exceptions alone, at the
  /// ends of ways (R8); inside of a directory those that show nothing are left out.
  private func close(
    _ layer: Int, at name: Name, _ rest: ArraySlice<Int>, _ isDirectory: Bool,
    withoutLink: Bool, _ search: inout LayerSearch, _ path: PathProvider
  ) throws(Errno) {
    if isDirectory, rest.count > 1 {
      let bytes = unsafe nameBytes(name)
      let scope = unsafe scope.descend(
        bytes.span, keeping: Array(rest), closed: layer, withoutLink: withoutLink)
      if try unsafe !resolver.showsException(scope, path() + [Array(bytes)]) {
        search.keeping.append(layer)
        search.closed = layer
        return
      }
    }
    search.keeping += rest
    search.closed = layer
  }
}

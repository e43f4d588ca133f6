// Where a change lands: M2, W1, W3, E5, O2.

internal import Glibc

extension ReferenceView {
  /// Where a name that the view does not show would be made.
  package func newPlace(_ path: [String], isDirectory: Bool) throws(Refusal) -> [String] {
    if let link = link(at: path) {
      met.formUnion([.O2, .R3])
      if isReadOnly(.link(link)) {
        met.insert(.W1)
        throw Refusal(EROFS)
      }
      let place = table.links[link].backing
      // What is in the way of the backing's path names the error.
      if host.directory(at: Array(place.dropLast())) == nil {
        throw Refusal(ENOENT, ENOTDIR, ELOOP)
      }
      return place
    }
    let parent = Array(path.dropLast())
    let parentLayers = self.layers(parent)
    let layers = layersIgnoringLinkRoot(path, makingDirectory: isDirectory)
    let isExcepted = layers != parentLayers
    if isExcepted { met.insert(.E5) }
    guard !layers.isEmpty else {
      guard isExcepted else {
        met.insert(.R8)
        throw Refusal(EROFS)
      }
      if let hiding = parentLayers.first, isReadOnly(hiding) {
        met.insert(.P3)
      }
      throw Refusal(EPERM)
    }
    // E5, P3: hidden from the layer that governs, or from one that has the parent.
    let isHidden =
      layers[0] != parentLayers.first
      || parentLayers.contains { !layers.contains($0) && directory($0, parent) != nil }
    return try place(path, layers, otherwise: isHidden ? EPERM : EROFS)
  }

  /// `otherwise`: where no layer has the parent.
  private func place(
    _ path: [String], _ layers: [Layer], otherwise: Int32
  ) throws(Refusal) -> [String] {
    let (first, outer) = (layers[0], Array(layers.dropFirst()))
    let parent = Array(path.dropLast())
    // A file of the backing hides the outer view's directory (M1).
    let outerHasParent = content(parent, layers).contains {
      $0.layer != first && $0.inode.isDirectory
    }
    let hasParent = directory(first, parent) != nil
    if isMerged(first) {
      met.insert(isReadOnly(first) ? .W3 : .M2)
      if outerHasParent, !hasParent || isReadOnly(first) {
        return try place(path, outer, otherwise: EROFS)
      }
    }
    guard hasParent else {
      met.insert(otherwise == EPERM ? .P3 : .R8)
      // An anchor that was removed is still open, and the host says what it is.
      if first == .anchor, directory(.anchor, []) == nil { throw Refusal(otherwise, ENOENT) }
      throw Refusal(otherwise)
    }
    if isReadOnly(first) {
      met.insert(.W1)
      throw Refusal(EROFS)
    }
    met.insert(.O1)
    return self.place(first, path)
  }

  /// W1: EROFS where the layer that shows the object is read-only.
  package func checkWritable(_ part: Part) throws(Refusal) {
    guard isReadOnly(part.layer) else { return }
    met.insert(.W1)
    if isMerged(part.layer) { met.insert(.W3) }
    throw Refusal(EROFS)
  }

  /// P2: the attributes of what only the view has are nobody's to change.
  package func writablePart(of seen: Seen) throws(Refusal) -> Part {
    guard let part = seen.parts.first else {
      met.insert(.P2)
      throw Refusal(EROFS)
    }
    try checkWritable(part)
    met.insert(.O1)
    if isMerged(part.layer) || seen.parts.count > 1 { met.insert(.M3) }
    return part
  }

  // MARK: What must stay

  /// O3: a link's root lies below a directory.
  package func containsLinkRoot(_ path: [String]) -> Bool {
    guard hasLink(below: path) else { return false }
    met.insert(.O3)
    return true
  }

  /// O3: an exception path lies below at which a layer has something, seen or not. Those do not count
  /// that belong to an outer link of which nothing can show there.
  package func containsException(_ path: [String]) -> Bool {
    let layers = showing(below: path, layers(path))
    let found = layers.contains { layer in
      exceptionPaths(of: layer).contains { place in
        place.count > path.count && place.starts(with: path) && isExcepted(place, by: layer)
          && layers.contains { object($0, place) != nil }
      }
    }
    if found { met.insert(.O3) }
    return found
  }

  /// The layers that can show something below a path: nothing shows from outside of one that is not
  /// merged and excepts nothing there.
  func showing(below path: [String], _ layers: [Layer]) -> [Layer] {
    let last = layers.firstIndex { layer in
      let relative = Array(path.dropFirst(root(of: layer).count))
      return !isMerged(layer) && !lists(of: layer).contains { excepts($0, below: relative) }
    }
    return last.map { Array(layers[...$0]) } ?? layers
  }

  func excepts(_ list: PatternList, below relative: [String]) -> Bool {
    list.patterns.contains { !$0.isNegated && $0.canMatch(below: list.base + relative) }
  }

  /// P4: the path itself is an exception path.
  package func isException(_ path: [String]) -> Bool {
    let parent = Array(path.dropLast())
    let found = showing(below: parent, layers(parent)).contains { layer in
      exceptionPaths(of: layer).contains(path) && isExcepted(path, by: layer)
    }
    if found { met.insert(.P4) }
    return found
  }

  /// A later rule of the list can have taken an exception back.
  private func isExcepted(_ path: [String], by layer: Layer) -> Bool {
    let relative = Array(path.dropFirst(root(of: layer).count))
    let list = lists(of: layer)[0]
    let isCovered = (1..<relative.count).contains { count in
      let above = Array(relative.prefix(count))
      return [true, false].allSatisfy { isDirectory in
        lists(of: layer).contains { $0.pattern(excepting: above, isDirectory: isDirectory) != nil }
      }
    }
    return !isCovered
      && [true, false].contains { list.pattern(excepting: relative, isDirectory: $0) != nil }
  }

  /// Nothing that can be seen is in it.
  package func looksEmpty(_ path: [String]) -> Bool { names(in: path).isEmpty }
}

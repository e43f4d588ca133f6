// What forbids a rename in a view, and where the object lands.

internal import Glibc

extension ReferenceView {
  package func refusals(
    ofMoving path: [String], to newPath: [String], exchanging: Bool
  ) -> Set<Int32> {
    let (source, replaced) = (see(path), see(newPath))
    var errnos: Set<Int32> = []
    for (place, seen) in [(path, source), (newPath, replaced)] {
      if seen.isSynthesised {
        met.insert(.O3)
        errnos.formUnion(synthesisedRefusal(place).errnos)
      }
      if let part = seen.parts.first, isReadOnly(part.layer) {
        met.insert(.W1)
        errnos.insert(EROFS)
      }
    }
    if link(at: path) != nil || link(at: newPath) != nil {
      met.insert(.O3)
      if exchanging {
        met.insert(.O4)
        errnos.insert(EBUSY)
      }
    }
    if source.isDirectory { errnos.formUnion(refusals(ofMovingDirectory: path, to: newPath)) }
    guard replaced.isDirectory else { return errnos }
    if exchanging { return errnos.union(refusals(ofMovingDirectory: newPath, to: path)) }
    if link(at: newPath) != nil {
      met.insert(.P4)
      errnos.insert(EBUSY)
    }
    // Two links to one backing: the host does nothing.
    let isSame = source.parts.first.map { $0.inode === replaced.parts.first?.inode } ?? false
    let isEmpty = isSame || looksEmpty(newPath)
    let isFixed = containsLinkRoot(newPath)
    if isFixed || containsException(newPath) {
      errnos.insert(EBUSY)
      if isEmpty { errnos.insert(ENOTEMPTY) }
    }
    if !isEmpty { errnos.insert(ENOTEMPTY) }
    if replaced.parts.count > 1 {
      met.insert(.P5)
      errnos.insert(isEmpty ? EXDEV : ENOTEMPTY)
    }
    return errnos
  }

  private func refusals(ofMovingDirectory path: [String], to newPath: [String]) -> Set<Int32> {
    var errnos: Set<Int32> = []
    if link(at: path) != nil {
      met.insert(.O3)
      errnos.insert(EBUSY)
    }
    if see(path).parts.count > 1 {
      met.insert(.M5)
      errnos.insert(EXDEV)
    }
    let newLayers = layersOfNewDirectory(newPath)
    if isException(path) || containsLinkRoot(path) || containsException(path) {
      errnos.insert(EBUSY)
    }
    if patternsReach(below: path, layers(path)) || patternsReach(below: newPath, newLayers) {
      met.insert(.E6)
      errnos.insert(EBUSY)
    }
    return errnos
  }

  /// A directory that lands at the root of a dangling link is that link's.
  private func layersOfNewDirectory(_ path: [String]) -> [Layer] {
    (link(at: path).map { [.link($0)] } ?? [])
      + layersIgnoringLinkRoot(path, makingDirectory: true)
  }

  /// E6: a pattern with an inner "/" can match below. A layer's own exception paths are O3's.
  private func patternsReach(below path: [String], _ layers: [Layer]) -> Bool {
    showing(below: path, layers).contains { layer in
      let relative = Array(path.dropFirst(root(of: layer).count))
      return lists(of: layer).enumerated().contains { index, list in
        excepts(list, below: relative)
          && list.patterns.contains { pattern in
            !pattern.isOfNames && !(index == 0 && pattern.path != nil)
              && pattern.canMatch(below: list.base + relative)
          }
      }
    }
  }

  /// E6: what hides by name alone is the same at both places.
  package func hidesAlike(_ path: [String], _ newPath: [String]) -> Bool {
    func rules(_ path: [String], _ layers: [Layer]) -> [Set<[String]>] {
      var all: [Set<[String]>] = []
      for layer in showing(below: path, layers) {
        let lists = lists(of: layer).map { list in
          // Nothing is there yet for the first to take back.
          list.patterns.filter(\.isOfNames).drop(while: \.isNegated).map(\.line)
        }
        let rules = Set(lists).subtracting([[]])
        if all.last != rules { all.append(rules) }
      }
      return all
    }
    return rules(path, layers(path)) == rules(newPath, layersOfNewDirectory(newPath))
  }

  /// E6: whether something in a directory that cannot be seen now could be after a move.
  package func reveals(_ path: [String], _ newPath: [String], by move: () -> Void) -> Bool {
    let hidden = [(hidden(in: path), newPath), (hidden(in: newPath), path)]
    let top = host.copyOfEntries()
    let rules = met
    move()
    forget()
    let isRevealed = hidden.contains { objects, place in
      let shown = shown(in: place)
      return objects.contains { object in shown.contains { $0 === object } }
    }
    host.restore(top)
    forget()
    met = rules
    return isRevealed
  }

  private func shown(in path: [String]) -> [Inode] {
    let seen = see(path)
    guard seen.isDirectory else { return seen.parts.map(\.inode) }
    return seen.parts.map(\.inode) + names(in: path).flatMap { shown(in: path + [$0]) }
  }

  private func hidden(in path: [String]) -> [Inode] {
    func all(_ inode: Inode) -> [Inode] {
      [inode] + inode.entries.values.flatMap(all)
    }
    let shown = shown(in: path)
    return see(path).parts.flatMap { all($0.inode) }.filter { object in
      !shown.contains { $0 === object }
    }
  }

  /// Where the object lands: at what it replaces, or where a new name would be made; a name that only
  /// the outer view has is masked (M5).
  package func place(
    ofMoving path: [String], to newPath: [String], exchanging: Bool
  ) throws(Refusal) -> [String] {
    let source = see(path)
    guard let replaced = see(newPath).parts.first else {
      if source.parts.first.map({ isUnderMerged($0.layer, newPath) }) == true { met.insert(.M5) }
      return try newPlace(newPath, isDirectory: source.isDirectory)
    }
    if exchanging {
      if let part = source.parts.first, part.layer != replaced.layer,
        [path, newPath].allSatisfy({ areSides(part.layer, replaced.layer, at: $0) })
      {
        met.insert(.M5)
        throw Refusal(EXDEV)
      }
      try checkKept(source, newPath, replaced.layer)
      if let part = source.parts.first { try checkKept(see(newPath), path, part.layer) }
      return replaced.place
    }
    if link(at: newPath) == nil, let first = layers(newPath).first, first != replaced.layer {
      met.insert(.M5)
      return try newPlace(newPath, isDirectory: source.isDirectory)
    }
    return replaced.place
  }

  /// Of the directory that a path lies in, if it is merged.
  private func areSides(_ layer: Layer, _ other: Layer, at path: [String]) -> Bool {
    let parent = Array(path.dropLast())
    let layers = showing(below: parent, layers(parent))
    return layers.dropLast().contains(where: isMerged) && layers.contains(layer)
      && layers.contains(other)
  }

  private func isUnderMerged(_ layer: Layer, _ path: [String]) -> Bool {
    isMerged(layer) || layers(Array(path.dropLast())).first.map(isMerged) == true
  }

  /// E5: a pattern for directories hides what takes a file's place, or the reverse.
  private func checkKept(_ source: Seen, _ path: [String], _ layer: Layer) throws(Refusal) {
    let relative = Array(path.dropFirst(root(of: layer).count))
    let isHidden = lists(of: layer).contains {
      $0.pattern(excepting: relative, isDirectory: source.isDirectory) != nil
    }
    if isHidden, link(at: path) == nil {
      met.insert(.E5)
      throw Refusal(EPERM)
    }
  }
}

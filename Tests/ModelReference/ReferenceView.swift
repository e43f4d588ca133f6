// What a view shows, asked of a whole path at a time: R1, R2, R8, E1 to E9, M1, P1. Answers are kept
// until something changes, which `forget` says.

package final class ReferenceView {
  package var table: ReferenceTable { didSet { forget() } }
  package let host: HostTree
  /// The rules that had a say since it was emptied.
  package var met: Set<Rule> = []

  private struct Known<Value> {
    let value: Value
    let rules: Set<Rule>
  }
  private var seen: [[String]: Known<Seen>] = [:]
  private var candidates: [[String]: Known<[Layer]>] = [:]

  package init(_ table: ReferenceTable, _ host: HostTree) {
    (self.table, self.host) = (table, host)
  }

  package func forget() {
    seen.removeAll(keepingCapacity: true)
    candidates.removeAll(keepingCapacity: true)
  }

  /// The rules that `body` meets are met again when its kept answer is used.
  private func remembering<Value>(
    _ path: [String], _ store: ReferenceWritableKeyPath<ReferenceView, [[String]: Known<Value>]>,
    _ body: () -> Value
  ) -> Value {
    if let known = self[keyPath: store][path] {
      met.formUnion(known.rules)
      return known.value
    }
    let before = met
    met = []
    let value = body()
    self[keyPath: store][path] = Known(value: value, rules: met)
    met.formUnion(before)
    return value
  }

  // MARK: Layers

  package func root(of layer: Layer) -> [String] {
    switch layer {
    case .anchor: []
    case .link(let number): table.links[number].virtualPath
    }
  }

  package func isMerged(_ layer: Layer) -> Bool {
    if case .link(let number) = layer { table.links[number].isMerged } else { false }
  }

  package func isReadOnly(_ layer: Layer) -> Bool {
    if table.isReadOnly { return true }
    if case .link(let number) = layer { return table.links[number].isReadOnly }
    return false
  }

  package func place(_ layer: Layer, _ path: [String]) -> [String] {
    switch layer {
    case .anchor: table.anchor! + path
    case .link(let number):
      table.links[number].backing + path.dropFirst(table.links[number].virtualPath.count)
    }
  }

  package func object(_ layer: Layer, _ path: [String]) -> Inode? {
    // The anchor is what was opened, and not what takes its place.
    if layer == .anchor, !host.isFirst(at: table.anchor!) { return nil }
    return host.object(at: place(layer, path))
  }

  package func directory(_ layer: Layer, _ path: [String]) -> Inode? {
    object(layer, path).flatMap { $0.isDirectory ? $0 : nil }
  }

  package func link(at path: [String]) -> Int? {
    table.links.firstIndex { $0.virtualPath == path }
  }

  package func hasLink(below path: [String]) -> Bool {
    table.links.contains { $0.virtualPath.count > path.count && $0.virtualPath.starts(with: path) }
  }

  // MARK: Exceptions

  package func lists(of layer: Layer) -> [PatternList] {
    switch layer {
    case .anchor: [PatternList(table.anchorExceptions), PatternList(table.viewExceptions)]
    case .link(let number):
      [PatternList(table.links[number].exceptions), PatternList(table.viewExceptions)]
        + table.links[number].inherited
    }
  }

  /// The pattern that excepts a path from a layer, what lies above the path aside. One for directories
  /// looks at the layer's own object, and where there is none at what is being made, or at what the
  /// outer view shows (E4): what E5 had made there must be seen.
  package func pattern(
    excepting path: [String], from layer: Layer, makingDirectory: Bool? = nil
  ) -> Pattern? {
    let isDirectory =
      object(layer, path)?.isDirectory ?? makingDirectory ?? outerObject(path, layer)?.isDirectory
      ?? false
    let relative = Array(path.dropFirst(root(of: layer).count))
    return lists(of: layer).compactMap {
      $0.pattern(excepting: relative, isDirectory: isDirectory)
    }.first
  }

  private func outerObject(_ path: [String], _ layer: Layer) -> Inode? {
    let rules = met
    defer { met = rules }
    let outer = layers(Array(path.dropLast())).drop { $0 != layer }.dropFirst()
    return content(path, outer.filter { pattern(excepting: path, from: $0) == nil }).first?.inode
  }

  /// A layer's own exception paths, as paths of the view.
  package func exceptionPaths(of layer: Layer) -> [[String]] {
    lists(of: layer)[0].patterns.compactMap(\.path).map { root(of: layer) + $0 }
  }

  /// R1's candidates: the links that a path lies in and is not excepted from, the deepest first, and
  /// the anchor.
  package func layers(_ path: [String]) -> [Layer] {
    remembering(path, \.candidates) {
      if let link = link(at: path) {
        // P1: in a backing that is missing or a file nothing of the outer view shows.
        guard directory(.link(link), path) != nil else { return [] }
        let outer = path.isEmpty ? outermost : layersIgnoringLinkRoot(path)
        return [.link(link)] + outer
      }
      return path.isEmpty ? outermost : layersIgnoringLinkRoot(path)
    }
  }

  private var outermost: [Layer] { table.anchor == nil ? [] : [.anchor] }

  /// The candidates at a name as its parent's are, if a link's root there did not exist.
  package func layersIgnoringLinkRoot(
    _ path: [String], makingDirectory: Bool? = nil
  ) -> [Layer] {
    layers(Array(path.dropLast())).filter { layer in
      guard
        let pattern = pattern(excepting: path, from: layer, makingDirectory: makingDirectory)
      else { return true }
      met.insert(pattern.path == nil ? .E4 : .E1)
      if isMerged(layer) { met.insert(.E7) }
      if isReadOnly(layer), !table.isReadOnly { met.insert(.W4) }
      if case .link(let number) = layer,
        table.links[number].inherited.contains(where: {
          $0.patterns.contains(pattern)
        })
      {
        met.insert(.C3)
      }
      return false
    }
  }

  // MARK: What is seen

  /// What the layers have at a path, ways aside: nothing, one object, or a directory of several.
  package func content(_ path: [String], _ layers: [Layer]) -> [Part] {
    guard let first = layers.first else { return [] }
    let own = object(first, path).map { Part(layer: first, place: place(first, path), inode: $0) }
    guard isMerged(first) else { return own.map { [$0] } ?? [] }
    met.insert(.M1)
    guard let own else {
      // A file of the backing hides the outer view's directory, and what is in it.
      let isMasked = (root(of: first).count..<path.count).contains {
        let above = object(first, Array(path.prefix($0)))
        return above != nil && !above!.isDirectory
      }
      return isMasked ? [] : content(path, Array(layers.dropFirst()))
    }
    guard own.inode.isDirectory else { return [own] }
    let outer = content(path, Array(layers.dropFirst()))
    return outer.first?.inode.isDirectory == true ? [own] + outer : [own]
  }

  package func see(_ path: [String]) -> Seen {
    remembering(path, \.seen) { look(path) }
  }

  private func look(_ path: [String]) -> Seen {
    if !path.isEmpty, !see(Array(path.dropLast())).isDirectory { return .absent }
    let layers = layers(path)
    let isRoot = link(at: path)
    noteGovernor(path, layers, isRoot)
    let parts: [Part]
    if let isRoot, layers.isEmpty {
      let place = table.links[isRoot].backing
      let backing = host.object(at: place)
      if backing == nil { met.formUnion([.R3, .C10]) } else { met.insert(.O5) }
      parts = backing.map { [Part(layer: .link(isRoot), place: place, inode: $0)] } ?? []
    } else {
      parts = content(path, layers)
    }
    if let first = parts.first, first.inode.isDirectory { return .object(parts) }
    if isWay(path) || path.isEmpty {
      met.insert(isRoot == nil ? .R8 : .P1)
      if parts.isEmpty, link(at: path) == nil, !hasLink(below: path) { met.insert(.E3) }
      return .synthesised
    }
    return parts.isEmpty ? .absent : .object(parts)
  }

  private func noteGovernor(_ path: [String], _ layers: [Layer], _ isRoot: Int?) {
    if isRoot != nil {
      met.insert(.R1)
      guard !path.isEmpty else { return }
      let parent = self.layers(Array(path.dropLast()))
      let outer = layersIgnoringLinkRoot(path)
      if parent != outer { met.formUnion([.R2, .E8]) }
      if let above = outer.first, let shadowed = object(above, path) {
        met.insert(.R2)
        if let backing = host.object(at: table.links[isRoot!].backing),
          backing.isDirectory != shadowed.isDirectory
        {
          met.insert(.O5)
        }
      }
      return
    }
    if case .link = layers.first { met.insert(.R1) }
    guard let governor = layers.first, let excepted = self.layers(Array(path.dropLast())).first,
      excepted != governor, object(excepted, path) != nil
    else { return }
    met.insert(.R2)
  }

  /// R8: a link's root lies below, or an exception path that has something to show.
  private func isWay(_ path: [String]) -> Bool {
    if hasLink(below: path) { return true }
    return layers(path).contains { layer in
      exceptionPaths(of: layer).contains {
        $0.count > path.count && $0.starts(with: path) && !content($0, layers($0)).isEmpty
      }
    }
  }

  /// The names that a directory shows.
  package func names(in path: [String]) -> [String] {
    var possible: Set<String> = []
    for layer in layers(path) {
      possible.formUnion(directory(layer, path)?.entries.keys.map { $0 } ?? [])
    }
    let fixed = table.links.map(\.virtualPath) + layers(path).flatMap(exceptionPaths)
    for place in fixed where place.count > path.count && place.starts(with: path) {
      possible.insert(place[path.count])
    }
    let names = possible.filter { see(path + [$0]).isThere }
    if case .object(let parts) = see(path), parts.count > 1 { met.insert(.M7) }
    return names.sorted()
  }
}

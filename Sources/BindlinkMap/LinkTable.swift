// The table of all links of a view, as an immutable snapshot.

/// Whatever the order in which links were created, the table is the same (R1).
package final class LinkTable: Sendable {
  /// Sorted by virtual path, shallow ones first.
  package let links: [Link]
  package let anchorExceptions: ExceptionList
  package let viewExceptions: ExceptionList
  /// The scope of "/". If a link stands there, its layer is first.
  package let root: Scope

  private let trie: PathTrie
  /// Of each link's number, where it is in `links`; -1: it is not in this table.
  private let positions: [Int32]

  /// EEXIST for two links at one virtual path (C1). `number` gives a link the number by which layers
  /// name it, no two the same; without it they are numbered as they stand in `links`.
  package init(
    links unsorted: [Link], hasAnchor: Bool, anchorExceptions: ExceptionList,
    viewExceptions: ExceptionList, number: ((Link) -> Int32)? = nil
  ) throws(LinkError) {
    let links = unsorted.sorted {
      let (left, right) = ($0.virtualPath.components, $1.virtualPath.components)
      guard left.count == right.count else { return left.count < right.count }
      return left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
    }
    let numbers = links.indices.map { number?(links[$0]) ?? Int32($0) }
    var positions = [Int32](repeating: -1, count: Int((numbers.max() ?? -1) + 1))
    for (position, number) in numbers.enumerated() { positions[Int(number)] = Int32(position) }
    var trie = PathTrie()
    for (number, link) in zip(numbers, links) {
      guard trie.insert(link: number, at: link.virtualPath.components) else {
        throw LinkError(
          .exists, "C1", link.virtualPath.description, "has a link already")
      }
    }
    var compiler = RuleCompiler(viewExceptions: viewExceptions)
    let fresh = links.map { compiler.states(own: $0.exceptions, inherited: $0.inherited) }
    for (position, link) in links.enumerated() {
      for path in compiler.ways(of: link.exceptions, from: fresh[position]) {
        trie.insert(exception: path, of: numbers[position], at: link.virtualPath.components)
      }
    }
    var layers: [Layer] = []
    if hasAnchor {
      let states = compiler.states(own: anchorExceptions, inherited: [])
      for path in compiler.ways(of: anchorExceptions, from: states) {
        trie.insert(exception: path, of: Layer.anchor, at: [])
      }
      layers.append(Layer(link: Layer.anchor, depth: 0, isMerged: false, states: states))
    }
    let store = ScopeStore(
      links: links, positions: positions, trie: trie, states: compiler.interned, fresh: fresh)
    let rootLink = trie.link(at: PathTrie.root)
    if rootLink >= 0 { layers.insert(store.layer(of: rootLink), at: 0) }
    self.links = links
    self.anchorExceptions = anchorExceptions
    self.viewExceptions = viewExceptions
    self.trie = trie
    self.positions = positions
    root = store.scope(node: PathTrie.root, layers: layers)
  }

  /// The link of a number; nil: it is not in this table, or no link at all.
  package func link(_ number: Int32) -> Link? {
    guard positions.indices.contains(Int(number)), positions[Int(number)] >= 0 else { return nil }
    return links[Int(positions[Int(number)])]
  }

  package func isReadOnly(_ number: Int32) -> Bool {
    guard positions.indices.contains(Int(number)), positions[Int(number)] >= 0 else { return false }
    return links[Int(positions[Int(number)])].isReadOnly
  }

  /// The number of the link whose root stands at a path.
  package func link(at path: VirtualPath) -> Int32? {
    var node = PathTrie.root
    for name in path.components {
      node = trie.child(name.span, hash: NameIndex.hash(name.span), of: node)
      guard node >= 0 else { return nil }
    }
    let link = trie.link(at: node)
    return link < 0 ? nil : link
  }

  /// By prefixes alone, exceptions aside: the number of the link of which the virtual path is the longest
  /// prefix. Nil: the anchor.
  package func nearestLink(of path: VirtualPath) -> Int32? {
    var node = PathTrie.root
    var nearest = trie.link(at: node)
    for name in path.components {
      node = trie.child(name.span, hash: NameIndex.hash(name.span), of: node)
      guard node >= 0 else { break }
      if trie.link(at: node) >= 0 { nearest = trie.link(at: node) }
    }
    return nearest < 0 ? nil : nearest
  }

  /// The scope of a directory, descending from the root. `isDirectory` says what a layer's backing
  /// has at a path on the way; nil, for nothing, counts as a directory, which the path takes it
  /// for.
  package func scope(
    of path: VirtualPath, isDirectory: (_ link: Int32, VirtualPath) -> Bool?
  ) -> Scope {
    var scope = root
    var walked = VirtualPath.root
    for name in path.components {
      walked = walked.appending(name)
      var keeping: [Int] = []
      for (index, layer) in scope.layers.enumerated() {
        let exclusion = scope.exclusion(of: name.span, layer: index)
        let applies =
          switch exclusion {
          case .never: false
          case .always: true
          case .ifDirectory, .unlessDirectory:
            exclusion.applies(isDirectory: isDirectory(layer.link, walked) ?? true)
          }
        if !applies { keeping.append(index) }
      }
      scope = scope.descend(name.span, keeping: keeping)
    }
    return scope
  }
}

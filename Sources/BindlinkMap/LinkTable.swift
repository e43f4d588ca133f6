// The table of all links of a view, as an immutable snapshot.

/// Whatever the order in which links were created, the table is the same (R1).
package final class LinkTable: Sendable {
  /// Sorted by virtual path, shallow ones first.
  package let links: [Link]
  /// The scope of "/". If a link stands there, its layer is first.
  package let root: Scope

  private let trie: PathTrie

  /// EEXIST for two links at one virtual path (C1).
  package init(
    links unsorted: [Link], hasAnchor: Bool, anchorExceptions: ExceptionList,
    viewExceptions: ExceptionList
  ) throws(LinkError) {
    let links = unsorted.sorted {
      let (left, right) = ($0.virtualPath.components, $1.virtualPath.components)
      guard left.count == right.count else { return left.count < right.count }
      return left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
    }
    var trie = PathTrie()
    for (number, link) in links.enumerated() {
      guard trie.insert(link: Int32(number), at: link.virtualPath.components) else {
        throw LinkError(
          .exists, "C1", link.virtualPath.description, "has a link already")
      }
    }
    var compiler = RuleCompiler(viewExceptions: viewExceptions)
    let fresh = links.map { compiler.states(own: $0.exceptions, inherited: $0.inherited) }
    for (number, link) in links.enumerated() {
      for path in compiler.ways(of: link.exceptions, from: fresh[number]) {
        trie.insert(exception: path, of: Int32(number), at: link.virtualPath.components)
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
    let store = ScopeStore(links: links, trie: trie, states: compiler.interned, fresh: fresh)
    let rootLink = trie.link(at: PathTrie.root)
    if rootLink >= 0 { layers.insert(store.layer(of: rootLink), at: 0) }
    self.links = links
    self.trie = trie
    root = store.scope(node: PathTrie.root, layers: layers)
  }

  package func link(at path: VirtualPath) -> Int32? {
    var node = PathTrie.root
    for name in path.components {
      node = trie.child(name.span, hash: NameIndex.hash(name.span), of: node)
      guard node >= 0 else { return nil }
    }
    let link = trie.link(at: node)
    return link < 0 ? nil : link
  }

  /// By prefixes alone, exceptions aside: the link of which the virtual path is the longest
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

// What the map knows of a directory of the view: who can govern what lies in it.

/// Immutable and interned by its table: two directories with the same future share one object.
package final class Scope: Sendable {
  /// R1's candidates that the directory is not excepted from, the deepest link first, the anchor
  /// last. Ends with the first that is not merged and has no rule left: those outside of it can
  /// never show below. Empty: a synthesised way that nobody governs.
  package let layers: [Layer]
  /// False: no link root, no exception path, no pattern and no merging can concern anything at or
  /// below any child. There is one layer at most then.
  package let isScoped: Bool
  /// No link root and no exception path lies below, and every rule that is alive matches at any
  /// depth: a child directory that is excepted from no layer has this very scope.
  package let isUniform: Bool
  /// A link root lies strictly below this directory.
  package let linkBelow: Bool
  /// E6, O3: a rule with an inner "/" is alive here, so that it can match something strictly below
  /// this directory. The exception paths of links and of the anchor do not count.
  package let patternsReachBelow: Bool
  /// A rule of a layer is alive here.
  package let hasRules: Bool
  /// A layer is merged with one outside of it: what a name shows is not up to the first layer alone.
  package let merges: Bool
  /// The directory is merged itself, as far as others outside of it have it.
  package var isMerged: Bool { layers.count > 1 && layers[0].isMerged }

  let store: ScopeStore
  let node: Int32

  /// Only for the store, which normalises and interns.
  init(store: ScopeStore, node: Int32, layers: [Layer]) {
    self.store = store
    self.node = node
    self.layers = layers
    linkBelow = store.trie.hasLinkBelow(node)
    hasRules = layers.contains { !$0.states.isEmpty }
    isScoped = node >= 0 || hasRules || layers.count > 1
    isUniform = node < 0 && layers.allSatisfy { $0.states.allSatisfy(\.isNameOnly) }
    merges = layers.dropLast().contains(where: \.isMerged)
    patternsReachBelow = layers.contains { $0.states.contains(where: \.hasPatterns) }
  }

  /// Whether the name is excepted from a layer; `layer` is an index into `layers`.
  package func exclusion(of name: Span<UInt8>, layer: Int) -> Exclusion {
    if layers[layer].states.isEmpty { return .never }
    return layers[layer].states.exclusion(of: name, hash: NameIndex.hash(name))
  }

  /// What stands at the name or below it, whatever the backings have.
  package func child(_ name: Span<UInt8>) -> ScopeChild {
    guard node >= 0 else { return ScopeChild.nothing }
    let child = store.trie.child(name, hash: NameIndex.hash(name), of: node)
    return child < 0 ? ScopeChild.nothing : facts(of: child)
  }

  private func facts(of child: Int32) -> ScopeChild {
    let trie = store.trie
    let link = trie.link(at: child)
    return ScopeChild(
      link: link < 0 ? nil : link,
      leadsToLink: trie.hasLinkBelow(child),
      leadsToException: trie.hasExceptionBelow(child, of: layers),
      isException: trie.isException(child, of: layers))
  }

  /// Names of the children that are link roots or exception paths, or lead to some.
  package func names() -> [[UInt8]] {
    store.trie.children(of: node).compactMap { child in
      facts(of: child).isNothing ? nil : store.trie.name(of: child)
    }
  }

  /// The scope of the child directory. `keeping` are the indices of the layers that the child is
  /// not excepted from, ascending. At a link's root that link's layer comes first. `closed` is the
  /// one of them that has no directory at the child and is not merged there, because something else
  /// stands there (M1). `withoutLink`: the child of the outer view, if a link's root stands there.
  package func descend(
    _ name: Span<UInt8>, keeping: [Int], closed: Int? = nil, withoutLink: Bool = false
  ) -> Scope {
    if isUniform, keeping.count == layers.count, closed == nil { return self }
    let hash = NameIndex.hash(name)
    let child = store.trie.child(name, hash: hash, of: node)
    var next: [Layer] = []
    next.reserveCapacity(keeping.count + 1)
    if child >= 0, store.trie.link(at: child) >= 0, !withoutLink {
      next.append(store.layer(of: store.trie.link(at: child)))
    }
    for index in keeping {
      let layer = layers[index]
      let states = store.states.advanced(layer.states, by: name, hash: hash)
      next.append(
        Layer(
          link: layer.link, depth: layer.depth, isMerged: layer.isMerged && index != closed,
          states: states))
    }
    return store.scope(node: child, layers: next)
  }

  /// As `descend`, for a link's root of which the backing is missing or a file, with links below
  /// (P1): only the ways to these.
  package func descendToWayOnly(_ name: Span<UInt8>) -> Scope {
    let child = store.trie.child(name, hash: NameIndex.hash(name), of: node)
    return store.scope(node: child, layers: [])
  }

  /// What hides by name alone is the same in both: a directory may move from one to the other
  /// (E6), as far as names go.
  package func hidesLike(_ other: Scope) -> Bool {
    self === other || nameRules == other.nameRules
  }

  /// For each layer the rules of its lists, in any order of the lists; repetitions are one. A list that
  /// begins by taking exceptions back has none to take back yet.
  private var nameRules: [Set<[RuleState.NameRule]>] {
    var all: [Set<[RuleState.NameRule]>] = []
    for layer in layers {
      let lists = layer.states.map { Array($0.nameRules.drop(while: \.isNegated)) }
      let rules = Set(lists.filter { !$0.isEmpty })
      if all.last != rules { all.append(rules) }
    }
    return all
  }

  /// The link of a layer's number when this scope was made; nil: the anchor. A later table may not
  /// have it any more.
  package func link(_ number: Int32) -> Link? { number < 0 ? nil : store.link(number) }

  /// Exception paths of the layers, strictly below this directory and relative to it.
  package func exceptionPathsBelow() -> [[[UInt8]]] {
    store.trie.paths(below: node) {
      store.trie.hasExceptionBelow($0, of: layers)
    } where: {
      store.trie.isException($0, of: layers)
    }
  }

  /// Link roots strictly below this directory, relative to it.
  package func linkRootsBelow() -> [[[UInt8]]] {
    store.trie.paths(below: node) {
      store.trie.hasLinkBelow($0)
    } where: {
      store.trie.link(at: $0) >= 0
    }
  }

  /// The rule that excepts an object of that name and type from a layer (C10); nil: none does.
  package func rule(
    excepting name: Span<UInt8>, layer: Int, isDirectory: Bool
  ) -> ExceptionRule? {
    let hash = NameIndex.hash(name)
    for state in layers[layer].states {
      let decision = state.decide(name, hash: hash)
      let rule = isDirectory ? decision.directory : decision.other
      if state.excepts(rule) { return state.automaton.rules[Int(rule)] }
    }
    return nil
  }
}

/// What the table says of a name in a directory, whatever the backings have.
package struct ScopeChild: Sendable {
  /// A link's root stands at the name.
  package let link: Int32?
  /// A link root lies strictly below the name.
  package let leadsToLink: Bool
  /// An exception path of a layer of the scope lies strictly below the name.
  package let leadsToException: Bool
  /// An exception path of a layer of the scope is the name.
  package let isException: Bool

  static let nothing = ScopeChild(
    link: nil, leadsToLink: false, leadsToException: false, isException: false)

  package var isNothing: Bool { link == nil && !leadsToLink && !leadsToException && !isException }
}

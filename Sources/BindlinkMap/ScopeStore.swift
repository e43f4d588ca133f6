// What all scopes of one table share.

/// The trie, the rules with which each layer begins, and the interned scopes. Scopes hold the
/// store; the store does not hold scopes.
final class ScopeStore: Sendable {
  private struct Key: Hashable {
    let node: Int32
    let layers: [Layer]
  }

  let links: [Link]
  let trie: PathTrie
  let states: RuleStates
  /// The states of each link's lists at its root.
  private let fresh: [[RuleState]]

  /// Guards the scopes. Taken before the lock of `states`, never the other way.
  private let scopes = Guarded(WeakTable<Key, Scope>())

  init(links: [Link], trie: PathTrie, states: RuleStates, fresh: [[RuleState]]) {
    self.links = links
    self.trie = trie
    self.states = states
    self.fresh = fresh
  }

  /// The layer of a link at its root.
  func layer(of link: Int32) -> Layer {
    let (depth, isMerged) = (
      links[Int(link)].virtualPath.components.count, links[Int(link)].isMerged
    )
    return Layer(link: link, depth: depth, isMerged: isMerged, states: fresh[Int(link)])
  }

  func scope(node: Int32, layers: [Layer]) -> Scope {
    var layers = layers
    if let last = layers.firstIndex(where: { $0.states.isEmpty && !$0.isMerged }) {
      layers.removeSubrange((last + 1)...)
    }
    let isWay = trie.hasLinkBelow(node) || trie.hasExceptionBelow(node, of: layers)
    let key = Key(node: isWay ? node : PathTrie.none, layers: layers)
    return scopes.withLock { scopes in
      scopes.object(for: key) { Scope(store: self, node: key.node, layers: key.layers) }
    }
  }
}

// What all scopes of one table share.

/// The trie, the rules with which each layer begins, and the interned scopes. Scopes hold the
/// store; the store does not hold scopes.
final class ScopeStore: Sendable {
  private struct Key: Hashable {
    let node: Int32
    let layers: [Layer]
  }

  private let links: [Link]
  private let positions: [Int32]
  let trie: PathTrie
  let states: RuleStates
  /// The states of each link's lists at its root, in the order of `links`.
  private let fresh: [[RuleState]]

  /// Guards the scopes. Taken before the lock of `states`, never the other way.
  private let scopes = Guarded(WeakTable<Key, Scope>())

  init(
    links: [Link], positions: [Int32], trie: PathTrie, states: RuleStates, fresh: [[RuleState]]
  ) {
    self.links = links
    self.positions = positions
    self.trie = trie
    self.states = states
    self.fresh = fresh
  }

  /// The link of a number that the trie has.
  func link(_ number: Int32) -> Link { links[Int(positions[Int(number)])] }

  /// The layer of a link at its root.
  func layer(of number: Int32) -> Layer {
    let position = Int(positions[Int(number)])
    let link = links[position]
    return Layer(
      link: number, depth: link.virtualPath.components.count, isMerged: link.isMerged,
      states: fresh[position])
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

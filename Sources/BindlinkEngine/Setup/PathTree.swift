// Values by virtual path, as a tree: the links of a table while it changes.

internal import BindlinkMap

/// Used by one thread.
final class PathTree<Value> {
  private final class Node {
    var value: Value?
    var children: [[UInt8]: Node] = [:]
  }

  private var root = Node()

  private func node(_ path: VirtualPath) -> Node? {
    var node = root
    for name in path.components {
      guard let child = node.children[name] else { return nil }
      node = child
    }
    return node
  }

  subscript(path: VirtualPath) -> Value? {
    get { node(path)?.value }
    set {
      var node = root
      for name in path.components {
        if let child = node.children[name] {
          node = child
        } else {
          let child = Node()
          node.children[name] = child
          node = child
        }
      }
      node.value = newValue
    }
  }

  /// The value at the longest prefix of a path, the path itself included.
  func nearest(_ path: VirtualPath) -> Value? {
    var node = root
    var nearest = node.value
    for name in path.components {
      guard let child = node.children[name] else { break }
      node = child
      nearest = node.value ?? nearest
    }
    return nearest
  }

  /// The values at the prefixes of a path, the path itself included.
  func prefixes(of path: VirtualPath) -> [Value] {
    var node = root
    var values = node.value.map { [$0] } ?? []
    for name in path.components {
      guard let child = node.children[name] else { break }
      node = child
      if let value = node.value { values.append(value) }
    }
    return values
  }

  /// Whether a value strictly below a path satisfies a condition.
  func contains(below path: VirtualPath, where condition: (Value) -> Bool) -> Bool {
    var pending = node(path).map { Array($0.children.values) } ?? []
    while let node = pending.popLast() {
      if let value = node.value, condition(value) { return true }
      pending += node.children.values
    }
    return false
  }

  /// Removes all strictly below a path.
  func removeAll(below path: VirtualPath) { node(path)?.children = [:] }

  func removeAll() { root = Node() }

  var values: [Value] {
    var values: [Value] = []
    var pending = [root]
    while let node = pending.popLast() {
      if let value = node.value { values.append(value) }
      pending += node.children.values
    }
    return values
  }
}

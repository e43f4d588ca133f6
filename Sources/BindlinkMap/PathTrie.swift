// The tree of all link roots and exception paths of a table: what a listing has to show although
// no backing has it, and what is found by one probe per component.

/// Nodes are numbers; the root is 0. Built once, then only read.
struct PathTrie: Sendable {
  static let root: Int32 = 0
  static let none: Int32 = -1

  /// A node's entry is its number less one.
  private var names = NameIndex()
  private var firstChildren: [Int32] = [none]
  private var nextSiblings: [Int32] = [none]
  private var links: [Int32] = [-1]
  private var linksBelow: [Bool] = [false]
  /// Where in `owners` a node's are, -1 if it has none.
  private var ownerNumbers: [Int32] = [-1]
  private var owners: [Owners] = []

  /// Whose exception paths are the node, or lie strictly below it: layers' links. Each stands at
  /// the node or above it, so they are few.
  private struct Owners {
    var at: [Int32] = []
    var below: [Int32] = []
  }

  // MARK: Building

  /// False if a link's root is there already.
  mutating func insert(link: Int32, at path: [[UInt8]]) -> Bool {
    var node = Self.root
    for name in path {
      linksBelow[Int(node)] = true
      node = insert(name, under: node)
    }
    guard links[Int(node)] < 0 else { return false }
    links[Int(node)] = link
    return true
  }

  mutating func insert(exception path: [[UInt8]], of owner: Int32, at base: [[UInt8]]) {
    var node = Self.root
    for name in base { node = insert(name, under: node) }
    for name in path {
      let number = ownersNumber(of: node)
      if !owners[number].below.contains(owner) { owners[number].below.append(owner) }
      node = insert(name, under: node)
    }
    let number = ownersNumber(of: node)
    if !owners[number].at.contains(owner) { owners[number].at.append(owner) }
  }

  private mutating func ownersNumber(of node: Int32) -> Int {
    if ownerNumbers[Int(node)] < 0 {
      ownerNumbers[Int(node)] = Int32(owners.count)
      owners.append(Owners())
    }
    return Int(ownerNumbers[Int(node)])
  }

  private mutating func insert(_ name: [UInt8], under parent: Int32) -> Int32 {
    let node = names.insert(name, under: parent) + 1
    if Int(node) == links.count {
      links.append(-1)
      linksBelow.append(false)
      ownerNumbers.append(-1)
      firstChildren.append(Self.none)
      nextSiblings.append(firstChildren[Int(parent)])
      firstChildren[Int(parent)] = node
    }
    return node
  }

  // MARK: Reading

  func child(_ name: Span<UInt8>, hash: UInt64, of node: Int32) -> Int32 {
    guard node >= 0, firstChildren[Int(node)] >= 0 else { return Self.none }
    let entry = names.find(name, hash: hash, under: node)
    return entry < 0 ? Self.none : entry + 1
  }

  func children(of node: Int32) -> [Int32] {
    guard node >= 0 else { return [] }
    var children: [Int32] = []
    var child = firstChildren[Int(node)]
    while child >= 0 {
      children.append(child)
      child = nextSiblings[Int(child)]
    }
    return children
  }

  func name(of node: Int32) -> [UInt8] { names.name(node - 1) }

  /// -1: none.
  func link(at node: Int32) -> Int32 { links[Int(node)] }

  func hasLinkBelow(_ node: Int32) -> Bool { node >= 0 && linksBelow[Int(node)] }

  func isException(_ node: Int32, of layers: [Layer]) -> Bool {
    let number = ownerNumbers[Int(node)]
    return number >= 0 && Self.areAny(owners[Int(number)].at, in: layers)
  }

  func hasExceptionBelow(_ node: Int32, of layers: [Layer]) -> Bool {
    guard node >= 0 else { return false }
    let number = ownerNumbers[Int(node)]
    return number >= 0 && Self.areAny(owners[Int(number)].below, in: layers)
  }

  private static func areAny(_ owners: [Int32], in layers: [Layer]) -> Bool {
    for index in layers.indices where owners.contains(layers[index].link) { return true }
    return false
  }

  /// The paths from `node` to all nodes strictly below it that satisfy `isWanted`, entering only
  /// nodes that satisfy `isEntered`.
  func paths(
    below node: Int32, entering isEntered: (Int32) -> Bool, where isWanted: (Int32) -> Bool
  ) -> [[[UInt8]]] {
    var found: [[[UInt8]]] = []
    var pending: [(node: Int32, path: [[UInt8]])] = [(node, [])]
    while let (node, path) = pending.popLast() {
      guard isEntered(node) else { continue }
      for child in children(of: node) {
        let childPath = path + [name(of: child)]
        if isWanted(child) { found.append(childPath) }
        pending.append((child, childPath))
      }
    }
    return found
  }
}

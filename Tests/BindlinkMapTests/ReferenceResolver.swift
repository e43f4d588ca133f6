// The contract, resolved on whole paths: for each link, is an ancestor of the path, or the path
// itself, matched by one of its lists?

import BindlinkMap

/// A list with where it stands: what it says of a path below the owner is asked of `base` and it.
struct ReferenceList {
  let rules: [(pattern: ReferencePattern, path: [[UInt8]]?)]
  let base: [[UInt8]]
  let isOwn: Bool

  init(_ list: ExceptionList, base: [[UInt8]] = [], isOwn: Bool = false) {
    rules = list.rules.map { rule in
      let names = rule.source.split(separator: UInt8(ascii: "/"))
      let path = names.map { Array($0.filter { $0 != UInt8(ascii: "\\") }) }
      return (ReferencePattern(rule.source), rule.isPath ? path : nil)
    }
    self.base = base
    self.isOwn = isOwn
  }

  /// What the last rule that matches says; ancestors are the caller's business.
  func matches(_ relative: [[UInt8]], isDirectory: Bool) -> Bool {
    let full = base + relative
    let last = rules.last { $0.pattern.matches(full, isDirectory: isDirectory) }
    return last.map { !$0.pattern.isNegated } ?? false
  }

  func isAlive(below relative: [[UInt8]]) -> Bool {
    rules.contains { !$0.pattern.isNegated && $0.pattern.canMatchBelow(base + relative) }
  }

  func hasPatterns(below relative: [[UInt8]]) -> Bool {
    isAlive(below: relative)
      && rules.contains { rule in
        !rule.pattern.isNameOnly && !(isOwn && rule.path != nil)
          && rule.pattern.canMatchBelow(base + relative)
      }
  }
}

/// A link or the anchor.
struct ReferenceLayer {
  let link: Int32
  let root: [[UInt8]]
  let isMerged: Bool
  let lists: [ReferenceList]

  func relative(_ path: [[UInt8]]) -> [[UInt8]] { Array(path.dropFirst(root.count)) }

  func matches(_ path: [[UInt8]], isDirectory: Bool) -> Bool {
    lists.contains { $0.matches(relative(path), isDirectory: isDirectory) }
  }

  /// Own exception paths, as paths of the view, that except something.
  var ways: [[[UInt8]]] {
    lists.filter(\.isOwn).flatMap { list in
      list.rules.compactMap(\.path).filter { path in
        let excepts = [true, false].contains { list.matches(path, isDirectory: $0) }
        let isCovered = (1..<path.count).contains { count in
          let ancestor = root + path.prefix(count)
          return [true, false].allSatisfy { matches(ancestor, isDirectory: $0) }
        }
        return excepts && !isCovered
      }.map { root + $0 }
    }
  }
}

struct ReferenceResolver {
  let links: [[[UInt8]]]
  let layers: [ReferenceLayer]

  init(_ table: LinkTable, anchor: ExceptionList?, view: ExceptionList) {
    links = table.links.map(\.virtualPath.components)
    var layers: [ReferenceLayer] = []
    for (number, link) in table.links.enumerated() {
      let lists =
        [ReferenceList(link.exceptions, isOwn: true), ReferenceList(view)]
        + link.inherited.map { ReferenceList($0.list, base: $0.base) }
      layers.append(
        ReferenceLayer(
          link: Int32(number), root: links[number], isMerged: link.isMerged, lists: lists))
    }
    // Deepest first, the anchor last.
    layers.sort { $0.root.count > $1.root.count }
    if let anchor {
      layers.append(
        ReferenceLayer(
          link: Layer.anchor, root: [], isMerged: false,
          lists: [ReferenceList(anchor, isOwn: true), ReferenceList(view)]))
    }
    self.layers = layers
  }

  /// R1's candidates at a directory.
  func candidates(
    at directory: [[UInt8]], isDirectory: (Int32, [[UInt8]]) -> Bool
  ) -> [ReferenceLayer] {
    layers.filter { layer in
      guard directory.starts(with: layer.root) else { return false }
      return (layer.root.count..<directory.count).allSatisfy { count in
        let ancestor = Array(directory.prefix(count + 1))
        return !layer.matches(ancestor, isDirectory: isDirectory(layer.link, ancestor))
      }
    }
  }

  func hasLink(strictlyBelow path: [[UInt8]]) -> Bool {
    links.contains { $0.count > path.count && $0.starts(with: path) }
  }
}

// Tables and questions in the words of the tests: text in, text out.

import BindlinkMap

func path(_ text: String) throws -> VirtualPath {
  try VirtualPath(lexical: Array(text.utf8))
}

func list(_ lines: [String]) throws -> ExceptionList {
  var list = ExceptionList()
  for line in lines { try list.append(line: line.utf8) }
  return list
}

func link(_ virtual: String, except lines: [String] = [], merged: Bool = false) throws -> Link {
  Link(
    virtualPath: try path(virtual), backing: Array("/backing\(virtual)".utf8), isMerged: merged,
    exceptions: try list(lines))
}

func table(
  _ links: [Link], anchor: [String]? = [], view: [String] = []
) throws -> LinkTable {
  try LinkTable(
    links: links, hasAnchor: anchor != nil, anchorExceptions: try list(anchor ?? []),
    viewExceptions: try list(view))
}

extension LinkTable {
  /// The scope of a directory that is a directory in every layer.
  func scope(_ text: String) throws -> Scope {
    scope(of: try path(text)) { _, _ in true }
  }

  /// Virtual paths of the layers at a directory, "anchor" for the anchor.
  func layers(_ text: String) throws -> [String] {
    try scope(text).layers.map { name(ofLink: $0.link) }
  }

  func name(ofLink link: Int32) -> String {
    link == Layer.anchor ? "anchor" : links[Int(link)].virtualPath.description
  }
}

extension Scope {
  func exclusion(_ name: String, layer: Int = 0) -> Exclusion {
    let name = Array(name.utf8)
    return exclusion(of: name.span, layer: layer)
  }

  func rule(excepting name: String, isDirectory: Bool) -> ExceptionRule? {
    let name = Array(name.utf8)
    return rule(excepting: name.span, layer: 0, isDirectory: isDirectory)
  }

  func child(_ name: String) -> ScopeChild {
    let name = Array(name.utf8)
    return child(name.span)
  }

  func descend(_ name: String, keeping: [Int]) -> Scope {
    let name = Array(name.utf8)
    return descend(name.span, keeping: keeping)
  }

  var sortedNames: [String] { names().map { String(decoding: $0, as: UTF8.self) }.sorted() }
}

extension ScopeChild {
  var words: Set<String> {
    var words: Set<String> = []
    if link != nil { words.insert("link") }
    if leadsToLink { words.insert("to link") }
    if leadsToException { words.insert("to exception") }
    if isException { words.insert("exception") }
    return words
  }
}

/// Sorted and joined by "/".
func joined(_ paths: [[[UInt8]]]) -> [String] {
  paths.map { path in
    path.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
  }.sorted()
}

/// Whether a list at "/" excepts a path, with everything before the last component a directory.
func isExcepted(_ components: [[UInt8]], isDirectory: Bool, by list: ExceptionList) throws -> Bool {
  let link = Link(virtualPath: .root, backing: [], exceptions: list)
  let table = try LinkTable(
    links: [link], hasAnchor: false, anchorExceptions: ExceptionList(),
    viewExceptions: ExceptionList())
  var scope = table.root
  for (index, name) in components.enumerated() {
    let isLast = index == components.count - 1
    let exclusion = scope.exclusion(of: name.span, layer: 0)
    if exclusion.applies(isDirectory: !isLast || isDirectory) { return true }
    scope = scope.descend(name.span, keeping: [0])
  }
  return false
}

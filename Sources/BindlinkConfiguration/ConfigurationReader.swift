// From YAML's nodes to a configuration: every key of the format, and every way to get one wrong.
internal import Bindlink
internal import SystemPackage
internal import Yams

struct ConfigurationReader {
  private(set) var configuration = Configuration()
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var places: ConfigurationPlaces
  let file: String
  let paths: PathExpansion
  /// The links' virtual paths in their one spelling, and where they stand.
  private var virtualPaths: [FilePath: Position] = [:]

  init(file: String, paths: PathExpansion) {
    self.file = file
    self.paths = paths
    places = ConfigurationPlaces(file: file)
  }

  mutating func read(_ document: YAMLDocument) {
    for failure in document.failures { report(failure.place, failure.reason) }
    guard let root = document.root else { return }
    var lists = ExceptionKeys()
    each(root, "the file", document) { reader, key, value in
      switch key {
      case "anchor": reader.readAnchor(value)
      case "parents": reader.configuration.createsParents = reader.flag(value, key) ?? false
      case "cache": reader.readCache(value)
      case "drives": reader.readDrives(value, document)
      case "except", "except-from": reader.read(&lists, key, value)
      case "anchor-except": reader.configuration.anchorExceptions = reader.exceptions(value, key)
      case "links":
        guard let nodes = reader.list(value, key) else { break }
        var links: [BindLink] = []
        for node in nodes {
          if let link = reader.link(node, document) { links.append(link) }
        }
        reader.configuration.links = links
      default: return false
      }
      return true
    }
    configuration.exceptions = lists.all
  }

  // MARK: Keys

  private mutating func link(_ node: Node, _ document: YAMLDocument) -> BindLink? {
    var virtualPath: FilePath?
    var backing: (path: FilePath, place: Position)?
    var result = BindLink("/", backing: "/")
    var lists = ExceptionKeys()
    var missing: Set = ["virtual", "backing"]
    let isMapping = each(node, "a link", document) { reader, key, value in
      missing.remove(key)
      switch key {
      case "virtual": virtualPath = reader.virtualPath(value)
      case "backing":
        if let path = reader.hostPath(value, key) { backing = (path, value.place) }
      case "read-only": result.isReadOnly = reader.flag(value, key) ?? false
      case "merged": result.isMerged = reader.flag(value, key) ?? false
      case "parents": result.createsParents = reader.flag(value, key)
      case "keep-symlinks-inside":
        result.keepsSymbolicLinksInside = reader.flag(value, key) ?? false
      case "except", "except-from": reader.read(&lists, key, value)
      case "inherited": result.inherited = reader.inherited(value, document)
      default: return false
      }
      return true
    }
    guard isMapping else { return nil }
    if let backing {
      places.add(backing.path, result.isMerged ? .mergedBacking : .backing, backing.place)
    }
    for key in missing.sorted(by: >) { report(node.place, "the link has no '\(key)'") }
    guard let virtualPath, let backing else { return nil }
    result.virtualPath = virtualPath
    result.backing = backing.path
    result.exceptions = lists.all ?? []
    return result
  }

  private mutating func inherited(_ node: Node, _ document: YAMLDocument) -> [InheritedExceptions] {
    (list(node, "inherited") ?? []).compactMap { node in
      var base: FilePath?
      var lines: [ExceptionLine]?
      let isMapping = each(node, "an inherited list", document) { reader, key, value in
        switch key {
        case "base": base = reader.path(value, key, of: .view)
        case "except": lines = reader.exceptions(value, key)
        default: return false
        }
        return true
      }
      guard isMapping else { return nil }
      guard let base, let lines else {
        report(node.place, "the inherited list lacks 'base' or 'except'")
        return nil
      }
      return InheritedExceptions(base: base, exceptions: lines)
    }
  }

  private mutating func readAnchor(_ node: Node) {
    if text(node, "anchor") == "none" {
      configuration.anchor = View.Anchor.none
    } else if node.isText, let path = hostPath(node, "anchor") {
      configuration.anchor = .directory(path)
      places.add(path, .anchor, node.place)
    }
  }

  private mutating func readDrives(_ node: Node, _ document: YAMLDocument) {
    var drives = DriveTable()
    each(node, "drives", document) { reader, name, value in
      guard let path = reader.hostPath(value, name) else { return true }
      let count = drives.entries.count
      do throws(BindlinkError) {
        try drives.set(ByteText.decode(name), to: path)
        if drives.entries.count == count { reader.report(value.place, "'\(name)' stands twice") }
      } catch {
        reader.report(value.place, "\(error.what): \(error.why)", error.errno, error.rule)
      }
      return true
    }
    configuration.drives = drives
  }

  private mutating func readCache(_ node: Node) {
    guard let word = text(node, "cache") else { return }
    guard let cache = View.Cache(rawValue: word) else {
      report(node.place, "'cache' is '\(word)', not auto, always or never")
      return
    }
    configuration.cache = cache
  }

  private mutating func read(_ lists: inout ExceptionKeys, _ key: String, _ value: Node) {
    guard key == "except-from" else {
      lists.own = exceptions(value, key)
      return
    }
    let nodes = value.isText ? [value] : list(value, key) ?? []
    for node in nodes {
      guard let path = hostPath(node, key) else { continue }
      do {
        lists.fromFiles = (lists.fromFiles ?? []) + (try ExceptionLine.lines(ofFileAt: path))
      } catch {
        report(node.place, error.why, error.errno, error.rule)
      }
    }
  }

  private mutating func exceptions(_ node: Node, _ key: String) -> [ExceptionLine]? {
    guard let nodes = list(node, key) else { return nil }
    var lines: [ExceptionLine] = []
    for node in nodes {
      guard let text = text(node, key) else { continue }
      let line = ExceptionLine(bytes: ByteText.decode(text))
      do {
        try line.check()
        lines.append(line)
      } catch {
        report(node.place, error.why, error.errno, error.rule)
      }
    }
    return lines
  }

  // MARK: Values

  private mutating func virtualPath(_ node: Node) -> FilePath? {
    guard let path = path(node, "virtual", of: .view) else { return nil }
    do {
      let spelling = try BindLink.spelling(ofVirtualPath: path)
      if let first = virtualPaths.updateValue(node.place, forKey: spelling) {
        report(
          node.place, "there are two links at \(spelling), the first in line \(first.line)",
          .fileExists, "C1")
      }
      return path
    } catch {
      report(node.place, error.why, error.errno, error.rule)
      return nil
    }
  }

  private mutating func hostPath(_ node: Node, _ key: String) -> FilePath? {
    path(node, key, of: .host)
  }

  private mutating func path(
    _ node: Node, _ key: String, of owner: PathOwner
  ) -> FilePath? {
    guard let text = text(node, key) else { return nil }
    do throws(PathExpansion.Failure) {
      switch owner {
      case .host: return try paths.hostPath(text)
      case .view: return try paths.virtualPath(text)
      }
    } catch {
      report(node.place, "\(error.reason), in '\(key)'")
      return nil
    }
  }

  private mutating func text(_ node: Node, _ key: String) -> String? {
    if node.isText { return node.scalar?.string }
    report(node.place, "'\(key)' is \(node.kind), not a text\(node.isQuotable ? ": quote it" : "")")
    return nil
  }

  private mutating func flag(_ node: Node, _ key: String) -> Bool? {
    if let value = node.flag { return value }
    report(node.place, "'\(key)' is \(node.kind), not true or false")
    return nil
  }

  private mutating func list(_ node: Node, _ key: String) -> [Node]? {
    if case .sequence(let nodes) = node { return Array(nodes) }
    report(node.place, "'\(key)' is \(node.kind), not a list")
    return nil
  }

  /// Gives each pair to `read`, which returns false for a key that it does not know. False if the
  /// node is no mapping.
  @discardableResult
  private mutating func each(
    _ node: Node, _ name: String, _ document: YAMLDocument,
    _ read: (inout Self, String, Node) -> Bool
  ) -> Bool {
    guard case .mapping(let pairs) = node else {
      report(node.place, "\(name) is \(node.kind), not a set of keys and values")
      return false
    }
    for (key, value) in pairs {
      guard let name = key.scalar?.string else {
        report(key.place, "a key is \(key.kind)")
        continue
      }
      if document.isReported(name) { continue }
      if !read(&self, name, value) { report(key.place, "there is no key '\(name)'") }
    }
    return true
  }

  private mutating func report(
    _ position: Position, _ reason: String, _ errno: Errno = .invalidArgument, _ rule: String? = nil
  ) {
    problems.append(
      ConfigurationProblem(
        file: file, line: position.line, column: position.column, reason: reason, errno: errno,
        rule: rule))
  }
}

/// What a path belongs to.
private enum PathOwner {
  case host, view
}

/// The two keys that make one list: files first, so that the lines beside them can take back what
/// they except.
private struct ExceptionKeys {
  var fromFiles: [ExceptionLine]?
  var own: [ExceptionLine]?

  var all: [ExceptionLine]? {
    fromFiles == nil && own == nil ? nil : (fromFiles ?? []) + (own ?? [])
  }
}

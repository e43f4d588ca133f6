// A view whose table changes, in a language of a line: "+/v=b" creates, "~/v=b" replaces, "-/v" removes,
// "-/v/**" removes with all below, "=/v=b" and "=" make the table what they say. Options follow a
// backing after commas: read-only, merged, parents, except:LINE. Backings are in the scratch directory;
// those that begin with "view/" are in the view.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

final class TableView {
  static let mountpoint = "/nonexistent/mountpoint"
  let tree: ScratchTree
  let engine: Engine

  /// `items`: "d/" is a directory, "f=text" a file, "l>target" a symbolic link.
  convenience init(
    _ items: String, _ changes: String = "", source: String? = nil,
    anchor: AnchorRequest = .underMountpoint, exceptions: [String] = []
  ) throws {
    let tree = try ScratchTree()
    for item in items.split(separator: " ") { try tree.make(String(item)) }
    try self.init(tree, changes, source: source, anchor: anchor, exceptions: exceptions)
  }

  init(
    _ tree: ScratchTree, _ changes: String = "", source: String? = nil,
    anchor: AnchorRequest = .underMountpoint, exceptions: [String] = []
  ) throws {
    let pathOnly: Int32 = 0o10_000_000  // O_PATH
    let under = unsafe Glibc.open(tree.path + "/anchor", pathOnly | O_DIRECTORY | O_CLOEXEC)
    var setup = ViewSetup(
      mountpoint: Array(Self.mountpoint.utf8), under: under, anchor: anchor,
      source: source.map { Array("\(tree.path)/\($0)".utf8) })
    setup.exceptions = exceptions.map { .argument(Array($0.utf8)) }
    for change in try Self.changes(changes, tree) {
      guard case .create(let link) = change else { throw Errno.invalid }
      setup.links.append(link)
    }
    self.tree = tree
    engine = try Engine(setup)
    engine.didMount(device: .max, mountID: .max)
  }

  static func backing(_ text: String, _ tree: ScratchTree) -> String {
    if text.hasPrefix("/") { return text }
    if text == "view" || text.hasPrefix("view/") { return mountpoint + text.dropFirst(4) }
    return "\(tree.path)/\(text)"
  }

  static func link(_ text: Substring, _ tree: ScratchTree) throws -> LinkRequest {
    let sides = text.split(separator: "=", maxSplits: 1)
    let parts = try #require(sides.last).split(separator: ",")
    var link = LinkRequest(
      virtualPath: Array(sides[0].utf8), backing: Array(backing(String(parts[0]), tree).utf8))
    for option in parts.dropFirst() {
      switch option {
      case "read-only": link.isReadOnly = true
      case "merged": link.isMerged = true
      case "parents": link.createsParents = true
      default:
        try #require(option.hasPrefix("except:"), "\(option)")
        link.exceptions.append(Array(option.dropFirst(7).utf8))
      }
    }
    return link
  }

  static func changes(_ text: String, _ tree: ScratchTree) throws -> [TableChange] {
    var changes: [TableChange] = []
    var table: [LinkRequest]?
    for word in text.split(separator: " ") {
      let rest = word.dropFirst()
      switch word.first {
      case "+": changes.append(.create(try link(rest, tree)))
      case "~": changes.append(.replace(try link(rest, tree)))
      case "-":
        let all = rest.hasSuffix("/**")
        changes.append(.remove(Array((all ? rest.dropLast(3) : rest).utf8), recursively: all))
      default:
        try #require(word.first == "=")
        table = (table ?? []) + (rest.isEmpty ? [] : [try link(rest, tree)])
      }
    }
    if let table {
      var request = TableRequest()
      request.links = table
      changes.append(.apply(request))
    }
    return changes
  }

  /// "ok", or the errno, the rule and the subject of the refusal.
  @discardableResult
  func change(_ text: String) throws -> String { try apply(Self.changes(text, tree)) }

  func apply(_ changes: [TableChange]) -> String {
    do throws(LinkError) {
      try engine.change(changes)
      return "ok"
    } catch {
      return refusal(error)
    }
  }

  func refusal(_ error: LinkError) -> String {
    let names: [Int32: String] = [
      ENOENT: "ENOENT", EEXIST: "EEXIST", EINVAL: "EINVAL", ENOTDIR: "ENOTDIR", EBUSY: "EBUSY",
      EACCES: "EACCES", EOPNOTSUPP: "EOPNOTSUPP",
    ]
    return
      "\(names[error.errno.rawValue] ?? "\(error.errno)") \(error.rule) \(local(error.subject))"
  }

  /// Without the scratch directory's path.
  private func local(_ text: String) -> String {
    text.hasPrefix(tree.path + "/")
      ? String(text.dropFirst(tree.path.count + 1))
      : text.hasPrefix(Self.mountpoint) ? "view" + text.dropFirst(Self.mountpoint.count) : text
  }

  func local(_ bytes: [UInt8]) -> String { local(String(decoding: bytes, as: UTF8.self)) }

  /// "/v=b /w=c,read-only", sorted as the table is.
  var table: String {
    (engine.tableRequest().links ?? []).map { link in
      var text = "\(local(link.virtualPath))=\(local(link.backing))"
      if link.isReadOnly { text += ",read-only" }
      if link.isMerged { text += ",merged" }
      if link.createsParents { text += ",parents" }
      for line in link.exceptions { text += ",except:\(String(decoding: line, as: UTF8.self))" }
      for list in link.inherited where !list.exceptions.isEmpty {
        let lines = list.exceptions.map { String(decoding: $0, as: UTF8.self) }
        text +=
          ",from:\(String(decoding: list.base, as: UTF8.self)):\(lines.joined(separator: "|"))"
      }
      return text
    }.joined(separator: " ")
  }

  /// "R1 /v b/f", "- R1 /v" where nothing is visible, and the reason.
  func explain(_ path: String, showingHidden: Bool = true) throws -> String {
    let told: Explanation
    do throws(LinkError) {
      told = try engine.explain(Array(path.utf8), showingHidden: showingHidden)
    } catch {
      return refusal(error)
    }
    let words = [
      told.isVisible ? nil : "-", told.rule, told.link.map { local($0) } ?? "none",
      told.physicalPath.map { local($0) },
    ]
    return words.compactMap { $0 }.joined(separator: " ") + ": "
      + told.reason.replacing(tree.path + "/", with: "")
  }
}

extension ScratchTree {
  func make(_ item: String) throws {
    for kind in [">", "="] as [Character] {
      guard let end = item.firstIndex(of: kind) else { continue }
      let (name, text) = (String(item[..<end]), String(item[item.index(after: end)...]))
      try makeParents(name)
      if kind == "=" { return try makeFile(name, text) }
      let target = text.hasPrefix("@") ? path + text.dropFirst() : text
      try #require(unsafe symlink(target, "\(path)/\(name)") == 0)
      return
    }
    try makeParents(item + "x")
  }

  private func makeParents(_ name: String) throws {
    var parent = ""
    for component in name.split(separator: "/").dropLast() {
      parent += (parent.isEmpty ? "" : "/") + component
      if !exists(parent) { try makeDirectory(parent) }
    }
  }
}

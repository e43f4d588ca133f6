// The reference in a language of lines: "ls /v", "cat PATH", "put PATH TEXT" (O_EXCL), "append PATH TEXT",
// "mkdir PATH", "rm PATH", "rmdir PATH", "mv PATH PATH", "swap PATH PATH", "ln PATH PATH",
// "chmod PATH", "kind PATH", "create LINK", "remove PATH", "explain PATH"; "host" before one: on the
// host, where paths begin with "anchor", "b", "c" or "far", which is another device.

import Glibc
import ModelReference

struct ScriptedReference {
  private let reference: Reference

  /// `items`: "b/d/" is a directory, "b/f=text" a file. `links`: as "/v=b/d,merged,except:/x".
  init(_ items: String, _ links: String) {
    let host = HostTree(directories: ["anchor": 0, "b": 0, "c": 0, "far": 1])
    reference = Reference(ReferenceTable(anchor: ["anchor"]), host)
    for item in items.split(separator: " ") {
      let sides = item.split(separator: "=", omittingEmptySubsequences: false)
      let path = Self.path(sides[0])
      for count in path.indices.dropFirst() {
        _ = make(Operation(.host, .makeDirectory, Array(path[..<count])))
      }
      var operation = Operation(.host, sides.count > 1 ? .create : .makeDirectory, path)
      operation.text = sides.count > 1 ? String(sides[1]) : ""
      operation.number = sides.count > 1 ? 0o644 : 0o755
      _ = make(operation)
    }
    for link in links.split(separator: " ") { reference.view.table.links.append(Self.link(link)) }
  }

  private static func path(_ text: Substring) -> [String] {
    text.split(separator: "/").map(String.init)
  }

  private static func link(_ text: Substring) -> ReferenceLink {
    let sides = text.split(separator: "=", maxSplits: 1)
    let parts = sides[1].split(separator: ",")
    var link = ReferenceLink(path(sides[0]), path(parts[0]))
    link.makesParents = parts.contains("parents")
    link.isReadOnly = parts.contains("read-only")
    link.isMerged = parts.contains("merged")
    link.exceptions = parts.filter { $0.hasPrefix("except:") }.map { String($0.dropFirst(7)) }
    return link
  }

  /// "ok", what was read, or the errnos of which one is right.
  func run(_ line: String) -> String {
    var words = line.split(separator: " ")
    let side: Operation.Side = words[0] == "host" ? .host : .view
    if side == .host { words.removeFirst() }
    switch words[0] {
    case "create":
      let link = Self.link(words[1])
      var change = LinkChange(.create)
      (change.path, change.link) = (link.virtualPath, link)
      return make(reference.verdict(on: change))
    case "remove":
      var change = LinkChange(.remove)
      change.path = Self.path(words[1])
      return make(reference.verdict(on: change))
    case "explain":
      let told = reference.explain(Self.path(words[1]))!
      return "\(told.isVisible ? "" : "- ")\(told.rule)"
    default: return make(operation(side, words))
    }
  }

  private func operation(_ side: Operation.Side, _ words: [Substring]) -> Operation {
    let kinds: [Substring: Operation.Kind] = [
      "ls": .list, "cat": .read, "put": .create, "append": .append, "mkdir": .makeDirectory,
      "rm": .unlink, "rmdir": .removeDirectory, "mv": .rename, "swap": .rename, "ln": .link,
      "chmod": .changeMode, "kind": .status,
    ]
    var operation = Operation(side, kinds[words[0]]!, Self.path(words[1]))
    operation.number = operation.kind == .makeDirectory ? 0o755 : 0o644
    if operation.kind == .create { operation.variant = .exclusive }
    if words[0] == "swap" { operation.variant = .exchange }
    if words.count > 2 {
      if operation.kind.hasOtherPath {
        operation.other = Self.path(words[2])
      } else {
        operation.text = String(words[2])
      }
    }
    return operation
  }

  private func make(_ operation: Operation) -> String { make(reference.verdict(on: operation)) }

  private func make(_ verdict: Verdict) -> String {
    let names: [Int32: String] = [
      EPERM: "EPERM", ENOENT: "ENOENT", EBUSY: "EBUSY", EEXIST: "EEXIST", EXDEV: "EXDEV",
      ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EROFS: "EROFS", ENOTEMPTY: "ENOTEMPTY",
    ]
    guard verdict.refusals.isEmpty else {
      return verdict.refusals.map { names[$0] ?? "errno \($0)" }.sorted().joined(separator: " or ")
    }
    verdict.apply()
    switch verdict.answer {
    case .done: return "ok"
    case .text(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .names(let names): return names.joined(separator: " ")
    case .status(let status): return status.kind
    }
  }
}

// The exceptions of a change: those of a mount, which are given for the view as a whole, and the paths
// in the links' own lists, which are resolved as virtual paths are (C2).

internal import BindlinkControl
internal import BindlinkMap

extension TableBuilder {
  mutating func addExceptions(_ requests: [ExceptionRequest]) throws(LinkError) {
    if requests.isEmpty { return }
    let view = ViewWalker(
      try definition(exceptions: false).resolver(beside: present, isTrial: true))
    for request in requests {
      switch request {
      case .line(let line): try viewExceptions.append(line: line)
      case .anchorLine(let line): try anchorExceptions.append(line: line)
      case .file(let name, let content):
        do throws(LinkError) {
          try viewExceptions.append(contentsOf: content)
        } catch {
          throw error.during("read the exceptions in \(name)")
        }
      case .argument(let text):
        do throws(LinkError) {
          try add(exception: text, view)
        } catch {
          throw error.during("except \(String(decoding: text, as: UTF8.self))")
        }
      }
    }
  }

  private mutating func add(exception text: [UInt8], _ view: ViewWalker) throws(LinkError) {
    guard text.first == HostPath.slash else { return try viewExceptions.append(line: text) }
    let argument = try ExceptionArgument(text)
    let literal = try view.canonical(argument.literal)
    var draft: Int?
    if case .draft(let nearest) = standing.nearest(literal) { draft = nearest }
    let depth = draft.map { drafts[$0].link.virtualPath.components.count } ?? 0
    let relative = Array(literal.components.dropFirst(depth))
    var list = draft.map { drafts[$0].link.exceptions } ?? anchorExceptions
    if argument.pattern.isEmpty {
      if relative.isEmpty {
        throw LinkError(
          .invalid, "E2", String(decoding: text, as: UTF8.self), "is not below a link's root")
      }
      try list.append(path: relative)
    } else {
      try list.append(line: ExceptionArgument.line(relative, argument.pattern))
    }
    if let draft { drafts[draft].link.exceptions = list } else { anchorExceptions = list }
  }

  /// C2: through the view that the change makes, without the exceptions that it brings. One that a
  /// symbolic link leads out of its link stays as it is written. Of a link whose backing lies in the
  /// view, when the backing is found.
  mutating func resolveExceptionPaths(of indices: [Int]) throws(LinkError) {
    var view: ViewWalker?
    for index in indices where drafts[index].isResolved {
      let link = drafts[index].link
      guard link.exceptions.rules.contains(where: \.isPath), !isWithoutSymbolicLinks(link) else {
        continue
      }
      let seen =
        if let view { view } else {
          ViewWalker(try definition(exceptions: false).resolver(beside: present, isTrial: true))
        }
      view = seen
      var resolved = ExceptionList()
      for rule in link.exceptions.rules {
        try resolved.append(line: Self.resolved(rule, of: link, seen))
      }
      drafts[index].link.exceptions = resolved
    }
  }

  /// None of a link's exception paths meets one: nothing but its backing has a say, and has none.
  private func isWithoutSymbolicLinks(_ link: Link) -> Bool {
    if link.isMerged || standing.contains(below: link.virtualPath, where: { _ in true }) {
      return false
    }
    return link.exceptions.rules.allSatisfy { rule in
      guard let path = rule.path else { return true }
      do throws(Errno) {
        let object = try present.host.open(HostPath.appending(path, to: link.backing))
        return try !System.status(of: object.raw, synchronising: false).isSymbolicLink
      } catch {
        return error == .noEntry
      }
    }
  }

  private static func resolved(
    _ rule: ExceptionRule, of link: Link, _ view: ViewWalker
  ) -> [UInt8] {
    let root = link.virtualPath.components
    guard let path = rule.path,
      let found = try? view.canonical(HostPath.bytes(root + path)).components,
      found.count > root.count, found.starts(with: root), found != root + path
    else { return rule.source }
    var list = ExceptionList()
    guard (try? list.append(path: Array(found.dropFirst(root.count)))) != nil else {
      return rule.source
    }
    return list.rules[0].source + (rule.directoriesOnly ? [HostPath.slash] : [])
  }
}

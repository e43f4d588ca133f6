// Open files and directories (R4), and explanations (C10).

internal import Glibc

extension Reference {
  /// `held`: what is in the slot; nil: nothing, and nothing is done.
  package func verdict(on use: HandleUse, _ held: Held?) -> Verdict {
    view.met = []
    var verdict = Verdict()
    do throws(Refusal) {
      try judge(use, held, &verdict)
    } catch {
      verdict.refusals = error.errnos
    }
    verdict.rules = [.R4]
    return verdict
  }

  private func judge(
    _ use: HandleUse, _ held: Held?, _ verdict: inout Verdict
  ) throws(Refusal) {
    switch use.kind {
    case .openFile:
      try judgeChange(Operation(.view, .append, use.path), &verdict)
    case .openDirectory:
      let path = try resolve(Operation(.view, .list, use.path), use.path)
      guard try inode(.view, path)?.isDirectory ?? true else { throw Refusal(ENOTDIR) }
    case .read: verdict.answer = .text(held!.inodes[0].content)
    case .write:
      let (object, bytes) = (held!.inodes[0], Array(use.text.utf8))
      verdict.apply = { [view] in
        object.content.replaceSubrange(0..<min(bytes.count, object.content.count), with: bytes)
        view.forget()
      }
    case .lookUp:
      guard view.see(held!.path).isDirectory else { throw Refusal(ENOENT) }
      let found = view.see(held!.path + use.path)
      guard found.isThere else { throw Refusal(ENOENT) }
      verdict.answer = .status(status(.view, held!.path + use.path, found.parts.first?.inode))
    }
  }

  /// Whether the view shows at the path what was opened there, or a part of it.
  package func shows(_ held: Held) -> Bool {
    let seen = view.see(held.path)
    if held.inodes.isEmpty { return seen.isSynthesised }
    return seen.parts.contains { part in held.inodes.contains { $0 === part.inode } }
  }

  /// What an opened path holds.
  package func hold(_ path: [String]) -> Held {
    let resolved = (try? resolve(Operation(.view, .list, path), path)) ?? path
    return Held(path: resolved, inodes: view.see(resolved).parts.map(\.inode))
  }

  package struct Explained: Hashable {
    package var isVisible: Bool
    package var link: [String]?
    package var place: [String]?
    package var rule: Rule

    package init(isVisible: Bool, link: [String]?, place: [String]?, rule: Rule) {
      (self.isVisible, self.link, self.place, self.rule) = (isVisible, link, place, rule)
    }
  }

  /// Nil: a symbolic link is on the way, so that the question is about another path.
  package func explain(_ path: [String]) -> Explained? {
    let isPlain = path.indices.allSatisfy {
      $0 == 0 || view.see(Array(path[..<$0])).parts.first?.inode.symbolicLinkText == nil
    }
    guard isPlain else { return nil }
    let seen = view.see(path)
    let governing = view.layers(path).first ?? view.link(at: path).map { Layer.link($0) }
    var link: [String]?
    if case .link(let number) = governing { link = view.table.links[number].virtualPath }
    let place = seen.parts.first?.place
    var rule = Rule.R1
    if !seen.isThere {
      rule = view.link(at: path) == nil ? hidingRule(path) : .C10
    } else if seen.isSynthesised {
      rule = .R8
    } else if view.link(at: path) != nil {
      rule = .R2
    } else if exception(onTheWayTo: path) != nil {
      rule = .E1
    } else if let governing, view.isMerged(governing) {
      rule = .M1
    }
    return Explained(isVisible: seen.isThere, link: link, place: place, rule: rule)
  }

  /// Something that is not seen: by the exception that takes it from a layer, or nothing is there.
  private func hidingRule(_ path: [String]) -> Rule {
    // The first name on the way that is not there; what it has to be is a directory, unless it is last.
    let count = (1...path.count).first { !view.see(Array(path.prefix($0))).isThere }!
    let (parent, place) = (Array(path.prefix(count - 1)), Array(path.prefix(count)))
    guard view.see(parent).isDirectory else { return .R1 }
    if view.link(at: place) != nil { return .C10 }
    for layer in view.layers(parent) {
      let makesDirectory = count < path.count
      if let pattern = view.pattern(
        excepting: place, from: layer, makingDirectory: makesDirectory)
      {
        return pattern.path == nil ? .E4 : .E1
      }
      if !view.isMerged(layer) { break }
    }
    return exception(onTheWayTo: parent).map { $0.path == nil ? .E4 : .E1 } ?? .R1
  }

  /// What took the path from the first layer, since the last link's root on the way.
  private func exception(onTheWayTo path: [String]) -> Pattern? {
    var exception: Pattern?
    for count in path.indices.map({ $0 + 1 }) {
      let place = Array(path.prefix(count))
      if view.link(at: place) != nil {
        exception = nil
      } else if let first = view.layers(Array(place.dropLast())).first,
        let pattern = view.pattern(excepting: place, from: first)
      {
        exception = pattern
      }
    }
    return exception
  }
}

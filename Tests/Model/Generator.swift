// Cases at random: few names and small trees, so that names collide and rules meet.

import Glibc
import ModelReference

struct Generator {
  var numbers: RandomNumbers
  let features: Features

  static let names = ["a", "b", "c", "d.x", "e.x"]
  static let depth = 4
  static let fileModes: [UInt32] = [0o644, 0o600, 0o755, 0o666]
  static let directoryModes: [UInt32] = [0o755, 0o700, 0o777, 0o750]

  /// What may be generated.
  struct Features {
    var merged = true
    var patterns = true
  }

  // MARK: Paths

  private mutating func name() -> String { numbers.pick(Self.names) }

  /// Mostly of what is there.
  mutating func path(_ side: Operation.Side, _ reference: Reference) -> [String] {
    let count = numbers.number(1...Self.depth)
    var path: [String] = []
    if side == .host {
      path = [numbers.pick(Case.directories.keys.sorted())]
      if path[0].hasPrefix("b"), numbers.chance(4) { return path }
    }
    for _ in 0..<count {
      let known: [String] =
        switch side {
        case .view: reference.view.see(path).isDirectory ? reference.view.names(in: path) : []
        case .host: reference.host.object(at: path)?.entries.keys.sorted() ?? []
        }
      let isLast = path.count == count - (side == .view ? 1 : 0)
      if known.isEmpty || numbers.chance(isLast ? 40 : 15) {
        path.append(name())
        if numbers.chance(85) { break }
      } else {
        path.append(numbers.pick(known))
      }
    }
    return path
  }

  // MARK: Steps

  mutating func step(_ reference: Reference) -> Step {
    switch numbers.number(0...99) {
    case ..<4: return .change(change(reference))
    case ..<10: return .handle(handleUse(reference))
    case ..<13: return .explain(path(.view, reference))
    default: return .call(operation(reference))
    }
  }

  private mutating func handleUse(_ reference: Reference) -> HandleUse {
    var use = HandleUse(numbers.pick(HandleUse.Kind.allCases), slot: numbers.number(0...3))
    use.path = use.kind == .lookUp ? [name()] : path(.view, reference)
    use.text = numbers.pick(["p", "q"])
    return use
  }

  private mutating func change(_ reference: Reference) -> LinkChange {
    let known = reference.view.table.links.map(\.virtualPath)
    let kind = numbers.pick(
      [LinkChange.Kind]([
        .create, .create, .create, .replace, .remove, .remove, .removeAll, .apply,
      ]))
    var change = LinkChange(known.count > 5 && kind == .create ? .remove : kind)
    switch change.kind {
    case .apply:
      change.table = table(reference, hasAnchor: reference.view.table.anchor != nil)
    case .remove, .removeAll:
      change.path =
        known.isEmpty || numbers.chance(15) ? path(.view, reference) : numbers.pick(known)
    case .create, .replace:
      let existing = change.kind == .replace ? 85 : 10
      change.path =
        !known.isEmpty && numbers.chance(existing) ? numbers.pick(known) : path(.view, reference)
      change.link = ReferenceLink([], path(.host, reference))
      if numbers.chance(25) { change.backingInView = path(.view, reference) }
      change.link.isReadOnly = numbers.chance(25)
      change.link.isMerged = numbers.chance(30)
      change.link.makesParents = numbers.chance(30)
      if numbers.chance(40), isFree(change.path, reference.view) {
        var link = change.link
        link.virtualPath = change.path
        if let path = change.backingInView, let part = reference.view.see(path).parts.first {
          link.backing = part.place
        }
        var all = reference.view.table
        all.links.removeAll { $0.virtualPath == link.virtualPath }
        all.links.append(link)
        change.link.exceptions = lines(numbers.number(1...2)).filter {
          isPlain(change.path, $0, reference, all)
        }
      }
    }
    return change
  }

  // MARK: Operations

  mutating func operation(_ reference: Reference) -> Operation {
    let side: Operation.Side = numbers.chance(78) ? .view : .host
    let kinds: [(Operation.Kind, Int)] = [
      (.status, 4), (.readLink, 2), (.read, 5), (.write, 4), (.append, 4), (.create, 12),
      (.truncate, 3), (.makeDirectory, 14), (.makeFIFO, 2), (.removeDirectory, 9), (.unlink, 9),
      (.rename, 18), (.link, 5), (.symbolicLink, 4), (.changeMode, 3), (.access, 3), (.list, 3),
      (.temporaryFile, 2),
    ]
    var roll = numbers.number(0...kinds.map(\.1).reduce(0, +) - 1)
    let kind = kinds.first {
      roll -= $0.1
      return roll < 0
    }!.0
    return operation(side, kind, reference)
  }

  mutating func operation(
    _ side: Operation.Side, _ kind: Operation.Kind, _ reference: Reference
  ) -> Operation {
    var operation = Operation(side, kind, path(side, reference))
    if kind.hasOtherPath || kind == .temporaryFile { operation.other = path(side, reference) }
    switch kind {
    case .write, .append, .create, .temporaryFile:
      operation.text = String(
        repeating: numbers.pick(["x", "y", "z"]), count: numbers.number(1...4))
      operation.number = numbers.pick(Self.fileModes)
    case .makeFIFO: operation.number = numbers.pick(Self.fileModes)
    case .truncate: operation.number = UInt32(numbers.number(0...5))
    case .makeDirectory: operation.number = numbers.pick(Self.directoryModes)
    case .changeMode: operation.number = numbers.pick([0o755, 0o700, 0o777])
    case .access: operation.number = UInt32(numbers.pick([F_OK, R_OK, W_OK, X_OK, R_OK | W_OK]))
    case .symbolicLink: operation.text = symbolicLinkText()
    default: break
    }
    switch kind {
    case .create, .write: if numbers.chance(35) { operation.variant = .exclusive }
    case .rename:
      let roll = numbers.number(0...9)
      operation.variant = roll < 2 ? .noReplace : roll < 5 ? .exchange : .plain
    default: break
    }
    return operation
  }

  private mutating func symbolicLinkText() -> String {
    switch numbers.number(0...4) {
    case 0: "../\(name())"
    case 1: "\(name())/\(name())"
    case 2: "/absent/\(name())"
    default: name()
    }
  }

  // MARK: Tables

  /// The operations that fill the host's trees.
  mutating func population(_ reference: Reference) -> [Operation] {
    var operations: [Operation] = []
    for _ in 0..<numbers.number(10...45) {
      let kind = numbers.pick(
        [Operation.Kind]([
          .makeDirectory, .makeDirectory, .makeDirectory, .create, .create, .symbolicLink,
        ]))
      let operation = operation(.host, kind, reference)
      reference.verdict(on: operation).applyUnlessRefused()
      operations.append(operation)
    }
    return operations
  }

  mutating func table(_ reference: Reference, hasAnchor: Bool) -> ReferenceTable {
    var table = ReferenceTable(anchor: hasAnchor ? ["anchor"] : nil)
    if features.patterns, numbers.chance(15) { table.viewExceptions = [pattern()] }
    if numbers.chance(20) {
      table.anchorExceptions = lines(numbers.number(1...2)).filter {
        isPlain([], $0, reference, table)
      }
    }
    for _ in 0..<numbers.number(1...5) {
      guard let link = link(reference, table) else { continue }
      table.links.append(link)
    }
    // A link that came later can have changed what stands where one is; one that goes, too.
    while true {
      let all = table
      table.links.removeAll { link in
        let view = ReferenceView(all, reference.host)
        view.table.links.removeAll { $0.virtualPath == link.virtualPath }
        // Shallow links come first (C1): none below makes a way over a symbolic link.
        let without = ReferenceView(all, reference.host)
        without.table.links.removeAll { $0.virtualPath.starts(with: link.virtualPath) }
        let seen = view.see(link.virtualPath)
        return !isFree(link.virtualPath, without)
          || link.isMerged && seen.isThere && !seen.isDirectory
      }
      if table == all { return table }
    }
  }

  /// Nil: what was drawn is no link that can stand there.
  mutating func link(_ reference: Reference, _ table: ReferenceTable) -> ReferenceLink? {
    let virtualPath = (0..<numbers.pick([1, 1, 1, 2, 2, 2, 3])).map { _ in name() }
    var backing = [numbers.pick(["b0", "b1", "b2", "b0", "b1", "far", "anchor"])]
    guard let top = reference.host.object(at: backing), top.isDirectory || top.kind == .file else {
      return nil
    }
    for _ in 0..<numbers.number(0...2) {
      let names = reference.host.object(at: backing)!.entries.keys.sorted()
      guard !names.isEmpty else { break }
      let object = reference.host.object(at: backing + [numbers.pick(names)])!
      if case .symbolicLink = object.kind { break }
      if object.kind == .fifo { break }
      let name = reference.host.object(at: backing)!.entries.first { $0.value === object }!.key
      backing.append(name)
    }
    let view = ReferenceView(table, reference.host)
    guard view.link(at: virtualPath) == nil, isFree(virtualPath, view) else { return nil }
    var link = ReferenceLink(virtualPath, backing)
    link.makesParents = true
    link.isReadOnly = numbers.chance(25)
    let isDirectory = reference.host.object(at: backing)!.isDirectory
    let seen = view.see(virtualPath)
    if features.merged, isDirectory, !seen.isThere || seen.isDirectory, numbers.chance(40) {
      link.isMerged = true
    }
    if numbers.chance(50) {
      var all = table
      all.links.append(link)
      link.exceptions = lines(numbers.number(1...3)).filter {
        isPlain(virtualPath, $0, reference, all)
      }
    }
    return link
  }

  /// No symbolic link is on the way, which would put the link elsewhere (C2).
  private func isFree(_ path: [String], _ view: ReferenceView) -> Bool {
    (1...path.count).allSatisfy {
      if case .symbolicLink = view.see(Array(path.prefix($0))).walkStep { false } else { true }
    }
  }

  private func isPlain(
    _ root: [String], _ line: String, _ reference: Reference, _ table: ReferenceTable
  ) -> Bool {
    guard let path = Pattern(line).path else { return true }
    return isFree(root + path, ReferenceView(table, reference.host))
  }

  private mutating func lines(_ count: Int) -> [String] {
    (0..<count).map { _ in
      guard !features.patterns || numbers.chance(55) else { return pattern() }
      return "/" + (0..<numbers.number(1...3)).map { _ in name() }.joined(separator: "/")
    }
  }

  private mutating func pattern() -> String {
    let (first, second) = (name(), name())
    return numbers.pick([
      first, "*.x", "\(first)/", "!\(first)", "**/\(first)", "/*", "\(first)/**", "[ab]",
      "\(first)/*", "\(first)/\(second)", "\(first)/**/\(second)", "!/\(first)", "?",
      "\(first)/\(second)/", "**/\(first)/\(second)", "!\(first)/",
    ])
  }
}

extension Verdict {
  func applyUnlessRefused() { if refusals.isEmpty { apply() } }
}

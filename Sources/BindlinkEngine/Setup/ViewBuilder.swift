// From a request to a link table: C1's checks, C2's spellings, C3's chains.

internal import BindlinkControl
internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

struct ViewBuilder {
  /// A link on its way into the table.
  private struct Draft {
    let request: LinkRequest
    var link: Link
    /// C3: the backing lies in the view; its path there.
    var inView: [UInt8]?

    var operation: String {
      "create link \(String(decoding: request.virtualPath, as: UTF8.self))"
    }
  }

  private let setup: ViewSetup
  private let host: Host
  private let numbers = LinkNumbers()
  private var anchorExceptions = ExceptionList()
  private var viewExceptions = ExceptionList()
  private var drafts: [Draft] = []

  init(_ setup: ViewSetup) throws(LinkError) {
    self.setup = setup
    let mountpoint = setup.mountpoint.split(separator: UInt8(ascii: "/")).map { Array($0) }
    let anchor = try Self.openAnchor(setup)
    do throws(Errno) {
      var path = setup.mountpoint
      if case .directory(let directory) = setup.anchor { path = try HostPath.real(directory) }
      host = try Host(
        mountpoint: mountpoint, covered: setup.under, anchor: anchor, anchorPath: path)
    } catch {
      throw LinkError(error, "C1", "/", "cannot be opened")
    }
  }

  private static func openAnchor(_ setup: ViewSetup) throws(LinkError) -> Int32 {
    do throws(Errno) {
      if setup.source != nil { return -1 }
      switch setup.anchor {
      case .none: return -1
      case .underMountpoint: return try System.duplicate(setup.under).release()
      case .directory(let path):
        return unsafe try withName(path) { (text) throws(Errno) -> Int32 in
          try unsafe System.open(
            System.currentDirectory, text, Int32(BL_O_PATH) | System.directory
          ).release()
        }
      }
    } catch {
      guard case .directory(let path) = setup.anchor else {
        throw LinkError(error, "C1", "the mountpoint", "cannot be opened")
      }
      throw HostPath.refusal(error, path).during("use the anchor")
    }
  }

  consuming func build() throws(LinkError) -> Resolver {
    try addSource()
    try addLinks()
    try resolveVirtualPaths()
    try addExceptions()
    try resolveChains()
    let resolver = try resolver(of: drafts)
    try checkParents(resolver)
    return resolver
  }

  private func resolver(of drafts: [Draft]) throws(LinkError) -> Resolver {
    do throws(LinkError) {
      let table = try LinkTable(
        links: drafts.map(\.link), hasAnchor: host.hasAnchor, anchorExceptions: anchorExceptions,
        viewExceptions: viewExceptions, number: { numbers.number(of: $0) })
      return Resolver(table: table, host: host, numbers: numbers, isReadOnly: setup.isReadOnly)
    } catch {
      throw error.during("create link \(error.subject)")
    }
  }

  // MARK: Backings

  private mutating func addSource() throws(LinkError) {
    guard let source = setup.source else { return }
    let backing = try HostPath.resolved(source)
    guard try HostPath.isDirectory(backing) else {
      throw HostPath.refusal(.notDirectory, source)
    }
    drafts.append(
      Draft(
        request: LinkRequest(virtualPath: [UInt8(ascii: "/")], backing: source),
        link: Link(virtualPath: .root, backing: backing)))
  }

  private mutating func addLinks() throws(LinkError) {
    for request in setup.links {
      let virtual: VirtualPath
      do throws(LinkError) {
        virtual = try VirtualPath(lexical: request.virtualPath)
      } catch {
        throw error.during("create link \(String(decoding: request.virtualPath, as: UTF8.self))")
      }
      var draft = Draft(
        request: request,
        link: Link(
          virtualPath: virtual, backing: [], isReadOnly: request.isReadOnly,
          createsParents: setup.createsParents,
          keepsSymbolicLinksInside: request.keepsSymbolicLinksInside))
      do throws(LinkError) {
        draft.inView = try pathInView(request.backing)
        if draft.inView == nil { draft.link.backing = try HostPath.resolved(request.backing) }
      } catch {
        throw error.during(draft.operation)
      }
      drafts.append(draft)
    }
  }

  /// C3: where a host path lies in the view, if it does.
  private func pathInView(_ path: [UInt8]) throws(LinkError) -> [UInt8]? {
    func below(_ path: [UInt8]) throws(LinkError) -> [UInt8]? {
      let components = try VirtualPath(lexical: path).components
      guard components.starts(with: host.mountpoint) else { return nil }
      return VirtualPath(components: Array(components.dropFirst(host.mountpoint.count))).bytes
    }
    if let inside = try below(path) { return inside }
    guard let real = try? HostPath.resolved(path) else { return nil }
    return try below(real)
  }

  // MARK: Virtual paths

  /// C2, shallow ones first, so that each is resolved in a view that has the links above it and the
  /// order in which they were given does not matter.
  private mutating func resolveVirtualPaths() throws(LinkError) {
    let order = drafts.indices.sorted {
      drafts[$0].link.virtualPath.components.count < drafts[$1].link.virtualPath.components.count
    }
    var done: [Draft] = []
    var present = try resolver(of: [])
    var depth = -1
    for index in order {
      let count = drafts[index].link.virtualPath.components.count
      if count > depth {
        depth = count
        if !done.isEmpty { present = try resolver(of: done) }
      }
      do throws(LinkError) {
        drafts[index].link.virtualPath = try present.canonical(drafts[index].request.virtualPath)
      } catch {
        throw error.during(drafts[index].operation)
      }
      if drafts[index].inView == nil { done.append(drafts[index]) }
    }
  }

  // MARK: Exceptions

  private mutating func addExceptions() throws(LinkError) {
    let present = try resolver(of: drafts.filter { $0.inView == nil })
    let byPrefix = try resolver(of: drafts).table
    for request in setup.exceptions {
      switch request {
      case .file(let name, let content):
        do throws(LinkError) {
          try viewExceptions.append(contentsOf: content)
        } catch {
          throw error.during("read the exceptions in \(name)")
        }
      case .argument(let text):
        do throws(LinkError) {
          try add(exception: text, present, byPrefix)
        } catch {
          throw error.during("except \(String(decoding: text, as: UTF8.self))")
        }
      }
    }
  }

  private mutating func add(
    exception text: [UInt8], _ present: Resolver, _ byPrefix: LinkTable
  ) throws(LinkError) {
    guard text.first == UInt8(ascii: "/") else { return try viewExceptions.append(line: text) }
    let argument = try ExceptionArgument(text)
    let literal = try present.canonical(argument.literal)
    let owner = byPrefix.nearestLink(of: literal).map { byPrefix.links[Int($0)].virtualPath }
    let relative = Array(literal.components.dropFirst(owner?.components.count ?? 0))
    let draft = drafts.firstIndex { $0.link.virtualPath == owner }
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

  // MARK: Chains

  /// C3, in the order given: each is resolved through the view that those before it make.
  private mutating func resolveChains() throws(LinkError) {
    for index in drafts.indices {
      guard let path = drafts[index].inView else { continue }
      let present = try resolver(of: drafts.filter { $0.inView == nil })
      do throws(LinkError) {
        let physical = try present.physical(path, as: drafts[index].request.backing)
        drafts[index].link.backing = physical.backing
        drafts[index].link.inherited =
          physical.inherited
          + (physical.link < 0
            ? [InheritedExceptions(list: anchorExceptions, base: physical.relative)] : [])
          + [InheritedExceptions(list: viewExceptions, base: physical.relative)]
      } catch {
        throw error.during(drafts[index].operation)
      }
      drafts[index].inView = nil
    }
  }

  // MARK: Parents

  /// C1: by the table that results, so that order never matters.
  private func checkParents(_ resolver: Resolver) throws(LinkError) {
    var checked: Set<VirtualPath> = [.root]
    for draft in drafts {
      guard let parent = draft.link.virtualPath.parent, checked.insert(parent).inserted else {
        continue
      }
      do throws(Errno) {
        try resolver.checkParent(parent.components, mayBeMissing: draft.link.createsParents)
      } catch {
        throw LinkError(
          error, "C1", parent.description,
          error == .notDirectory ? "is not a directory" : "does not exist in the view"
        ).during(draft.operation)
      }
    }
  }
}

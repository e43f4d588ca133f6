// From a table and the changes that are asked for to the next table: C1's checks in their order, C2's
// spellings, C3's chains, all or nothing (C6). A mount is the first change of an empty table.

internal import BindlinkControl
internal import BindlinkMap

struct TableBuilder {
  enum Standing {
    case present(Link)
    case draft(Int)
  }

  enum Step {
    /// All links give way to those that follow.
    case clear
    case draft(Int)
    case remove(VirtualPath, given: [UInt8], recursively: Bool)
  }

  let present: Resolver
  let hostPaths: HostWalker
  var drafts: [LinkDraft] = []
  var anchorExceptions: ExceptionList
  var viewExceptions: ExceptionList
  /// In the order given.
  var steps: [Step] = []
  /// What stands where when all steps are taken.
  let standing = PathTree<Standing>()
  /// Drafts at whose place another link stands.
  var superfluous: [Int] = []
  /// Of the view as it is.
  let walker: ViewWalker

  init(_ present: Resolver) {
    self.present = present
    hostPaths = HostWalker(present.host)
    walker = ViewWalker(present)
    anchorExceptions = present.table.anchorExceptions
    viewExceptions = present.table.viewExceptions
  }

  /// The snapshot after the changes; nil if they change nothing.
  static func applying(
    _ changes: [TableChange], to present: Resolver
  ) throws(LinkError) -> Resolver? {
    var builder = TableBuilder(present)
    for change in changes { try builder.read(change) }
    let resolver = try builder.build()
    return resolver.table.hasSameContent(as: present.table) ? nil : resolver
  }

  // MARK: Reading

  private mutating func read(_ change: TableChange) throws(LinkError) {
    switch change {
    case .create(let request):
      try add(request, .create, LinkDraft.operation("create", request.virtualPath))
    case .replace(let request):
      try add(request, .replace, LinkDraft.operation("replace", request.virtualPath))
    case .remove(let given, let recursively):
      do throws(LinkError) {
        steps.append(
          .remove(try walker.canonical(given), given: given, recursively: recursively))
      } catch {
        throw error.during(LinkDraft.operation("remove", given))
      }
    case .apply(let request): try read(request)
    }
  }

  mutating func add(
    _ request: LinkRequest, _ purpose: LinkDraft.Purpose, _ operation: String?
  ) throws(LinkError) {
    steps.append(.draft(drafts.count))
    drafts.append(try LinkDraft(request, purpose, operation: operation))
  }

  private mutating func read(_ request: TableRequest) throws(LinkError) {
    if let anchor = request.anchor { try check(anchor) }
    do throws(LinkError) {
      if let lines = request.viewExceptions { viewExceptions = try ExceptionList(lines: lines) }
      if let lines = request.anchorExceptions { anchorExceptions = try ExceptionList(lines: lines) }
    } catch {
      throw error.during("change the exceptions")
    }
    guard let links = request.links else { return }
    steps.append(.clear)
    for link in links {
      try add(link, .apply, LinkDraft.operation("create", link.virtualPath))
    }
  }

  private func check(_ anchor: AnchorRequest) throws(LinkError) {
    let given = present.host.anchor
    var asked = anchor
    var subject = "the anchor"
    if case .directory(let path) = anchor {
      subject = String(decoding: path, as: UTF8.self)
      var links = 0
      if let place = try? hostPaths.resolve(HostPath.components(path), links: &links) {
        switch place {
        case .host(let real, _): asked = .directory(HostPath.bytes(real))
        case .view(let rest): if rest.isEmpty { asked = .underMountpoint }
        }
      }
    }
    guard asked == given else {
      throw LinkError(.invalid, "C6", subject, "is not what the view was mounted with")
        .during("change the anchor")
    }
  }

  // MARK: Building

  mutating func build(
    adding exceptions: [ExceptionRequest] = []
  ) throws(LinkError) -> Resolver {
    findBackings()
    try resolveVirtualPaths()
    try checkBackings()
    try takeSteps()
    try addExceptions(exceptions)
    try resolveExceptionPaths(of: Array(drafts.indices))
    try resolveChains()
    let resolver = try definition().resolver(beside: present, isTrial: false)
    try check(resolver)
    return resolver
  }

  /// The table as far as it is known. `exceptions` false: without those of the drafts.
  func definition(exceptions: Bool = true) -> TableDefinition {
    let links = standing.values.compactMap { standing -> Link? in
      switch standing {
      case .present(let link): return link
      case .draft(let number):
        let draft = drafts[number]
        // C3: what a replaced link shows can be what replaces it.
        guard draft.isResolved else { return draft.purpose == .replace ? draft.predecessor : nil }
        var link = draft.link
        if !exceptions { link.exceptions = ExceptionList() }
        return link
      }
    }
    return TableDefinition(
      links: links, anchorExceptions: anchorExceptions, viewExceptions: viewExceptions)
  }
}

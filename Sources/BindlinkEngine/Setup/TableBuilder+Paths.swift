// The virtual paths of a change (C2), and the steps in which its links come and go (C1, C5, P6).

internal import BindlinkControl
internal import BindlinkMap

extension TableBuilder {
  /// Of links that stand, in the view as it is; of new ones, shallow ones first, in a view that has the
  /// links above them, so that the order in which they were given does not matter.
  mutating func resolveVirtualPaths() throws(LinkError) {
    for index in drafts.indices where drafts[index].purpose == .replace {
      try resolveVirtualPath(index, walker)
    }
    let order = drafts.indices.filter { drafts[$0].purpose != .replace }.sorted {
      drafts[$0].link.virtualPath.components.count < drafts[$1].link.virtualPath.components.count
    }
    var view = leavesPresent ? walker : nil
    var added: [Link] = []
    var isComplete = true
    var depth = 0
    for index in order {
      let count = drafts[index].link.virtualPath.components.count
      if count > depth, !isComplete { view = nil }
      depth = count
      let seen = if let view { view } else { ViewWalker(try trial(adding: added)) }
      if view == nil { isComplete = true }
      view = seen
      try resolveVirtualPath(index, seen)
      if drafts[index].isResolved {
        added.append(drafts[index].link)
        isComplete = false
      }
    }
  }

  private mutating func resolveVirtualPath(_ index: Int, _ view: ViewWalker) throws(LinkError) {
    do throws(LinkError) {
      let path = try view.canonical(drafts[index].request.virtualPath)
      drafts[index].link.virtualPath = path
      drafts[index].predecessor = present.table.link(at: path).flatMap(present.table.link)
    } catch {
      throw drafts[index].refused(error)
    }
  }

  /// Nothing of the present table goes or differs.
  private var leavesPresent: Bool {
    anchorExceptions == present.table.anchorExceptions
      && viewExceptions == present.table.viewExceptions
      && steps.allSatisfy { step in
        if case .draft(let index) = step { drafts[index].purpose == .create } else { false }
      }
  }

  /// What stays of the present table, with some links added; the first one at a place is the one.
  private func trial(adding added: [Link]) throws(LinkError) -> Resolver {
    var links: [VirtualPath: Link] = [:]
    // Whether all below goes, too.
    let removed = PathTree<Bool>()
    var staying = present.table.links
    for step in steps {
      switch step {
      case .clear: staying = []
      case .remove(let path, _, let recursively): removed[path] = recursively
      case .draft(let index):
        let draft = drafts[index]
        if draft.purpose == .replace, draft.isResolved {
          links[draft.link.virtualPath] = draft.link
        }
      }
    }
    for link in staying where links[link.virtualPath] == nil {
      if removed[link.virtualPath] != nil { continue }
      if removed.prefixes(of: link.virtualPath).contains(true) { continue }
      links[link.virtualPath] = link
    }
    for link in added where links[link.virtualPath] == nil { links[link.virtualPath] = link }
    return try TableDefinition(
      links: Array(links.values), anchorExceptions: anchorExceptions,
      viewExceptions: viewExceptions
    ).resolver(beside: present, isTrial: true)
  }

  // MARK: Steps

  /// One after the other. What else stands at a new link's place is told by C1 after the parents.
  mutating func takeSteps() throws(LinkError) {
    for link in present.table.links { standing[link.virtualPath] = .present(link) }
    for (time, step) in steps.enumerated() {
      switch step {
      case .clear: standing.removeAll()
      case .remove(let path, let given, let recursively):
        guard standing[path] != nil else {
          throw LinkError(.noEntry, "C5", String(decoding: given, as: UTF8.self), "is no link")
            .during(LinkDraft.operation("remove", given))
        }
        standing[path] = nil
        if recursively { standing.removeAll(below: path) }
      case .draft(let index):
        drafts[index].step = time
        let path = drafts[index].link.virtualPath
        let isFree = standing[path] == nil
        if drafts[index].purpose == .replace, isFree {
          throw drafts[index].refused(LinkError(.noEntry, "P6", path.description, "is no link"))
        }
        if drafts[index].purpose == .replace || isFree {
          standing[path] = .draft(index)
        } else {
          superfluous.append(index)
        }
      }
    }
  }
}

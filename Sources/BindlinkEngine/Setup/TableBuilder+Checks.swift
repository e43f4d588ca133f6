// What is checked in the table that results (C1, C5), so that the order of a batch never matters.

internal import BindlinkControl
internal import BindlinkMap

extension TableBuilder {
  func check(_ result: Resolver) throws(LinkError) {
    let view = ViewWalker(result)
    try checkRemovals()
    try checkParents(view)
    for index in superfluous {
      let path = drafts[index].link.virtualPath
      throw drafts[index].refused(
        LinkError(.exists, "C1", path.description, "has a link already"))
    }
    for draft in drafts {
      try checkKind(draft, view)
      try checkReadOnly(draft, result)
    }
  }

  /// W1 asks that opening for writing is refused, which takes an OPEN.
  private func checkReadOnly(_ draft: LinkDraft, _ result: Resolver) throws(LinkError) {
    guard draft.link.isReadOnly, result.host.noOpen, !result.isReadOnly else { return }
    throw draft.refused(
      LinkError(
        .notSupported, "W1", draft.link.virtualPath.description,
        "cannot be read-only in a view that is mounted without opens"))
  }

  /// C5: EBUSY if links below stay that stood there when the one above was removed.
  private func checkRemovals() throws(LinkError) {
    for (time, step) in steps.enumerated() {
      guard case .remove(let path, let given, false) = step, standing[path] == nil else { continue }
      let isBusy = standing.contains(below: path) { standing in
        guard case .draft(let index) = standing else { return true }
        return drafts[index].step < time || drafts[index].purpose == .replace
      }
      guard isBusy else { continue }
      throw LinkError(
        .busy, "C5", String(decoding: given, as: UTF8.self), "has other links below it"
      ).during(LinkDraft.operation("remove", given))
    }
  }

  // MARK: Parents

  /// C1: a new link's parent is visible in the view.
  private func checkParents(_ view: ViewWalker) throws(LinkError) {
    var judged: Set<VirtualPath> = [.root]
    for draft in drafts where draft.predecessor == nil {
      guard let parent = draft.link.virtualPath.parent, judged.insert(parent).inserted else {
        continue
      }
      do throws(Errno) {
        try checkParent(parent, view)
      } catch {
        let reason =
          switch error {
          case .notDirectory: "is not a directory"
          case .noEntry: "does not exist in the view"
          default: "cannot be looked at"
          }
        throw draft.refused(LinkError(error, "C1", parent.description, reason))
      }
    }
  }

  /// A way that is there for new links alone counts if one of them makes its parents (R8).
  private func checkParent(_ path: VirtualPath, _ view: ViewWalker) throws(Errno) {
    let parent = try view.locate(path.components)
    guard parent.isDirectory else { throw .notDirectory }
    guard parent.origin == .synthesised, let scope = parent.scope else { return }
    let isMade = standing.contains(below: path) { standing in
      guard case .draft(let index) = standing else { return true }
      return drafts[index].link.createsParents || drafts[index].predecessor != nil
    }
    if isMade { return }
    if try !view.resolver.showsException(scope, path.components, countingLinks: false) {
      throw whyMissing(path.components, view)
    }
  }

  /// ENOTDIR if the way to a link was made up where a file shows (R8), else ENOENT.
  private func whyMissing(_ path: [[UInt8]], _ view: ViewWalker) -> Errno {
    do throws(Errno) {
      let covered = try view.behindWay(path)
      return covered?.isDirectory == false ? .notDirectory : .noEntry
    } catch {
      return error.isAbsence ? .noEntry : error
    }
  }

  // MARK: Kinds

  /// The root is a directory; merged needs two where the name exists (M1, P6).
  private func checkKind(_ draft: LinkDraft, _ view: ViewWalker) throws(LinkError) {
    let path = draft.link.virtualPath
    let backing = String(decoding: draft.request.backing, as: UTF8.self)
    if !draft.isDirectory, path == .root {
      throw draft.refused(LinkError(.notDirectory, "C1", backing, "is not a directory"))
    }
    guard draft.link.isMerged, draft.predecessor?.hasSamePlaces(as: draft.link) != true else {
      return
    }
    guard draft.isDirectory else {
      throw draft.refused(
        LinkError(.notDirectory, "P6", backing, "is not a directory, so it cannot be merged"))
    }
    do throws(Errno) {
      guard let outer = try view.outer(path.components), !outer.isDirectory else { return }
    } catch {
      throw draft.refused(LinkError(error, "C1", path.description, "cannot be looked at"))
    }
    throw draft.refused(
      LinkError(
        .notDirectory, "M1", path.description,
        "is not a directory, so it cannot be merged"))
  }
}

extension Link {
  fileprivate func hasSamePlaces(as other: Link) -> Bool {
    isMerged == other.isMerged && backing == other.backing
  }
}

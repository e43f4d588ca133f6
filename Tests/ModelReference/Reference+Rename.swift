// rename: what the kernel says before it asks the view, then O3, O4, M5, W1, E6, P4, P5. Where several
// rules forbid it, each of their errnos is right.

internal import Glibc

extension Reference {
  func judgeRename(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    let exchanges = operation.variant == .exchange
    let path = try resolve(operation, operation.path)
    let newPath = try resolve(operation, operation.other)
    if operation.side == .host, host.device(around: path) != host.device(around: newPath) {
      throw Refusal(EXDEV)
    }
    let object = try inode(operation.side, path)
    let isThere = step(operation.side, newPath).isThere
    if operation.variant == .noReplace, isThere {
      if operation.side == .view { view.met.insert(.O7) }
      throw Refusal(EEXIST)
    }
    if exchanges, !isThere { throw Refusal(ENOENT) }
    if newPath.count > path.count, newPath.starts(with: path) { throw Refusal(EINVAL) }
    if path.count > newPath.count, path.starts(with: newPath) {
      throw Refusal(exchanges ? EINVAL : ENOTEMPTY)
    }
    if path == newPath { return }
    if operation.side == .host {
      return try renameOnHost(path, newPath, exchanging: exchanges, &verdict)
    }
    let (source, replaced) = (view.see(path), view.see(newPath))
    if let object, !object.isDirectory, isOneNode(source, replaced) { return }
    if isThere, !exchanges, source.isDirectory != replaced.isDirectory {
      throw Refusal(source.isDirectory ? ENOTDIR : EISDIR)
    }
    var refusals = view.refusals(ofMoving: path, to: newPath, exchanging: exchanges)
    var newPlace: [String]?
    do throws(Refusal) {
      newPlace = try view.place(ofMoving: path, to: newPath, exchanging: exchanges)
    } catch {
      refusals.formUnion(error.errnos)
    }
    if let part = source.parts.first, let newPlace {
      if operation.variant == .noReplace, host.object(at: newPlace) != nil {
        refusals.formUnion([EEXIST, EPERM])
      }
      do throws(Refusal) {
        try host.checkRename(part.place, newPlace, exchanging: exchanges)
      } catch {
        if error.errnos.contains(EXDEV) { view.met.insert(.O4) }
        refusals.formUnion(error.errnos)
      }
    }
    let isSame = source.parts.first.map { $0.inode === replaced.parts.first?.inode } ?? false
    let hidesOtherwise =
      (source.isDirectory || replaced.isDirectory) && !view.hidesAlike(path, newPath)
    if hidesOtherwise {
      view.met.insert(.E6)
      verdict.allowances = [EBUSY]
      if !refusals.isEmpty { refusals.insert(EBUSY) }
    }
    verdict.refusals = refusals
    guard refusals.isEmpty, let part = source.parts.first, let newPlace else { return }
    view.met.formUnion([.O1, .O4])
    note(part.place, &verdict)
    note(newPlace, &verdict)
    verdict.apply = { [host] in host.rename(part.place, newPlace, exchanging: exchanges) }
    if hidesOtherwise, !isSame, view.reveals(path, newPath, by: verdict.apply) {
      verdict.refusals = [EBUSY]
    }
  }

  private func renameOnHost(
    _ path: [String], _ newPath: [String], exchanging: Bool, _ verdict: inout Verdict
  ) throws(Refusal) {
    let (object, replaced) = (host.object(at: path)!, host.object(at: newPath))
    if object === replaced { return }
    try host.checkRename(path, newPath, exchanging: exchanging)
    verdict.apply = { [host] in host.rename(path, newPath, exchanging: exchanging) }
  }

  /// The kernel knows both names as one object, and does nothing. Files have a node for each right;
  /// symbolic links one for each link.
  private func isOneNode(_ source: Seen, _ replaced: Seen) -> Bool {
    guard let part = source.parts.first, let other = replaced.parts.first,
      part.inode === other.inode, view.isReadOnly(part.layer) == view.isReadOnly(other.layer)
    else { return false }
    return part.inode.symbolicLinkText == nil || part.layer == other.layer
  }
}

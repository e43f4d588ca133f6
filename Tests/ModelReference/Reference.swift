// The reference: what each operation answers and changes, from the rules alone.

internal import Glibc

package final class Reference {
  package let host: HostTree
  package let view: ReferenceView
  /// W1: the kernel asks the server what access(2) may do; else it looks at the mode.
  package var isAskedAboutAccess = true
  /// What making a chain may fail with as well (C3).
  var chainAllowances: Set<Int32> = []
  /// What the model's process creates objects with.
  package static let umask: UInt32 = 0o022

  package init(_ table: ReferenceTable, _ host: HostTree) {
    self.host = host
    view = ReferenceView(table, host)
  }

  package func verdict(on operation: Operation) -> Verdict {
    view.met = []
    var verdict = Verdict()
    do throws(Refusal) {
      try judge(operation, &verdict)
    } catch {
      verdict.refusals = error.errnos
    }
    let apply = verdict.apply
    verdict.apply = { [view] in
      apply()
      view.forget()
    }
    if operation.side == .view { noteAbsence(operation, verdict) }
    verdict.rules = view.met
    for path in [operation.path, operation.other] where !path.isEmpty {
      switch operation.side {
      case .view: verdict.viewDirectories.insert(Array(path.dropLast()))
      case .host: verdict.hostDirectories.insert(Array(path.dropLast()))
      }
    }
    return verdict
  }

  /// E1: the name is absent in the view, and a layer has something there all the same.
  private func noteAbsence(_ operation: Operation, _ verdict: Verdict) {
    guard verdict.refusals.contains(ENOENT) else { return }
    for count in 1...max(operation.path.count, 1) where count <= operation.path.count {
      let path = Array(operation.path.prefix(count))
      guard !view.see(path).isThere else { continue }
      let layers = view.layers(Array(path.dropLast()))
      if layers.contains(where: { view.object($0, path) != nil }), view.link(at: path) == nil {
        view.met.insert(.E1)
        if case .link(let number) = layers[0],
          view.content(path, layers.filter { $0 != .link(number) }).isEmpty
        {
          view.met.insert(.E9)
        }
      }
      return
    }
  }

  func step(_ side: Operation.Side, _ path: [String]) -> WalkStep {
    switch side {
    case .view: view.see(path).walkStep
    case .host: WalkStep(host.object(at: path))
    }
  }

  func resolve(
    _ operation: Operation, _ path: [String], following: Bool = false
  ) throws(Refusal) -> [String] {
    try PathWalk { self.step(operation.side, $0) }.resolve(path, following: following)
  }

  private func judge(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    switch operation.kind {
    case .status, .readLink, .access, .list, .read:
      try judgeReading(operation, &verdict)
    case .write, .append, .truncate, .changeMode:
      try judgeChange(operation, &verdict)
    case .create, .makeDirectory, .makeFIFO, .symbolicLink, .temporaryFile:
      try judgeCreation(operation, &verdict)
    case .removeDirectory, .unlink: try judgeRemoval(operation, &verdict)
    case .link: try judgeLink(operation, &verdict)
    case .rename: try judgeRename(operation, &verdict)
    }
  }

  /// What is at a resolved path; nil: a directory that only the view has.
  func inode(_ side: Operation.Side, _ path: [String]) throws(Refusal) -> Inode? {
    guard case .absent = step(side, path) else {
      return side == .host ? host.object(at: path)! : view.see(path).parts.first?.inode
    }
    throw Refusal(ENOENT)
  }

  /// A directory of the host changes at a place.
  func note(_ place: [String], _ verdict: inout Verdict) {
    verdict.hostDirectories.insert(Array(place.dropLast()))
  }
}

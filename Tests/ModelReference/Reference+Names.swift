// Operations that make and remove names: O1, O2, O3, M2, M4, M6, E5.

internal import Glibc

extension Reference {
  /// Where a new object lands; the path's last name is not there.
  func newPlace(
    _ side: Operation.Side, _ path: [String], isDirectory: Bool
  ) throws(Refusal) -> [String] {
    if side == .host { return path }
    let place = try view.newPlace(path, isDirectory: isDirectory)
    // A pattern for directories hides what has another type: either says why it cannot be made.
    if host.object(at: place) != nil { throw Refusal(EEXIST, EPERM) }
    return place
  }

  func judgeCreation(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    if operation.kind == .temporaryFile { return try judgeTemporaryFile(operation, &verdict) }
    let path = try resolve(operation, operation.path)
    let isDirectory = operation.kind == .makeDirectory
    if step(operation.side, path).isThere {
      if operation.side == .view, operation.variant == .exclusive,
        view.layers(Array(path.dropLast())).contains(where: view.isMerged)
      {
        view.met.insert(.M7)
      }
      if operation.kind == .create, operation.variant != .exclusive {
        // open(2) with O_CREAT of what is there.
        return try judgeChange(operation, &verdict)
      }
      throw Refusal(EEXIST)
    }
    let place = try newPlace(operation.side, path, isDirectory: isDirectory)
    let kind: Inode.Kind =
      switch operation.kind {
      case .makeDirectory: .directory
      case .makeFIFO: .fifo
      case .symbolicLink: .symbolicLink(operation.text)
      default: .file
      }
    make(kind, operation, at: place, &verdict)
  }

  private func make(
    _ kind: Inode.Kind, _ operation: Operation, at place: [String], _ verdict: inout Verdict
  ) {
    note(place, &verdict)
    let mode = operation.number & ~Self.umask
    verdict.apply = { [host] in
      let object = host.make(kind, mode: mode, device: host.device(around: place))
      if kind == .file { object.content = Array(operation.text.utf8) }
      host.add(object, at: place)
    }
  }

  /// A file without a name in the directory `path`, which is then linked to `other`.
  private func judgeTemporaryFile(
    _ operation: Operation, _ verdict: inout Verdict
  ) throws(Refusal) {
    let path = try resolve(operation, operation.path, following: true)
    let directory = try inode(operation.side, path)
    if directory?.isDirectory == false { throw Refusal(ENOTDIR) }
    var device = directory?.device ?? 0
    if operation.side == .view {
      view.met.insert(.O7)
      device = try view.temporaryPlace(in: path).device
    }
    let newPath = try resolve(operation, operation.other)
    if step(operation.side, newPath).isThere { throw Refusal(EEXIST) }
    let place = try newPlace(operation.side, newPath, isDirectory: false)
    if host.device(around: place) != device {
      view.met.insert(.O4)
      throw Refusal(EXDEV)
    }
    make(.file, operation, at: place, &verdict)
  }

  func judgeRemoval(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    let path = try resolve(operation, operation.path)
    let object = try inode(operation.side, path)
    let isDirectory = object?.isDirectory ?? true
    if operation.kind == .unlink, isDirectory { throw Refusal(EISDIR) }
    if operation.kind == .removeDirectory, !isDirectory { throw Refusal(ENOTDIR) }
    let places: [[String]]
    if operation.side == .host {
      places = [path]
      if isDirectory { try host.checkRemoval(ofDirectory: path) }
    } else if isDirectory {
      places = try view.placesOfDirectoryToRemove(path)
    } else {
      let part = try view.writablePart(of: view.see(path))
      if view.link(at: path) != nil { view.met.insert(.O2) }
      if view.isMerged(part.layer) { view.met.insert(.M4) }
      places = [part.place]
    }
    for place in places { note(place, &verdict) }
    verdict.apply = { [host] in for place in places { host.take(place) } }
  }

  func judgeLink(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    let path = try resolve(operation, operation.path)
    let object = try inode(operation.side, path)
    let newPath = try resolve(operation, operation.other)
    if step(operation.side, newPath).isThere { throw Refusal(EEXIST) }
    if operation.side == .host, host.device(around: newPath) != object?.device {
      throw Refusal(EXDEV)
    }
    guard let object, !object.isDirectory else { throw Refusal(EPERM) }
    var refusals: Set<Int32> = []
    if operation.side == .view {
      do throws(Refusal) {
        try view.checkWritable(view.see(path).parts[0])
      } catch {
        refusals.formUnion(error.errnos)
      }
    }
    do throws(Refusal) {
      let place = try newPlace(operation.side, newPath, isDirectory: false)
      if host.device(around: place) != object.device {
        view.met.insert(.O4)
        refusals.insert(EXDEV)
      }
      note(place, &verdict)
      verdict.apply = { [host] in host.add(object, at: place) }
    } catch {
      refusals.formUnion(error.errnos)
    }
    if operation.side == .view { view.met.insert(.O4) }
    verdict.refusals = refusals
  }
}

extension WalkStep {
  var isThere: Bool { if case .absent = self { false } else { true } }
}

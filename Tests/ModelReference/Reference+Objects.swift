// Operations on what is there: status, contents, attributes.

internal import Glibc

extension Reference {
  func judgeReading(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    let follows = operation.kind == .access
    let path = try resolve(operation, operation.path, following: follows)
    let object = try inode(operation.side, path)
    switch operation.kind {
    case .status: verdict.answer = .status(status(operation.side, path, object))
    case .readLink:
      guard let text = object?.symbolicLinkText else { throw Refusal(EINVAL) }
      if operation.side == .view { view.met.insert(.R6) }
      verdict.answer = .text(Array(text.utf8))
    case .list:
      guard object?.isDirectory ?? true else { throw Refusal(ENOTDIR) }
      verdict.answer = .names(
        operation.side == .view ? view.names(in: path) : object!.entries.keys.sorted())
    case .access: try judgeAccess(operation, path, object)
    default:
      guard let object, !object.isDirectory else { throw Refusal(EISDIR) }
      if object.symbolicLinkText != nil { throw Refusal(ELOOP) }
      if operation.side == .view { view.met.insert(.O1) }
      verdict.answer = .text(object.content)
    }
  }

  /// The modes that are made let their owner read and write everything.
  private func judgeAccess(
    _ operation: Operation, _ path: [String], _ object: Inode?
  ) throws(Refusal) {
    if operation.number & UInt32(X_OK) != 0, let object, !object.isDirectory,
      object.mode & 0o111 == 0
    {
      throw Refusal(EACCES)
    }
    guard operation.side == .view, isAskedAboutAccess, operation.number & UInt32(W_OK) != 0
    else { return }
    guard let part = view.see(path).parts.first else {
      view.met.insert(.P2)
      throw Refusal(EROFS)
    }
    try view.checkWritable(part)
  }

  package func status(_ side: Operation.Side, _ path: [String], _ object: Inode?) -> ObjectStatus {
    guard let object else {
      view.met.insert(.R7)
      return ObjectStatus(kind: "directory", mode: 0o755, size: 0, names: 1)
    }
    let kind =
      switch object.kind {
      case .file: "file"
      case .directory: "directory"
      case .fifo: "fifo"
      case .symbolicLink: "symbolic link"
      }
    var names = object.names
    if object.isDirectory {
      names = 1
      if side == .view, view.see(path).parts.count > 1 { view.met.insert(.R7) }
    }
    return ObjectStatus(
      kind: kind, mode: object.symbolicLinkText == nil ? object.mode : 0o777,
      size: object.isDirectory ? 0 : object.size, names: names)
  }

  func judgeChange(_ operation: Operation, _ verdict: inout Verdict) throws(Refusal) {
    let follows = operation.kind == .truncate || operation.kind == .changeMode
    let path = try resolve(operation, operation.path, following: follows)
    let object = try inode(operation.side, path)
    if operation.kind != .changeMode {
      guard let object, !object.isDirectory else { throw Refusal(EISDIR) }
      if object.symbolicLinkText != nil { throw Refusal(ELOOP) }
      if object.kind == .fifo { throw Refusal(operation.kind == .truncate ? EINVAL : ENXIO) }
    }
    if operation.side == .view {
      let part = try view.writablePart(of: view.see(path))
      note(part.place, &verdict)
    }
    guard let object else { return }
    let bytes = Array(operation.text.utf8)
    let number = Int(operation.number)
    verdict.apply = {
      switch operation.kind {
      case .changeMode: object.mode = operation.number
      case .truncate:
        object.content = Array(object.content.prefix(number))
        object.content += Array(repeating: 0, count: number - object.content.count)
      case .append: object.content += bytes
      default:
        if operation.variant == .exclusive { object.content = [] }
        let missing = bytes.count - object.content.count
        if missing > 0 { object.content += Array(repeating: 0, count: missing) }
        object.content.replaceSubrange(0..<bytes.count, with: bytes)
      }
    }
  }
}

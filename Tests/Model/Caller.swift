// Makes a case's operations, in the view or on the host, and says what they answer.

import CBindlinkSystem
import Glibc
import ModelReference

struct Caller {
  let view: String
  let host: String
  let far: String

  func place(_ side: Operation.Side, _ path: [String]) -> String {
    if side == .view { return ([view] + path).joined(separator: "/") }
    if path.first == "far" { return ([far] + path.dropFirst()).joined(separator: "/") }
    return ([host] + path).joined(separator: "/")
  }

  func make(_ operation: Operation) -> Result<Answer, CallFailure> {
    Result { () throws(CallFailure) in try answer(operation) }
  }

  private func answer(_ operation: Operation) throws(CallFailure) -> Answer {
    let path = place(operation.side, operation.path)
    let other = operation.other.isEmpty ? "" : place(operation.side, operation.other)
    let mode = mode_t(operation.number)
    switch operation.kind {
    case .status: return .status(try objectStatus(path))
    case .readLink: return .text(try SystemCall.readLink(path))
    case .list: return .names(try SystemCall.list(path).map(\.name))
    case .read:
      let file = try SystemCall.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      defer { _ = close(file) }
      return .text(try SystemCall.read(file))
    case .write:
      try write(operation, path, operation.variant == .exclusive ? O_TRUNC : 0)
    case .append: try write(operation, path, O_APPEND)
    case .create:
      try write(operation, path, O_CREAT | (operation.variant == .exclusive ? O_EXCL : 0))
    case .truncate: _ = try SystemCall.checked(unsafe truncate(path, off_t(operation.number)))
    case .makeDirectory: _ = try SystemCall.checked(unsafe mkdir(path, mode))
    case .makeFIFO: _ = try SystemCall.checked(unsafe mkfifo(path, mode))
    case .removeDirectory: _ = try SystemCall.checked(unsafe rmdir(path))
    case .unlink: _ = try SystemCall.checked(unsafe unlink(path))
    case .rename:
      let flags: UInt32 =
        switch operation.variant {
        case .noReplace: 1
        case .exchange: UInt32(BL_RENAME_EXCHANGE)
        default: 0
        }
      try SystemCall.rename(path, other, flags)
    case .link: _ = try SystemCall.checked(unsafe link(path, other))
    case .symbolicLink: _ = try SystemCall.checked(unsafe symlink(operation.text, path))
    case .changeMode: _ = try SystemCall.checked(unsafe chmod(path, mode))
    case .access: _ = try SystemCall.checked(unsafe access(path, Int32(operation.number)))
    case .temporaryFile: try makeTemporaryFile(operation, path, other)
    }
    return .done
  }

  private func write(
    _ operation: Operation, _ path: String, _ flags: Int32
  ) throws(CallFailure) {
    let file = try SystemCall.open(
      path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | flags, mode_t(operation.number))
    defer { _ = close(file) }
    try SystemCall.write(file, Array(operation.text.utf8))
  }

  private func makeTemporaryFile(
    _ operation: Operation, _ path: String, _ other: String
  ) throws(CallFailure) {
    let flags = O_WRONLY | O_DIRECTORY | Int32(BL_O_TMPFILE_BIT)
    let file = try SystemCall.open(path, flags, mode_t(operation.number))
    defer { _ = close(file) }
    try SystemCall.write(file, Array(operation.text.utf8))
    let name = "/proc/self/fd/\(file)"
    _ = try SystemCall.checked(unsafe linkat(AT_FDCWD, name, AT_FDCWD, other, AT_SYMLINK_FOLLOW))
  }

  func objectStatus(_ path: String) throws(CallFailure) -> ObjectStatus {
    Self.objectStatus(try SystemCall.status(path))
  }

  static func objectStatus(_ status: stat) -> ObjectStatus {
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    let kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: "directory"
      case S_IFREG: "file"
      case S_IFLNK: "symbolic link"
      case S_IFIFO: "fifo"
      default: "something else"
      }
    return ObjectStatus(
      kind: kind, mode: status.st_mode & 0o7777, size: isDirectory ? 0 : Int(status.st_size),
      names: isDirectory ? 1 : Int(status.st_nlink))
  }
}

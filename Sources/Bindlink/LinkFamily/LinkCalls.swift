// Everything that the link family asks of the kernel and of a view's server, in one place, so that a
// test can let each of these steps fail.
internal import CBindlinkSystem
internal import Glibc
internal import SystemPackage

struct LinkCalls: Sendable {
  typealias Status = bl_statx

  enum Step: Sendable {
    case resolve, status, list, link, symlink, rename, exchange, remove, removeDirectory
    case explain, change
  }

  /// Called before each step; what it throws is the step's error, and the step does not happen.
  var beforeEach: @Sendable (Step) throws(Errno) -> Void = { _ throws(Errno) in }

  /// The path without symbolic links.
  func resolve(_ path: FilePath) throws(Errno) -> FilePath {
    try beforeEach(.resolve)
    return try path.resolved()
  }

  /// - Parameter following: what a symbolic link leads to, not the link.
  func status(_ path: FilePath, following: Bool) throws(Errno) -> Status {
    try beforeEach(.status)
    var status = Status()
    let flags = (following ? 0 : AT_SYMLINK_NOFOLLOW) | Int32(BL_AT_NO_AUTOMOUNT)
    let mask = UInt32(BL_STATX_BASIC) | UInt32(BL_STATX_MOUNT_ID)
    try check(
      unsafe path.withPlatformString { unsafe bl_statx(AT_FDCWD, $0, flags, mask, &status) })
    return status
  }

  /// As `status`; nil where nothing is.
  func statusIfAny(_ path: FilePath) throws(Errno) -> Status? {
    do {
      return try status(path, following: false)
    } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  func isEmptyDirectory(_ path: FilePath) throws(Errno) -> Bool {
    try beforeEach(.list)
    return try DirectoryEntries(at: path).isEmpty
  }

  /// A further name of what `existing` leads to, through symbolic links (H1).
  func link(_ existing: FilePath, at path: FilePath) throws(Errno) {
    try beforeEach(.link)
    let result = unsafe existing.withPlatformString { existing in
      unsafe path.withPlatformString {
        unsafe linkat(AT_FDCWD, existing, AT_FDCWD, $0, AT_SYMLINK_FOLLOW)
      }
    }
    if result != 0 { throw .last }
  }

  /// `target` has no NUL.
  func symlink(_ target: [UInt8], at path: FilePath) throws(Errno) {
    try beforeEach(.symlink)
    let target = target.map(CChar.init(bitPattern:)) + [0]
    try check(unsafe path.withPlatformString { unsafe bl_symlinkat(target, AT_FDCWD, $0) })
  }

  /// Over what is at `path`.
  func rename(_ name: FilePath, to path: FilePath) throws(Errno) {
    try beforeEach(.rename)
    try rename(name, path, flags: 0)
  }

  func exchange(_ name: FilePath, with path: FilePath) throws(Errno) {
    try beforeEach(.exchange)
    try rename(name, path, flags: UInt32(BL_RENAME_EXCHANGE))
  }

  func remove(_ path: FilePath) throws(Errno) {
    try beforeEach(.remove)
    try check(unsafe path.withPlatformString { unsafe bl_unlinkat(AT_FDCWD, $0, 0) })
  }

  func removeDirectory(_ path: FilePath) throws(Errno) {
    try beforeEach(.removeDirectory)
    try check(unsafe path.withPlatformString { unsafe bl_unlinkat(AT_FDCWD, $0, AT_REMOVEDIR) })
  }

  /// The view, to be asked or changed next.
  func ask(_ step: Step, _ view: ViewControl) throws(BindlinkError) -> BlockingControl {
    do {
      try beforeEach(step)
    } catch {
      throw BindlinkError("cannot ask the view", subject: view.mountpoint.string, error)
    }
    return BlockingControl(view)
  }

  private func rename(
    _ name: FilePath, _ path: FilePath, flags: UInt32
  ) throws(Errno) {
    try check(
      unsafe name.withPlatformString { name in
        unsafe path.withPlatformString { unsafe bl_renameat2(AT_FDCWD, name, AT_FDCWD, $0, flags) }
      })
  }

  private func check(_ result: Int32) throws(Errno) {
    if result < 0 { throw Errno(rawValue: -result) }
  }
}

extension bl_statx {
  private var kind: mode_t { mode_t(mode) & S_IFMT }
  var isDirectory: Bool { kind == S_IFDIR }
  var isSymbolicLink: Bool { kind == S_IFLNK }

  /// Names of one object, or one name twice.
  func isSame(as other: bl_statx) -> Bool {
    inode == other.inode && dev_major == other.dev_major && dev_minor == other.dev_minor
  }
}

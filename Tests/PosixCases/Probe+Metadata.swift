// Attributes, and relations between them: inode numbers and times never enter the log themselves.

import CPosixCases
import Glibc

extension Probe {
  func status(_ path: Path, follow: Bool = false, at dir: Int32 = AT_FDCWD) -> px_stat? {
    var status = px_stat()
    let flags = follow ? 0 : px_AT_SYMLINK_NOFOLLOW
    return unsafe px_stat(dir, path.text, flags, &status) < 0 ? nil : status
  }

  func status(_ descriptor: Int32) -> px_stat? {
    var status = px_stat()
    return unsafe px_stat(descriptor, "", px_AT_EMPTY_PATH, &status) < 0 ? nil : status
  }

  func stat(_ path: Path, follow: Bool = false, at dir: Int32 = AT_FDCWD) {
    var status = px_stat()
    let flags = follow ? 0 : px_AT_SYMLINK_NOFOLLOW
    let result = unsafe px_stat(dir, path.text, flags, &status)
    logStatus(follow ? "stat \(path)" : "lstat \(path)", result, status)
  }

  func fstat(_ descriptor: Int32) {
    var status = px_stat()
    let result = unsafe px_stat(descriptor, "", px_AT_EMPTY_PATH, &status)
    logStatus("fstat", result, status)
  }

  private func logStatus(_ step: String, _ result: Int32, _ status: px_stat) {
    if result < 0 {
      record(step, result)
    } else {
      note("\(step) = \(attributes(of: status)) nlink \(status.nlink)")
    }
  }

  func sameInode(_ one: Path, _ other: Path) {
    let (left, right) = (status(one), status(other))
    guard let left, let right else {
      note("same inode \(one) \(other): one is missing")
      return
    }
    note("same inode \(one) \(other): \(left.ino == right.ino && left.dev == right.dev)")
  }

  /// Logs which times of `path` an action moves. The access time depends on mount options.
  func moves(_ path: Path, _ what: String, _ action: () -> Void) {
    let before = status(path)
    px_pause(12)
    action()
    let after = status(path)
    guard let before, let after else {
      note("\(what) moves \(path): missing before or after")
      return
    }
    note(
      "\(what) moves \(path): mtime \(after.mtime != before.mtime) "
        + "ctime \(after.ctime != before.ctime)")
  }

  /// Logs the times themselves, which the case has set.
  func setTimes(_ path: Path) {
    guard let status = status(path) else {
      note("times \(path): missing")
      return
    }
    note("times \(path) = \(status.atime) \(status.mtime)")
  }

  func chmod(_ path: Path, _ mode: UInt32) {
    record("chmod \(path) 0\(String(mode, radix: 8))", unsafe px_chmod(path.text, mode))
  }
  func fchmod(_ descriptor: Int32, _ mode: UInt32) {
    record("fchmod 0\(String(mode, radix: 8))", px_fchmod(descriptor, mode))
  }
  func chown(_ path: Path, _ uid: UInt32, _ gid: UInt32) {
    record("chown \(path) \(uid) \(gid)", unsafe px_chown(path.text, uid, gid))
  }
  func lchown(_ path: Path, _ uid: UInt32, _ gid: UInt32) {
    record("lchown \(path) \(uid) \(gid)", unsafe px_lchown(path.text, uid, gid))
  }
  func fchown(_ descriptor: Int32, _ uid: UInt32, _ gid: UInt32) {
    record("fchown \(uid) \(gid)", px_fchown(descriptor, uid, gid))
  }

  func utimens(
    _ path: Path, access: (Int64, Int64), modified: (Int64, Int64), flags: Int32 = 0
  ) {
    let result = unsafe px_utimens(
      AT_FDCWD, path.text, access.0, access.1, modified.0, modified.1, flags)
    record("utimensat \(path)", result)
  }

  func futimens(_ descriptor: Int32, access: (Int64, Int64), modified: (Int64, Int64)) {
    record("futimens", px_futimens(descriptor, access.0, access.1, modified.0, modified.1))
  }

  func access(_ path: Path, _ mode: Int32, flags: Int32 = 0) {
    record("faccessat \(path) \(mode) \(flags)", unsafe px_access(path.text, mode, flags))
  }

  func umask(_ mask: UInt32) { record("umask", px_umask(mask), asValue: true) }

  func statfs(_ path: Path) -> px_statfs? {
    var status = px_statfs()
    guard record("statfs \(path)", unsafe px_statfs(path.text, &status)) else { return nil }
    return status
  }

  /// Runs the steps as another user without groups, where the process may be one.
  func asUser(_ uid: UInt32, _ gid: UInt32, _ steps: () -> Void) {
    guard record("become \(uid) \(gid)", px_become(uid, gid)) else { return }
    steps()
    record("become oneself", px_become_self())
  }
}

package func kind(of mode: UInt32) -> String {
  switch mode & S_IFMT {
  case S_IFREG: "file"
  case S_IFDIR: "directory"
  case S_IFLNK: "symlink"
  case S_IFIFO: "fifo"
  case S_IFSOCK: "socket"
  case S_IFCHR: "character device"
  case S_IFBLK: "block device"
  default: "unknown"
  }
}

/// Type, mode, owner, and for what is no directory the size and device number.
func attributes(of status: px_stat) -> String {
  let mode = String(status.mode & 0o7777, radix: 8)
  let common = "\(kind(of: status.mode)) 0\(mode) \(status.uid):\(status.gid)"
  if status.mode & S_IFMT == S_IFDIR { return common }
  return "\(common) size \(status.size) rdev \(status.rdev)"
}

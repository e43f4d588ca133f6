// The directory that a view will cover, checked and held open before anything is mounted on it.
internal import BindlinkFuse
internal import CBindlinkSystem
internal import Glibc
internal import SystemPackage

struct MountPlace {
  /// Absolute, without symbolic links.
  let path: FilePath
  /// O_PATH; the caller closes it, or hands it to an engine.
  let descriptor: Int32

  /// Refuses what is missing (ENOENT), no directory (ENOTDIR) or the root of a view (EBUSY).
  init(_ mountpoint: FilePath) throws(BindlinkError) {
    let what = "cannot mount \(mountpoint)"
    do {
      path = try mountpoint.resolvedAsMountpoint()
    } catch {
      throw Self.failure(what, mountpoint, error)
    }
    // Before anything in it is touched: its server need not answer.
    if (try? Mount.isView(at: path.string)) == true {
      throw BindlinkError(
        what, "a view is mounted there already", .resourceBusy,
        remedy: "unmount it first: bindlink unmount \(mountpoint)")
    }
    descriptor = unsafe path.withPlatformString { unsafe bindlink_open_place($0) }
    guard descriptor >= 0 else { throw Self.failure(what, mountpoint, .last) }
  }

  private static func failure(
    _ what: String, _ mountpoint: FilePath, _ errno: SystemPackage.Errno
  ) -> BindlinkError {
    if errno == .socketNotConnected {
      return BindlinkError(
        what, "the server of what is mounted there has died", errno,
        remedy: "unmount it first: bindlink unmount --lazy \(mountpoint)")
    }
    return BindlinkError(what, subject: mountpoint.string, errno)
  }
}

extension FilePath {
  /// As `resolved()`, but only the parent is resolved where a view is mounted at the path itself:
  /// asking for that asks the view's server, which may hang or have died.
  func resolvedAsMountpoint() throws(SystemPackage.Errno) -> FilePath {
    let path = try absolute()
    if let last = path.lastComponent, last.kind == .regular {
      let candidate = try path.removingLastComponent().resolved().appending(last)
      if (try? Mount.isView(at: candidate.string)) == true { return candidate }
    }
    return try path.resolved()
  }
}

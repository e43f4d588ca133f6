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
      path = try mountpoint.resolved()
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

// Unmounting a view that another process serves, without touching what may hang.
internal import CBindlinkSystem
internal import Glibc
public import SystemPackage

extension View {
  /// Unmounts the view at `mountpoint`, whoever serves it, even if its server hangs or has died.
  /// Its server ends by itself then. May be called from any thread.
  ///
  /// - Parameter lazily: the view vanishes at once although it is in use; its server ends when
  ///   nobody uses it any more.
  /// - Throws: ENOENT or EINVAL where no view is mounted at `mountpoint`, EBUSY where it is in use,
  ///   EPERM where somebody else mounted it; exit status 77 where fusermount3 is needed and
  ///   missing.
  public static func unmount(at mountpoint: FilePath, lazily: Bool = false) throws(BindlinkError) {
    let what = "cannot unmount \(mountpoint)"
    let path: FilePath
    let mounted: MountTable.Entry?
    do throws(SystemPackage.Errno) {
      path = try place(of: mountpoint)
      mounted = try MountTable.current().top(at: path.bytes)
    } catch {
      throw BindlinkError(what, subject: mountpoint.string, error)
    }
    guard mounted?.type == MountTable.viewType else {
      throw BindlinkError(
        what, "no view is mounted there", .invalidArgument, exitStatus: .failed)
    }
    guard unsafe path.withPlatformString({ unsafe bindlink_unmount($0, lazily) }) != 0 else {
      return
    }
    switch SystemPackage.Errno.last {
    case .notPermitted:
      try Fusermount.unmount(path, lazily: lazily, what: what)
    case .resourceBusy:
      throw BindlinkError(
        what, "it is in use", .resourceBusy, remedy: "see 'fuser -vm', or unmount with --lazy")
    case let errno:
      throw BindlinkError(what, subject: mountpoint.string, errno)
    }
  }

  /// The resolved path of a mountpoint. Only its parent is resolved where that suffices: asking for
  /// the mountpoint itself asks the view's server.
  private static func place(of mountpoint: FilePath) throws(SystemPackage.Errno) -> FilePath {
    let path = try mountpoint.absolute()
    if let last = path.lastComponent, last.kind == .regular {
      let candidate = try path.removingLastComponent().resolved().appending(last)
      if try MountTable.current().top(at: candidate.bytes) != nil { return candidate }
    }
    return try path.resolved()
  }
}

// Unmounting a view that another process serves, without touching what may hang.
internal import BindlinkFuse
public import SystemPackage

extension View {
  /// Unmounts the view at `mountpoint`, whoever serves it, even if its server hangs or has died.
  /// Its server ends by itself then. May be called from any thread.
  ///
  /// - Parameters:
  ///   - mountpoint: where the view is mounted.
  ///   - lazily: the view vanishes at once although it is in use; its server ends when nobody uses
  ///     it any more.
  /// - Throws: ENOENT or EINVAL where no view is mounted at `mountpoint`, EBUSY where it is in use,
  ///   EPERM where another user mounted it; exit status 77 where fusermount3 is needed and missing.
  public static func unmount(at mountpoint: FilePath, lazily: Bool = false) throws(BindlinkError) {
    let what = "cannot unmount \(mountpoint)"
    let path: FilePath
    do throws(Errno) {
      path = try mountpoint.resolvedAsMountpoint()
    } catch {
      throw BindlinkError(what, subject: mountpoint.string, error)
    }
    guard (try? Mount.isView(at: path.string)) == true else {
      throw BindlinkError(what, "no view is mounted there", .invalidArgument, exitStatus: .failed)
    }
    do {
      try Mount.unmount(at: path.string, lazily: lazily)
    } catch {
      throw BindlinkError(what, error)
    }
  }
}

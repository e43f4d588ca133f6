// Unmounting a view that another process serves, without touching what may hang.
internal import BindlinkFuse
public import SystemPackage

extension View {
  /// Unmounts the view at `mountpoint`, whoever serves it, even if its server hangs or has died.
  /// Its server ends by itself then. May be called from any thread.
  ///
  /// - Parameter lazily: the view vanishes at once although it is in use; its server ends when
  ///   nobody uses it any more.
  /// - Throws: ENOENT or EINVAL where no view is mounted at `mountpoint`, EBUSY where it is in use,
  ///   EPERM where another user mounted it; exit status 77 where fusermount3 is needed and missing.
  public static func unmount(at mountpoint: FilePath, lazily: Bool = false) throws(BindlinkError) {
    let what = "cannot unmount \(mountpoint)"
    guard let path = try Self.place(of: mountpoint, what: what) else {
      throw BindlinkError(what, "no view is mounted there", .invalidArgument, exitStatus: .failed)
    }
    do {
      try Mount.unmount(at: path.string, lazily: lazily)
    } catch {
      throw BindlinkError(what, error)
    }
  }

  /// The resolved path of a view's mountpoint; nil where no view is mounted. Only its parent is
  /// resolved where that suffices: asking for the mountpoint itself asks the view's server.
  private static func place(
    of mountpoint: FilePath, what: String
  ) throws(BindlinkError) -> FilePath? {
    do throws(Errno) {
      let path = try mountpoint.absolute()
      if let last = path.lastComponent, last.kind == .regular {
        let candidate = try path.removingLastComponent().resolved().appending(last)
        if (try? Mount.isView(at: candidate.string)) == true { return candidate }
      }
      let resolved = try path.resolved()
      return (try? Mount.isView(at: resolved.string)) == true ? resolved : nil
    } catch {
      throw BindlinkError(what, subject: mountpoint.string, error)
    }
  }
}

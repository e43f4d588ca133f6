// A view that is mounted, and its life until the end.
internal import BindlinkFuse
internal import Glibc
public import SystemPackage

/// A mounted view. All methods may be called from any thread.
///
/// Whoever mounts a view owns it: it has to be served, and to be unmounted before the process ends.
public final class MountedView: Sendable {
  /// Where the view is mounted, as given to `View.mount(at:)`.
  public let mountpoint: FilePath
  /// For changes of the view and questions to it, which are answered while `serve()` runs.
  public let control: ViewControl
  private let mount: Mount
  private let session: Session
  private let writesBack: Bool

  init(
    at mountpoint: FilePath, place: FilePath, mount: Mount, session: Session, writesBack: Bool
  ) {
    self.writesBack = writesBack
    self.mountpoint = mountpoint
    control = ViewControl(mountpoint: place)
    self.mount = mount
    self.session = session
  }

  /// Answers the requests of the kernel until the view is unmounted, by `unmount(lazily:)`,
  /// umount(8) or fusermount3(1). Blocks the calling thread, which must not touch the view. Call
  /// it once.
  ///
  /// - Parameter workers: how many requests are worked on at a time; one that waits for a slow
  ///   backing occupies one. They are started as needed.
  public func serve(workers: Int = 64) {
    session.run(workers: workers)
    mount.detachIfDead()
  }

  /// Unmounts the view, upon which `serve()` returns.
  ///
  /// - Parameter lazily: the view vanishes at once although it is in use, and is not served any
  ///   more: files that are still open fail with ENOTCONN. What the kernel has kept of their data
  ///   is written first, where the view writes back.
  /// - Throws: EBUSY where the view is in use, unless `lazily`; EINVAL where it is not mounted, or
  ///   something else is mounted over it.
  public func unmount(lazily: Bool = false) throws(BindlinkError) {
    if lazily, writesBack {
      mount.writeBack()
      session.awaitIdleness()
    }
    do {
      try mount.detach(lazily: lazily)
    } catch {
      throw BindlinkError("cannot unmount \(mountpoint)", error)
    }
    if lazily { session.stop() }
  }
}

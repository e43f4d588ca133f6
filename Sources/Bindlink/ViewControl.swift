// A mounted view, to be changed and asked, whoever serves it.
internal import BindlinkControl
public import SystemPackage

/// A mounted view that can be changed and asked while programs run in it.
///
/// Changes are accepted from the mount's owner and from root, in the user namespace of the server;
/// everybody else gets EPERM (C9). Asking works for all who see the view, without what is hidden.
/// A change is seen whole by every process, and by every lookup after the call returns (C6, C7).
///
/// All methods may be called from any task at any time. They wait for the view's server on threads
/// of their own. In the process that serves the view they work while `MountedView.serve()` runs.
///
/// ```swift
/// let view = try ViewControl(at: "/mnt/view")
/// try await view.create(BindLink("/docs", backing: "/home/me/notes", isReadOnly: true))
/// ```
public struct ViewControl: Hashable, Sendable {
  /// Where the view is mounted, without symbolic links.
  public let mountpoint: FilePath

  /// The view that is mounted at `path`, or that `path` lies in. Nothing is asked of the view.
  ///
  /// - Throws: EINVAL where `path` is in no view; ENOENT, ENOTDIR or EACCES where its way there
  ///   cannot be followed.
  public init(at path: FilePath) throws(BindlinkError) {
    self = try Self.locate(path).view
  }

  /// A view that is known to be mounted at the absolute path.
  init(mountpoint: FilePath) { self.mountpoint = mountpoint }

  /// The view that a path of the host lies in, and its path there. The path need not exist; what it
  /// is in the view is not asked: symbolic links in the view are not followed.
  ///
  /// - Throws: as `init(at:)`.
  public static func locate(
    _ path: FilePath
  ) throws(BindlinkError) -> (view: ViewControl, virtualPath: FilePath) {
    let place = try place(of: path)
    return (
      ViewControl(mountpoint: FilePath(bytes: place.mountpoint)), FilePath(bytes: place.virtualPath)
    )
  }

  /// The views that this process sees, in the order in which they were mounted. Those whose server
  /// hangs or has died are among them.
  public static func all() throws(BindlinkError) -> [ViewControl] {
    try mountpoints().map { ViewControl(mountpoint: FilePath(bytes: $0)) }
  }

  /// Adds a link.
  ///
  /// - Throws: the errno of rules C1 to C3: EEXIST where a link stands, ENOENT where the backing is
  ///   missing or the parent of the virtual path is and is not to be made up, and so on; EINVAL,
  ///   rules E2 and E4, for its exceptions; EPERM, C9. Nothing is changed then.
  public func create(_ link: BindLink) async throws(BindlinkError) {
    try await ask { view throws(BindlinkError) in try view.create(link) }
  }

  /// Changes the link that stands at `link.virtualPath` to `link`, atomically.
  ///
  /// - Throws: ENOENT, P6, where no link stands; otherwise as `create(_:)`.
  public func replace(_ link: BindLink) async throws(BindlinkError) {
    try await ask { view throws(BindlinkError) in try view.replace(link) }
  }

  /// Removes the link that stands at a virtual path. Files that are open keep their objects (R4).
  ///
  /// - Parameters:
  ///   - virtualPath: absolute in the view.
  ///   - recursively: the links that lie below are removed, too.
  /// - Throws: ENOENT, C5, where no link stands; EBUSY, C5, while others lie below, unless
  ///   `recursively`; EPERM, C9. Nothing is changed then.
  public func remove(
    _ virtualPath: FilePath, recursively: Bool = false
  ) async throws(BindlinkError) {
    try await ask { view throws(BindlinkError) in
      try view.remove(virtualPath, recursively: recursively)
    }
  }

  /// Makes the table what the configuration says, atomically; what it does not say stays.
  ///
  /// - Throws: EINVAL for another anchor than the mounted one; otherwise as `create(_:)`, of the
  ///   first link in question. Nothing is changed then (C6).
  public func apply(_ configuration: Configuration) async throws(BindlinkError) {
    try await ask { view throws(BindlinkError) in try view.apply(configuration) }
  }

  /// The links as they stand, in the order of their virtual paths.
  ///
  /// - Throws: ENOTCONN where the server has died.
  public func links() async throws(BindlinkError) -> [LinkStatus] {
    try await ask { view throws(BindlinkError) in try view.links() }
  }

  /// What governs a virtual path, which need not exist, and why (C10).
  ///
  /// - Throws: EINVAL, C1, for a path that is not absolute or leads out of the view.
  public func explain(_ virtualPath: FilePath) async throws(BindlinkError) -> Explanation {
    try await ask { view throws(BindlinkError) in try view.explain(virtualPath) }
  }

  /// The running table, such that `apply(_:)` of it changes nothing. Of a view that is mounted with
  /// it, the table is the same again.
  ///
  /// - Throws: EPERM, C9, for those who may not change the view.
  public func configuration() async throws(BindlinkError) -> Configuration {
    try await ask { view throws(BindlinkError) in try view.configuration() }
  }

  private func ask<Value: Sendable>(
    _ question: @escaping @Sendable (BlockingControl) throws(BindlinkError) -> Value
  ) async throws(BindlinkError) -> Value {
    let view = BlockingControl(self)
    return try await onOwnThread { () throws(BindlinkError) in try question(view) }
  }
}

// The options of the mount itself, as mount(8) knows them.

extension View {
  /// The options of a mount. The defaults are those of an ordinary user's FUSE mount.
  public struct MountOptions: Hashable, Sendable {
    /// The source that the mount table shows. Nil: the view's source, or "bindlink".
    public var fileSystemName: String?
    /// Other users than the one that mounts may enter. Permissions are then checked for each
    /// caller (O6). An ordinary user needs `user_allow_other` in /etc/fuse.conf for it.
    public var allowsOther = false
    /// The kernel checks the mode and the ACL of each object for the caller. Always so with
    /// `allowsOther` and in a user namespace.
    public var checksPermissions = false
    /// Set-user-ID and set-group-ID bits have no effect.
    public var ignoresSetUserID = true
    /// Device nodes cannot be opened. Only root can turn it off.
    public var ignoresDevices = true
    /// Programs cannot be executed.
    public var forbidsExecution = false
    /// The mount table says `noatime`. Whether reading is recorded is up to the file systems of the
    /// backings.
    public var ignoresAccessTimes = false
    /// Every write goes to the disk before it returns.
    public var isSynchronous = false
    /// Every change of a directory goes to the disk before it returns.
    public var synchronizesDirectories = false
    /// What the kernel keeps of what it was told.
    public var cache = Cache.auto
    /// For how many seconds the kernel may believe that a name leads to what it led to, whatever
    /// `cache` says. What somebody changes behind the view may be unseen for so long; changes of the
    /// link table are seen at once (C7).
    public var entryTimeout = 0.0
    /// The same for the attributes of an object.
    public var attributeTimeout = 0.0
    /// The same for names that were not there.
    public var negativeTimeout = 0.0
    /// The data of files and the listings of directories that the kernel has cached stay from one
    /// opening to the next, whatever changes behind the view.
    public var keepsKernelCache = false
    /// Opening a file costs no message to the server. Locks are then the view's own, permissions are
    /// always checked by the kernel, no link can be read-only by itself (EOPNOTSUPP, W1), and what
    /// only the real file system would refuse, or a file that is replaced behind the view before it
    /// is first read, shows at the first reading or writing. Nil: for views that are read-only as
    /// a whole.
    public var noOpen: Bool?
    /// The kernel reads and writes open files itself, at the speed of the backing, where it permits
    /// that: on Linux 6.12 and later, where the server has CAP_SYS_ADMIN outside of user namespaces,
    /// for files of local file systems that are not stacked on others, with opens. `list` says
    /// nothing of it: what cannot be passed through is served as always.
    public var passesThrough = true
    /// The kernel keeps what is written and hands it on when a file is closed or synchronised, or when
    /// it needs the room: many small writes become few large ones. For backings that nobody else
    /// writes, for the kernel then believes its own idea of a file's size and times. Permissions are
    /// always checked by the kernel, and nothing is passed through. Not without opens, nor in a view
    /// that is read-only or that keeps nothing (EINVAL).
    public var writesBack = false
    /// Requests reach the server by io_uring, which wakes it faster, where the machine has that on
    /// (Linux 6.14, `/sys/module/fuse/parameters/enable_uring`).
    public var usesRings = true
    /// Locks count within the view alone, not against programs on the host, and closing a file of a
    /// local file system costs no message. Always so without opens.
    public var hasLocalLocks = false
    /// Each request is written to standard error.
    public var tracesRequests = false

    /// The defaults.
    public init() {}
  }

  /// What the kernel keeps of names, attributes, listings and data. Changes of the link table are
  /// seen at once in each case (C7).
  public enum Cache: String, CaseIterable, Sendable {
    /// All of it where the backings' directories can be watched: what others change there is told to
    /// the kernel. Where they cannot, for one second.
    case auto
    /// All of it, for good: for backings that nobody changes but through the view.
    case always
    /// Nothing: each operation asks.
    case never
  }
}

// The device and the place: attaching a FUSE connection to a directory and taking it off again, by
// mount(2) where that is permitted (root, or root of a user namespace), else by fusermount3.
import BindlinkControl
import BindlinkMap
import CBindlinkFuse
import Glibc

package final class Mount: Sendable {
  static let subtype = "bindlink"
  static let type = MountTable.viewType

  /// The connection's descriptor. Who makes a `Session` of it gives it away; else to be closed.
  package let device: Int32
  package let mountpoint: String
  /// `st_dev` of everything in the view.
  package let deviceNumber: UInt64
  package let mountID: UInt64

  private init(device: Int32, mountpoint: String, _ identity: MountIdentity) {
    self.device = device
    self.mountpoint = mountpoint
    deviceNumber = identity.device
    mountID = identity.mountID
  }

  /// Mounts on the directory `mountpoint`, an absolute and resolved path, which `under` is a
  /// descriptor of. Nothing is served before a `Session` runs on `device`: until then whoever
  /// enters the view waits.
  package static func attach(
    at mountpoint: String, under: Int32, options: MountOptions
  ) throws(MountFailure) -> Mount {
    if let top = try topMount(at: mountpoint), top.type == type {
      throw MountFailure(.busy, "\(mountpoint) is a bindlink view already")
    }
    var status = stat()
    guard unsafe fstat(under, &status) == 0 else {
      throw MountFailure(Errno(rawValue: errno), "\(mountpoint) cannot be reached")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw MountFailure(.notDirectory, "\(mountpoint) is not a directory")
    }
    let device =
      if geteuid() == 0, let device = try mountDirectly(mountpoint, options) {
        device
      } else {
        try Fusermount.mount(at: mountpoint, options)
      }
    do throws(Errno) {
      return Mount(device: device, mountpoint: mountpoint, try MountIdentity(at: mountpoint))
    } catch {
      close(device)
      throw MountFailure(error, "\(mountpoint) cannot be reached")
    }
  }

  /// Takes the view off, if it is still what stands at its place: EINVAL otherwise. EBUSY while it
  /// is in use; `lazily`, it goes from the tree at once and ends when its last user does. Not to
  /// be called from a thread that serves requests: the kernel may send some first.
  package func detach(lazily: Bool) throws(MountFailure) {
    guard let top = try Self.topMount(at: mountpoint), top.mountID == mountID else {
      throw MountFailure(.invalid, "\(mountpoint) is not this bindlink view any more")
    }
    try Self.takeOff(mountpoint, lazily)
  }

  /// Has the kernel send what it has kept of the view's data; it does not wait for the answers (since
  /// Linux 6.16). From no thread that serves a request, and only while requests are served. Gives up
  /// after ten seconds: a backing may hang.
  package func writeBack() {
    let sync = Synchronisation(mountpoint)
    let thread = unsafe startThread(
      stackSize: 128 << 10, synchronise, Unmanaged.passRetained(sync).toOpaque())
    guard let thread else { return }
    pthread_detach(thread)
    sync.wait(seconds: 10)
  }

  /// Takes off what is left of the view when its connection has ended and its device is closed, as
  /// after `umount -f` of a view in use: a mount that answers ENOTCONN to everybody. Another view
  /// may stand there by then, to which the kernel has given the id and the device number anew; that
  /// one answers.
  package func detachIfDead() {
    guard (try? MountIdentity(at: mountpoint))?.mountID == mountID,
      unsafe bindlink_is_dead(mountpoint) != 0
    else { return }
    try? detach(lazily: true)
  }

  /// As `detach`, a view of whatever process, at an absolute and resolved path. ENOENT if there is
  /// no such place, EINVAL if it is no bindlink view, EPERM if it is another user's.
  package static func unmount(at mountpoint: String, lazily: Bool) throws(MountFailure) {
    guard let top = try topMount(at: mountpoint), top.type == type else {
      throw MountFailure(.invalid, "\(mountpoint) is not a bindlink view")
    }
    try takeOff(mountpoint, lazily)
  }

  /// Whether what is mounted on top at an absolute and resolved path is a bindlink view, of
  /// whatever process. Its server is not asked.
  package static func isView(at mountpoint: String) throws(MountFailure) -> Bool {
    try topMount(at: mountpoint)?.type == type
  }

  /// The mount whose root is at `place`, on top of any other there.
  private static func topMount(at place: String) throws(MountFailure) -> MountTable.Line? {
    do throws(Errno) {
      let top = try MountIdentity(at: place).mountID
      return try MountTable().mount(at: place, mountID: top)
    } catch {
      throw MountFailure(error, "\(place) cannot be reached")
    }
  }

  /// nil where the kernel leaves mounting to fusermount3.
  private static func mountDirectly(
    _ mountpoint: String, _ options: MountOptions
  ) throws(MountFailure) -> Int32? {
    let device = try FuseDevice.open()
    let data = options.kernelText(device: device)
    if unsafe mount(options.source, mountpoint, type, options.flags, data) == 0 {
      return device
    }
    let error = Errno(rawValue: errno)
    close(device)
    switch error {
    case .notPermitted: return nil
    case .noDevice: throw FuseDevice.missing(error, "the kernel has no FUSE")
    default: throw MountFailure(error, "the kernel refuses to mount on it")
    }
  }

  private static func takeOff(_ mountpoint: String, _ lazily: Bool) throws(MountFailure) {
    let flags = Int32(UMOUNT_NOFOLLOW | (lazily ? Int(MNT_DETACH) : 0))
    if unsafe umount2(mountpoint, flags) == 0 { return }
    switch Errno(rawValue: errno) {
    case .notPermitted: try Fusermount.unmount(mountpoint, lazily)
    case .busy: throw busy(mountpoint)
    case let error: throw MountFailure(error, "the kernel refuses")
    }
  }

  static func busy(_ mountpoint: String) -> MountFailure {
    MountFailure(
      .busy, "\(mountpoint) is in use",
      remedy: "end what uses it (fuser -vm \(mountpoint)), or unmount lazily")
  }
}

/// syncfs(2) of what is mounted at a place, on a thread of its own.
@safe
private final class Synchronisation: @unchecked Sendable {
  private let place: String
  private let isDone: UnsafeMutablePointer<sem_t>

  init(_ place: String) {
    self.place = place
    unsafe isDone = .allocate(capacity: 1)
    unsafe sem_init(isDone, 0, 0)
  }

  deinit {
    unsafe sem_destroy(isDone)
    unsafe isDone.deallocate()
  }

  func run() {
    let root = unsafe Glibc.open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if root != -1 {
      bindlink_syncfs(root)
      close(root)
    }
    unsafe sem_post(isDone)
  }

  func wait(seconds: Int) {
    var deadline = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    deadline.tv_sec += seconds
    while unsafe bindlink_wait(isDone, &deadline) == -1 && errno == EINTR {}
  }
}

private func synchronise(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Synchronisation>.fromOpaque(argument!).takeRetainedValue().run()
  return nil
}

/// /dev/fuse.
enum FuseDevice {
  static let path = "/dev/fuse"

  static func open() throws(MountFailure) -> Int32 {
    let device = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
    if device == -1 { throw failure(Errno(rawValue: errno)) }
    return device
  }

  /// What fusermount3 would fail with, said better.
  static func check() throws(MountFailure) {
    if unsafe access(path, R_OK | W_OK) == -1 { throw failure(Errno(rawValue: errno)) }
  }

  static func missing(_ error: Errno, _ what: String) -> MountFailure {
    MountFailure(
      error, what,
      remedy: "load it (modprobe fuse), or give the container the device (--device /dev/fuse)",
      isMissing: true)
  }

  private static func failure(_ error: Errno) -> MountFailure {
    switch error {
    case .accessDenied:
      MountFailure(
        error, "\(path) may not be opened", remedy: "as root: chmod 666 \(path)", isMissing: true)
    case .noEntry: missing(error, "\(path) does not exist")
    // ENXIO, ENODEV: no driver; EPERM: a container's device rules.
    default: missing(error, "\(path) cannot be opened")
    }
  }
}

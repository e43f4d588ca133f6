// The way to the kernel's events about backings (fanotify, which also an ordinary user may use). Who
// has no watcher, or cannot watch a directory, believes what he saw for one second.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

final class Watcher: Sendable {
  private static let ways = UInt64(
    BL_WATCH_MOVED_FROM | BL_WATCH_MOVED_TO | BL_WATCH_DELETED | BL_WATCH_SELF_MOVED
      | BL_WATCH_DIRECTORIES)
  private static let contents =
    ways
    | UInt64(
      BL_WATCH_CREATED | BL_WATCH_MODIFIED | BL_WATCH_ATTRIBUTES | BL_WATCH_CLOSED
        | BL_WATCH_CHILDREN)

  private struct Place: Hashable {
    let mount, device: UInt64
  }

  private let descriptor: Int32
  private let mounts: Int32
  private let stop: Int32
  /// Guards nothing else; taken alone.
  private let places = Guarded<[Place: Bool]>([:])
  private let isFull = Atomic(false)
  /// Held while a mark is made or taken away and the table is told, so that neither overtakes the
  /// other. Taken before `nodes`.
  let marking = Guarded(())
  /// Held while events are taken from the kernel and until what follows from them is written, or kept
  /// here for who writes it. Taken before all others but `changing`.
  let draining = Guarded(BackingChanges())

  /// Taken alone.
  let hostMounts = Guarded(HostMounts())

  /// Nil: not permitted here, or the kernel has none of it (Linux < 5.13).
  init?() {
    descriptor = bl_watch_open()
    guard descriptor >= 0 else { return nil }
    stop = bl_event_open()
    mounts = max(
      -1, unsafe bl_openat(System.currentDirectory, "/proc/self/mountinfo", 0, 0))
  }

  deinit {
    for raw in [descriptor, stop, mounts] where raw >= 0 { _ = bl_close(raw) }
  }

  /// Begins to watch what happens in a directory; nil: it cannot be watched.
  func mark(_ directory: Int32, mount: UInt64, device: UInt64) -> WatchKey? {
    guard isWatchable(directory, mount: mount, device: device), let key = key(of: directory) else {
      return nil
    }
    let result = bl_watch_add(descriptor, directory, Self.contents)
    if result == -28 { isFull.store(true, ordering: .relaxed) }  // ENOSPC
    return result < 0 ? nil : key
  }

  /// Begins to watch whether a directory moves, or what it holds is moved or removed.
  func markWay(_ directory: Int32) -> WatchKey? {
    guard let key = key(of: directory), bl_watch_add(descriptor, directory, Self.ways) >= 0 else {
      return nil
    }
    return key
  }

  func unmark(_ directory: Int32, keepingWay: Bool) {
    _ = bl_watch_remove(
      descriptor, directory, keepingWay ? Self.contents & ~Self.ways : Self.contents)
  }

  func unmarkWay(_ directory: Int32) { _ = bl_watch_remove(descriptor, directory, Self.ways) }

  func key(of directory: Int32) -> WatchKey? {
    var handle = bl_handle()
    guard unsafe bl_directory_handle(directory, &handle) >= 0 else { return nil }
    return handle.key
  }

  /// Whether the kernel is told all that happens there: not by a file system that others change over
  /// a network, or that a server makes up.
  func isWatchable(_ directory: Int32, mount: UInt64, device: UInt64) -> Bool {
    let place = Place(mount: mount, device: device)
    if let known = places.withLock({ $0[place] }) { return known }
    let isWatchable = !Self.remoteTypes.contains(bl_file_system_type(directory))
    places.withLock { $0[place] = isWatchable }
    return isWatchable
  }

  /// The user's marks are used up.
  var isAtLimit: Bool { isFull.load(ordering: .relaxed) }

  private static let remoteTypes: Set<Int64> = [
    // FUSE, NFS, CIFS, SMB2, SMB, 9P, Ceph, AFS, Coda
    0x6573_5546, 0x6969, 0xff53_4d42, 0xfe53_4d42, 0x517b, 0x0102_1997, 0x00c3_6400, 0x5346_414f,
    0x7375_7245,
    // GFS2, OCFS2, Lustre, GPFS, BeeGFS
    0x0116_1970, 0x7461_636f, 0x0bd0_0bd0, 0x4750_4653, 0x1983_0326,
    // VirtualBox, VMware, User Mode Linux; procfs, sysfs
    0x786f_4256, 0xbacb_acbc, 0x00c0_ffee, 0x9fa0, 0x6265_6572,
  ]

  // MARK: Events

  struct Event {
    let mask: UInt32
    let isOwn: Bool
    let directory: WatchKey
    let name: [UInt8]

    func says(_ bits: Int) -> Bool { mask & UInt32(bits) != 0 }
    var isOverflow: Bool { says(BL_WATCH_OVERFLOW) }
    /// The name came, went, or leads to something else.
    var changesName: Bool {
      says(BL_WATCH_CREATED | BL_WATCH_DELETED | BL_WATCH_MOVED_FROM | BL_WATCH_MOVED_TO)
    }
    var removesName: Bool { says(BL_WATCH_DELETED | BL_WATCH_MOVED_FROM) }
    var makesName: Bool { says(BL_WATCH_CREATED | BL_WATCH_MOVED_TO) }
    var isOfDirectory: Bool { says(BL_WATCH_DIRECTORIES) }
    /// Nothing but the data has changed, or whoever could change it has closed the file.
    var isOfData: Bool {
      says(Int(BL_WATCH_MODIFIED | BL_WATCH_CLOSED)) && !changesName
        && !says(Int(BL_WATCH_ATTRIBUTES))
    }
    var isOfItself: Bool { name == [UInt8(ascii: ".")] }
  }

  /// Bytes; a name and a file handle are not longer.
  private static let largestEvent = 1024

  /// All that has happened up to now.
  func events() -> [Event] {
    var events: [Event] = []
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    let own = getpid()
    var size: Int
    repeat {
      size = unsafe buffer.withUnsafeMutableBytes {
        unsafe bl_watch_read(descriptor, $0.baseAddress, $0.count)
      }
      guard size > 0 else { break }
      unsafe buffer.withUnsafeBytes { bytes in
        var position = 0
        var event = unsafe bl_watch_event()
        while unsafe bl_watch_next(bytes.baseAddress, size, &position, &event) != 0 {
          let name = unsafe event.name.map { unsafe Array(nameBytes($0)) } ?? []
          events.append(
            Event(
              mask: unsafe UInt32(truncatingIfNeeded: event.mask), isOwn: unsafe event.pid == own,
              directory: unsafe event.directory.key, name: name))
        }
      }
      // With room for one more, that was all; others may be making new ones as fast as they are read.
    } while size > buffer.count - Self.largestEvent
    return events
  }

  enum Wake {
    case events, mounts, stop
  }

  /// Waits for something to do; by the mounts' descriptor the kernel says once for each change.
  func wait() -> Wake {
    while true {
      let result = bl_watch_wait(descriptor, mounts, stop, -1)
      if result & 4 != 0 || result < 0 { return .stop }
      if result & 2 != 0 { return .mounts }
      if result & 1 != 0 { return .events }
    }
  }

  /// Changes of mounts up to now are no reason to wake.
  func passOverMounts() { _ = bl_watch_wait(-1, mounts, -1, 0) }

  /// True: it is time to end.
  func pause(milliseconds: Int32) -> Bool { bl_watch_wait(-1, -1, stop, milliseconds) & 4 != 0 }

  func end() { bl_event_signal(stop) }
}

extension bl_handle {
  fileprivate var key: WatchKey {
    WatchKey(
      words.0, words.1, words.2, words.3, words.4, words.5, words.6, words.7)
  }
}

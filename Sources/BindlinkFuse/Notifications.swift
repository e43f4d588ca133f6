// Messages that make the kernel forget what it has cached, written by a thread of their own: the
// kernel may take a directory's lock for one, and wait until a client that holds it has its answer
// from a worker. Who asks for messages waits until they are written (C7).
package import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import Glibc
import Synchronization

/// Thread-safe: all that changes is behind `state`.
@safe
package final class Notifications: Notifier, @unchecked Sendable {
  private enum Phase {
    /// Nothing has been served yet, so the kernel knows nothing.
    case waiting
    case running
    case closed
  }

  @safe
  private final class Notice {
    let invalidations: Invalidations
    /// Guarded by `state`.
    var result: Bool?
    let written: UnsafeMutablePointer<sem_t>

    init(_ invalidations: Invalidations) {
      self.invalidations = invalidations
      unsafe written = .allocate(capacity: 1)
      unsafe sem_init(written, 0, 0)
    }

    deinit {
      unsafe sem_destroy(written)
      unsafe written.deallocate()
    }
  }

  private struct State {
    var phase = Phase.waiting
    var queue: [Notice] = []
    /// Being written.
    var current: Notice?
    var kernelHasEpoch: Bool
  }

  private let device: Int32
  private let traces: Bool
  private let state: Guarded<State>
  private let nextUnique = Atomic<UInt64>(1 << 62)
  private let work: UnsafeMutablePointer<sem_t>
  /// Seconds after which nobody waits any longer for a kernel that is stuck.
  private let patience: Int

  package init(device: Int32, traces: Bool, usesEpoch: Bool = true, patience: Int = 10) {
    state = Guarded(State(kernelHasEpoch: usesEpoch))
    self.device = device
    self.traces = traces
    self.patience = patience
    unsafe work = .allocate(capacity: 1)
    unsafe sem_init(work, 0, 0)
  }

  deinit {
    unsafe sem_destroy(work)
    unsafe work.deallocate()
  }

  private func enqueue(_ notice: Notice) -> Bool {
    let isQueued = state.withLock { state in
      guard state.phase == .running else { return false }
      state.queue.append(notice)
      return true
    }
    if isQueued { unsafe sem_post(work) }
    return isQueued
  }

  package func post(_ invalidations: Invalidations) { _ = enqueue(Notice(invalidations)) }

  package func expireNames() {
    if state.withLock({ $0.phase == .running && $0.kernelHasEpoch }) { write(.epoch) }
  }

  package func expireAttributes(of node: NodeID) {
    guard state.withLock({ $0.phase == .running }) else { return }
    // A negative offset leaves the pages, for whose locks a client may be waiting, alone.
    write(.inode, fuse_notify_inval_inode_out(ino: node.rawValue, off: -1, len: 0))
  }

  /// Makes the kernel send a NOTIFY_REPLY, which asks for nothing, to the calling thread's processor.
  /// ENOENT: it has no such file; EINVAL: that is no regular one.
  func provokeReply(about file: NodeID) throws(Errno) {
    // The kernel counts its own up from 2; the highest bit marks what is sent again.
    let unique = nextUnique.add(2, ordering: .relaxed).newValue
    let error = write(
      .retrieve,
      fuse_notify_retrieve_out(
        notify_unique: unique, nodeid: file.rawValue, offset: 0, size: 0, padding: 0))
    if error != 0 { throw Errno(rawValue: error) }
  }

  package var isIdle: Bool { state.withLock { $0.queue.isEmpty && $0.current == nil } }

  package func send(_ invalidations: Invalidations) -> Bool {
    let notice = Notice(invalidations)
    guard enqueue(notice) else { return true }
    var deadline = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    deadline.tv_sec += patience
    while unsafe bindlink_wait(notice.written, &deadline) == -1 && errno == EINTR {}
    return state.withLock { _ in notice.result } ?? true
  }

  /// Requests are about to be served, and there will be a thread in `run`.
  package func open() {
    state.withLock { if $0.phase == .waiting { $0.phase = .running } }
  }

  /// Makes `run` return after what it is writing. Nobody waits any more.
  package func close() {
    let awaited = state.withLock { state in
      state.phase = .closed
      defer { state.queue = [] }
      return state.queue + [state.current].compactMap { $0 }
    }
    for notice in awaited { unsafe sem_post(notice.written) }
    unsafe sem_post(work)
  }

  /// The notifier's thread.
  package func run() {
    while true {
      while unsafe sem_wait(work) == -1 {}
      let (notice, isClosed) = state.withLock { state in
        state.current = state.queue.isEmpty ? nil : state.queue.removeFirst()
        return (state.current, state.phase == .closed)
      }
      if isClosed { return }
      guard let notice else { continue }
      let result = write(notice.invalidations)
      state.withLock { state in
        notice.result = result
        state.current = nil
      }
      unsafe sem_post(notice.written)
    }
  }

  private func write(_ invalidations: Invalidations) -> Bool {
    for node in invalidations.fences { expire(Self.nobodysName, in: node) }
    for (parent, name) in invalidations.dropped { expire(name, in: parent, flags: 0) }
    for node in invalidations.nodes {
      // Offset 0 and length -1: attributes and all pages.
      write(
        .inode,
        fuse_notify_inval_inode_out(ino: node.rawValue, off: 0, len: -1))
    }
    for (parent, name) in invalidations.entries { expire(name, in: parent) }
    guard invalidations.everyEntry else { return true }
    if state.withLock({ $0.kernelHasEpoch }) {
      // The kernel takes the directory's lock for this, which a reader holds until it has made entries
      // of what it got.
      for node in invalidations.listedDirectories { expire(Self.nobodysName, in: node) }
      let error = write(.epoch)
      // A connection that is gone has nothing cached either.
      if error != EINVAL { return true }
      state.withLock { $0.kernelHasEpoch = false }
    }
    return false
  }

  /// One byte longer than any file system's names: only the directory's lock is taken for it.
  private static let nobodysName = [UInt8](repeating: UInt8(ascii: "-"), count: 256)

  private func expire(_ name: [UInt8], in parent: NodeID, flags: UInt32 = expireOnly) {
    write(
      .entry,
      fuse_notify_inval_entry_out(
        parent: parent.rawValue, namelen: UInt32(name.count), flags: flags),
      name + [0])
  }

  private enum Code: Int32 {
    case inode = 2
    case entry = 3
    case retrieve = 5
    case epoch = 8
  }

  /// FUSE_EXPIRE_ONLY: the entry is looked up before its next use, but whoever works below it, or
  /// has mounted something there, keeps his place. Kernels before 6.2 drop it.
  private static let expireOnly: UInt32 = 1

  @discardableResult
  private func write<T: BitwiseCopyable>(_ code: Code, _ arguments: T, _ name: [UInt8] = [])
    -> Int32
  {
    var bytes = name
    unsafe withUnsafeBytes(of: arguments) { unsafe bytes.insert(contentsOf: $0, at: 0) }
    return write(code, bytes)
  }

  /// 0 or an errno.
  @discardableResult
  private func write(_ code: Code, _ arguments: [UInt8] = []) -> Int32 {
    let headerSize = MemoryLayout<fuse_out_header>.size
    var header = fuse_out_header()
    header.len = UInt32(headerSize + arguments.count)
    header.error = code.rawValue
    var arguments = arguments
    let result = unsafe withUnsafeMutablePointer(to: &header) { header in
      unsafe arguments.withUnsafeMutableBytes { arguments in
        var parts = unsafe [
          iovec(iov_base: header, iov_len: headerSize),
          iovec(iov_base: arguments.baseAddress, iov_len: arguments.count),
        ]
        return unsafe writeMessage(device, &parts, arguments.isEmpty ? 1 : 2, traces: traces)
      }
    }
    return result < 0 ? errno : 0
  }
}

extension Session {
  private static let notifierStackSize = 128 << 10

  /// False without a thread for it: then nothing may be served, for nobody could take it back.
  func startNotifier() -> Bool {
    threads.withLock { threads in
      guard
        let thread = unsafe startThread(
          stackSize: Self.notifierStackSize, runNotifier, Unmanaged.passUnretained(self).toOpaque())
      else { return false }
      notifications.open()
      threads.insert(notifier: thread)
      return true
    }
  }
}

extension Session {
  /// Without a thread for it nothing may be believed that has to be watched: false.
  func startWatcher() -> Bool {
    guard engine.isWatching else { return true }
    engine.prepareToWatch()
    return threads.withLock { threads in
      guard
        let thread = unsafe startThread(
          stackSize: Self.notifierStackSize * 2, runWatcher,
          Unmanaged.passUnretained(self).toOpaque())
      else { return false }
      threads.insert(watcher: thread)
      return true
    }
  }
}

private func runWatcher(_ session: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // `run` keeps the session alive until it has joined this thread.
  unsafe Unmanaged<Session>.fromOpaque(session!)._withUnsafeGuaranteedRef { session in
    session.engine.prepareWorker()
    session.engine.watchBackings()
    session.finishThread()
  }
  return nil
}

private func runNotifier(_ session: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // `run` keeps the session alive until it has joined this thread.
  unsafe Unmanaged<Session>.fromOpaque(session!)._withUnsafeGuaranteedRef { session in
    session.notifications.run()
    session.finishThread()
  }
  return nil
}

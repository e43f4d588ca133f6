// A FUSE connection being served: libfuse's session on a given descriptor, and the life of the
// threads that serve it. Nothing here knows whether the descriptor is /dev/fuse or a socket.
//
// Threads: `run`'s caller supervises (joins what has ended, wakes what must end), workers serve
// requests, one writes notifications, one waits for changes behind the view, and each lock request
// that has to wait and each control request has a thread of its own. A thread that is to leave a
// system call gets the wake signal, again and again until it has left, because a signal may come
// before the system call that it is meant for. The notifier cannot be woken: it may wait for a lock
// in the kernel until a worker has answered whoever holds it, so the workers go on until it has
// ended.
package import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc
import Synchronization

package struct SessionOptions: Sendable {
  /// POSIX ACLs decide: the kernel then checks all permissions itself.
  package var handlesACL = false
  /// One line per request to standard error.
  package var traces = false
  /// The kernel keeps the locks, which then count in this view alone.
  package var hasLocalLocks = false
  /// The kernel hands on later what is written.
  package var writesBack = false
  /// The kernel reads and writes open files itself where it permits that (CAP_SYS_ADMIN).
  package var passesThrough = false
  /// Requests come by io_uring where the kernel offers that.
  package var usesRings = false
  /// The kernel's epoch makes cached names void at once, where it has one; otherwise it keeps none.
  package var usesEpoch = true

  package init(
    handlesACL: Bool = false, traces: Bool = false, hasLocalLocks: Bool = false,
    writesBack: Bool = false, passesThrough: Bool = false, usesRings: Bool = false,
    usesEpoch: Bool = true
  ) {
    self.handlesACL = handlesACL
    self.hasLocalLocks = hasLocalLocks
    self.traces = traces
    self.writesBack = writesBack
    self.passesThrough = passesThrough
    self.usesRings = usesRings
    self.usesEpoch = usesEpoch
  }
}

/// Thread-safe: what changes after `init` is atomic, behind a mutex, or changed by `run` alone
/// while no other thread of the session exists.
@safe
package final class Session: @unchecked Sendable {
  enum Phase: UInt8, AtomicRepresentable {
    case serving
    /// The other end is gone.
    case ended
    /// `stop` was called.
    case stopping
  }

  let engine: Engine
  let options: SessionOptions
  let device: Int32
  let phase = Atomic(Phase.serving)
  /// INIT's flags as the kernel sent them, until INIT is answered; else 0.
  let offered = Atomic<UInt64>(0)
  /// Those of them that were added to libfuse's answer.
  let agreed = Atomic<UInt64>(0)
  /// Workers that wait for a request: each raises it before it waits, and lowers it after.
  let waitingWorkers = Atomic(0)
  let waitingRingWorkers = Atomic(0)
  let ringPhase = Atomic(RingPhase.none)
  /// First rings of a queue that there are, and that could not be had.
  let madeRings = Atomic(0)
  let refusedRings = Atomic(0)
  let threads = Guarded(ThreadSet())
  let notifications: Notifications
  private(set) var workerLimit = 1
  private var fuse: OpaquePointer?
  private let isStarted = Atomic(false)
  private let isToStop = Atomic(false)
  private let supervisor: UnsafeMutablePointer<sem_t>

  /// Takes over `device`, which is closed when `run` returns, and at the latest by `deinit`.
  package init(engine: Engine, device: Int32, options: SessionOptions) throws(MountFailure) {
    self.engine = engine
    self.options = options
    self.device = device
    notifications = Notifications(
      device: device, traces: options.traces, usesEpoch: options.usesEpoch)
    unsafe supervisor = .allocate(capacity: 1)
    unsafe sem_init(supervisor, 0, 0)
    var operations = fuseOperations()
    guard
      let session = unsafe bindlink_session_new(
        &operations, Unmanaged.passUnretained(self).toOpaque(), device, readMessage, writeMessage)
    else {
      throw MountFailure(Errno(rawValue: errno), "cannot set up a FUSE session")
    }
    unsafe fuse = session
    engine.connect(notifications)
    engine.supervise { [weak self] in self?.wakeSupervisor() }
  }

  deinit {
    destroy()
    unsafe sem_destroy(supervisor)
    unsafe supervisor.deallocate()
  }

  var fuseSession: OpaquePointer { unsafe fuse! }

  private func destroy() {
    if let session = unsafe fuse {
      unsafe fuse_session_destroy(session)
      unsafe fuse = nil
    }
  }

  /// Serves with at most `workers` threads until the other end is gone or `stop` is called; all
  /// threads have ended and the device is closed when it returns. For one call only.
  package func run(workers: Int) {
    guard !isStarted.exchange(true, ordering: .acquiringAndReleasing) else { return }
    WakeSignal.install()
    workerLimit = max(1, workers)
    if !isToStop.load(ordering: .acquiring), startNotifier(), startWatcher() {
      startWorker()
    }
    supervise()
    destroy()
  }

  /// Makes `run` return, from any thread but its own and those it started. Requests that are being
  /// served may be interrupted; clients of a mount that is still there get ENOTCONN from then on.
  package func stop() {
    isToStop.store(true, ordering: .releasing)
    wakeSupervisor()
  }

  /// The calling thread may wait with its request: it is the only one that it can have.
  var isOnRing: Bool { unsafe bindlink_thread()!.pointee.ring != nil }

  func wakeSupervisor() {
    unsafe sem_post(supervisor)
  }

  private func supervise() {
    while true {
      let isToStop = isToStop.load(ordering: .acquiring)
      if isToStop || phase.load(ordering: .acquiring) != .serving {
        notifications.close()
        engine.stopWatching()
      }
      let (isEmpty, isKicking) = threads.withLock { threads in
        threads.joinFinished()
        if isToStop && threads.notifier == nil {
          phase.store(.stopping, ordering: .releasing)
        }
        return (threads.isEmpty, threads.kick(phase.load(ordering: .acquiring)))
      }
      if isEmpty { return }
      if isKicking {
        wait(until: now() + 1_000_000)
      } else if let deadline = [engine.expireTransactions(), engine.restWriters()]
        .compactMap(\.self).min()
      {
        wait(until: deadline)
      } else {
        unsafe sem_wait(supervisor)
      }
    }
  }

  private func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Nanoseconds of the monotonic clock.
  private func wait(until time: UInt64) {
    var deadline = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    unsafe _ = bindlink_wait(supervisor, &deadline)
  }
}

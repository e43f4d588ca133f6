// The threads of a session: who lives, who has ended and is to be joined, who is to be woken.
import Glibc

/// Guarded by `Session.threads`; nothing else is locked while that is held.
struct ThreadSet {
  private(set) var workers: Set<pthread_t> = []
  private(set) var ringWorkers: Set<pthread_t> = []
  private(set) var notifier: pthread_t?
  private(set) var watcher: pthread_t?
  private var lockWaits: [pthread_t: LockWait] = [:]
  private var controlCalls: [pthread_t: ControlCall] = [:]
  private var finished: [pthread_t] = []

  var isEmpty: Bool {
    workers.isEmpty && ringWorkers.isEmpty && notifier == nil && watcher == nil && lockWaits.isEmpty
      && controlCalls.isEmpty
      && finished.isEmpty
  }
  var lockWaitCount: Int { lockWaits.count }
  var controlCallCount: Int { controlCalls.count }

  mutating func insert(worker: pthread_t) { workers.insert(worker) }

  mutating func insert(ringWorker thread: pthread_t) { ringWorkers.insert(thread) }

  mutating func insert(notifier thread: pthread_t) { notifier = thread }

  mutating func insert(watcher thread: pthread_t) { watcher = thread }

  mutating func insert(_ call: ControlCall, on thread: pthread_t) { controlCalls[thread] = call }

  mutating func insert(_ wait: LockWait, on thread: pthread_t) { lockWaits[thread] = wait }

  /// The calling thread does nothing of the session's any more but wake the supervisor.
  mutating func finish(_ thread: pthread_t) {
    workers.remove(thread)
    ringWorkers.remove(thread)
    if notifier == thread { notifier = nil }
    if watcher == thread { watcher = nil }
    endCall(on: thread)
    finished.append(thread)
  }

  /// The thread goes on with other requests.
  mutating func endCall(on thread: pthread_t) {
    controlCalls[thread] = nil
    lockWaits[thread] = nil
  }

  mutating func joinFinished() {
    for thread in finished {
      pthread_join(thread, nil)
    }
    finished.removeAll()
  }

  /// Sends the wake signal to whom it concerns; true if there was anyone.
  func kick(_ phase: Session.Phase) -> Bool {
    var kicks = false
    for (thread, wait) in lockWaits where phase != .serving || wait.isInterrupted {
      pthread_kill(thread, WakeSignal.number)
      kicks = true
    }
    if phase == .stopping {
      for thread in workers.union(ringWorkers).union(controlCalls.keys) {
        pthread_kill(thread, WakeSignal.number)
        kicks = true
      }
    }
    return kicks
  }
}

/// The signal that makes a blocking system call return EINTR. Its default is to be ignored, so
/// that it harms no process that gets it otherwise.
enum WakeSignal {
  static let number = SIGURG

  static func install() {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in }
    unsafe sigaction(number, &action, nil)
  }
}

/// Starts a thread with every signal blocked but the wake signal and those that report a fault of
/// the thread itself.
func startThread(
  stackSize: Int, _ main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?,
  _ argument: UnsafeMutableRawPointer
) -> pthread_t? {
  var mask = sigset_t()
  var previous = sigset_t()
  unsafe sigfillset(&mask)
  for signal in [
    WakeSignal.number, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS,
  ] {
    unsafe sigdelset(&mask, signal)
  }
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  unsafe pthread_attr_setstacksize(&attributes, stackSize)
  unsafe pthread_sigmask(SIG_SETMASK, &mask, &previous)
  var thread = pthread_t()
  let error = unsafe pthread_create(&thread, &attributes, main, argument)
  unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
  unsafe pthread_attr_destroy(&attributes)
  return error == 0 ? thread : nil
}

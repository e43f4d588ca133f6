// A lock request that waits, on a thread of its own, until it has the lock, its caller is
// interrupted (a signal, a kill), or the session ends. A client that could not be interrupted
// would be stuck for good. Who gets a lock hears of it when the kernel has forgotten what others
// have overwritten meanwhile: the locks of both sides of the view guard what is read under them.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc
import Synchronization

@safe
final class LockWait: @unchecked Sendable {
  enum Wanted {
    case range(HandleID, owner: UInt64, FileLock)
    /// LOCK_SH, LOCK_EX or LOCK_UN.
    case wholeFile(HandleID, operation: Int32)

    var handle: HandleID {
      switch self {
      case .range(let handle, _, _), .wholeFile(let handle, _): handle
      }
    }

    var isUnlocking: Bool {
      switch self {
      case .range(_, _, let lock): lock.type == F_UNLCK
      case .wholeFile(_, let operation): operation == LOCK_UN
      }
    }

    func take(from engine: Engine, waits: Bool) throws(Errno) {
      switch self {
      case .range(let handle, let owner, let lock):
        try engine.setLock(handle, owner: owner, lock, waits: waits)
      case .wholeFile(let handle, let operation):
        try engine.lockWholeFile(handle, operation: waits ? operation : operation | LOCK_NB)
      }
    }
  }

  private let session: Session
  private let request: fuse_req_t
  private let wanted: Wanted
  private let isTaken: Bool
  private let interruption = Atomic(false)
  /// For the trace: what the worker noted of the request.
  private let origin: bindlink_thread

  /// `isTaken`: the lock is there, and the kernel has still to forget.
  init(_ session: Session, _ request: consuming Request, _ wanted: Wanted, isTaken: Bool) {
    self.session = session
    self.isTaken = isTaken
    unsafe self.request = unsafe request.handOver()
    self.wanted = wanted
    unsafe origin = unsafe bindlink_thread()!.pointee
  }

  /// The supervisor sends the wake signal for as long as this is true.
  var isInterrupted: Bool { interruption.load(ordering: .acquiring) }

  fileprivate func interrupt() {
    interruption.store(true, ordering: .releasing)
    session.wakeSupervisor()
  }

  /// Without a thread for it. Who has his lock already is not refused it.
  func giveUp() {
    if isTaken {
      session.engine.catchUp(wanted.handle)
      return unsafe Request(request).succeed()
    }
    unsafe Request(request).fail(Errno(rawValue: ENOLCK))
  }

  /// On a thread that the worker has handed the request to.
  fileprivate func waitApart() {
    session.engine.prepareWorker()
    if session.options.traces {
      unsafe Trace.begin(unique: origin.unique, node: origin.nodeid, opcode: origin.opcode)
    }
    wait()
    session.finishThread()
  }

  fileprivate func wait() {
    unsafe fuse_req_interrupt_func(
      request, interruptLockWait, Unmanaged.passUnretained(self).toOpaque())
    // The interrupt may have come before there was anyone to tell.
    if unsafe fuse_req_interrupted(request) != 0 {
      interrupt()
    }
    let result = isTaken ? .success(()) : takeLock()
    if case .success = result { session.engine.catchUp(wanted.handle) }
    // Returns when no interrupt is being told any more: then nobody uses `self` behind its back.
    unsafe fuse_req_interrupt_func(request, nil, nil)
    switch result {
    case .success: unsafe Request(request).succeed()
    case .failure(let error): unsafe Request(request).fail(error)
    }
  }

  private func takeLock() -> Result<Void, Errno> {
    while !isInterrupted && session.phase.load(ordering: .acquiring) == .serving {
      do throws(Errno) {
        try wanted.take(from: session.engine, waits: true)
        return .success(())
      } catch {
        if error != .interrupted { return .failure(error) }
      }
    }
    return .failure(.interrupted)
  }
}

extension Session {
  /// Requests at a time that wait for a lock; the next one gets ENOLCK.
  private static let lockWaitLimit = 4096
  /// The same with rings, of which each takes memory and a descriptor, as its lock does.
  private var ringLockWaitLimit: Int { min(1024, engine.descriptorShare / 2) }
  private static let lockStackSize = 256 << 10

  func waitForLock(
    _ request: consuming Request, _ wanted: LockWait.Wanted, isTaken: Bool = false
  ) {
    let wait = LockWait(self, request, wanted, isTaken: isTaken)
    if isOnRing {
      let isDone = callOnRing { threads in
        guard isTaken || threads.lockWaitCount < ringLockWaitLimit else { return false }
        threads.insert(wait, on: pthread_self())
        return true
      } call: {
        wait.wait()
      }
      if !isDone { wait.giveUp() }
      return
    }
    let isStarted = threads.withLock { threads in
      guard isTaken || threads.lockWaitCount < Self.lockWaitLimit,
        let thread = unsafe startThread(
          stackSize: Self.lockStackSize, runLockWait, Unmanaged.passUnretained(wait).toOpaque())
      else { return false }
      // From here on the thread set holds the wait.
      threads.insert(wait, on: thread)
      return true
    }
    if !isStarted { wait.giveUp() }
  }
}

private func runLockWait(_ wait: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let wait = unsafe Unmanaged<LockWait>.fromOpaque(wait!).takeUnretainedValue()
  wait.waitApart()
  return nil
}

private func interruptLockWait(_: fuse_req_t?, _ wait: UnsafeMutableRawPointer?) {
  unsafe Unmanaged<LockWait>.fromOpaque(wait!).takeUnretainedValue().interrupt()
}

// The workers: who reads the next request, and how many there are. One that takes a request while
// no other waits starts one more, so that a request that blocks never holds up the next.
//
// Ways of waking that were compared on two cores of a virtual machine (Linux 6.18, 2026-11-22): microseconds
// for an open and a close, by 1, 2 and 8 clients in a loop. A server in C that does nothing else, with one
// thread: 160, 65, 23; one that spins for 30 us: 45, 32, 23; two threads: 70, 31, 22; one on each
// processor: 44, 26, 24; four: 69, 40, 22; two with a device each (clone_fd): 68, 26, 23. These workers:
// 69, 50, 31; on processors of their own: 68, 65, 22; with only two kept idle: 84, 71, 57. Over io_uring:
// 45, 19, 19. So io_uring comes first. For one client alone in another session than the server it is 105
// against 55 here, since the scheduler then moves him to the other, sleeping processor with each answer.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc
import Synchronization

/// What a worker reads into and answers from, mapped for it alone. Untouched pages cost nothing.
@safe
struct WorkerBuffers: ~Copyable {
  static let pageSize = 4096
  /// The largest READ and WRITE that is negotiated.
  static let replySize = 1 << 20
  /// The largest message: libfuse's buffer for that size.
  static let requestSize = replySize + pageSize

  private let base: UnsafeMutableRawPointer
  private static let size = replySize + pageSize + requestSize

  init?() {
    guard
      let base = unsafe mmap(
        nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe base != MAP_FAILED
    else { return nil }
    unsafe self.base = unsafe base
  }

  deinit {
    unsafe munmap(base, Self.size)
  }

  var reply: UnsafeMutableRawPointer { unsafe base }

  /// The most bytes of fixed arguments that a request has.
  static let largestArguments = 256

  var ringHeaders: UnsafeMutableRawPointer { unsafe base + Self.replySize }
  var payload: UnsafeMutableRawPointer { unsafe base + (Self.replySize + Self.pageSize) }

  /// Placed so that the data of a WRITE, after its headers, begins at a page.
  var request: UnsafeMutableRawPointer {
    let headers = MemoryLayout<fuse_in_header>.size + MemoryLayout<fuse_write_in>.size
    return unsafe base + (Self.replySize + Self.pageSize - headers)
  }
}

extension Session {
  /// Workers that may wait at the same time.
  private static let idleLimit = 4
  private static let stackSize = 512 << 10

  @inline(never)
  func startWorker() {
    threads.withLock { threads in
      guard threads.workers.count < workerLimit,
        let thread = unsafe startThread(
          stackSize: Self.stackSize, runWorker, Unmanaged.passUnretained(self).toOpaque())
      else { return }
      threads.insert(worker: thread)
    }
  }

  fileprivate func serveRequests() {
    engine.prepareWorker()
    if let buffers = WorkerBuffers() {
      let thread = unsafe bindlink_thread()!
      unsafe thread.pointee.reply_buffer = buffers.reply
      var message = unsafe fuse_buf()
      unsafe message.mem = buffers.request
      waitingWorkers.add(1, ordering: .relaxed)
      while phase.load(ordering: .relaxed) == .serving {
        let size = unsafe fuse_session_receive_buf(fuseSession, &message)
        if size == -EINTR { continue }
        if size <= 0 {
          end()
          break
        }
        let waiting = waitingWorkers.subtract(1, ordering: .relaxed).newValue
        unsafe serve(&message, isLastReader: waiting == 0)
        if waitingWorkers.add(1, ordering: .relaxed).newValue > Self.idleLimit { break }
      }
      waitingWorkers.subtract(1, ordering: .relaxed)
    }
    finishThread()
  }

  /// Waits until all requests that were sent are answered, for ten seconds at most: others may be sending
  /// more all the time.
  package func awaitIdleness() {
    var (patience, idle) = (10_000, 0)
    // Twice in a row, since a worker that has just read one counts as waiting for a moment yet.
    while idle < 2, patience > 0, phase.load(ordering: .relaxed) == .serving {
      let (workers, ringWorkers) = threads.withLock { ($0.workers.count, $0.ringWorkers.count) }
      var poll = pollfd(fd: device, events: Int16(POLLIN), revents: 0)
      let isIdle =
        unsafe waitingWorkers.load(ordering: .relaxed) == workers
        && waitingRingWorkers.load(ordering: .relaxed) == ringWorkers
        && Glibc.poll(&poll, 1, 0) == 0
      idle = isIdle ? idle + 1 : 0
      patience -= 1
      usleep(1_000)
    }
  }

  /// The other end is gone: nothing more will come.
  func end() {
    _ = phase.compareExchange(
      expected: .serving, desired: .ended, ordering: .acquiringAndReleasing)
  }

  func finishThread() {
    threads.withLock { $0.finish(pthread_self()) }
    wakeSupervisor()
  }

  func serve(_ message: UnsafeMutablePointer<fuse_buf>, isLastReader: Bool) {
    let request = unsafe UnsafeRawPointer(message.pointee.mem!)
    let header = unsafe request.assumingMemoryBound(to: fuse_in_header.self)
    if options.traces { unsafe Trace.begin(header) }
    switch unsafe RequestCheck.verdict(request, size: message.pointee.size) {
    case .serve(let opcode):
      if isLastReader && opcode != .forget && opcode != .batchForget {
        startWorker()
      }
      if opcode.treatment == .direct {
        unsafe serveDirectly(DirectRequest(header, device, options), opcode)
      } else if opcode == .`init` {
        unsafe answerInit(message)
      } else {
        unsafe fuse_session_process_buf(fuseSession, message)
      }
    case .refuse(let error):
      unsafe DirectRequest(header, device, options).fail(error)
    case .drop:
      break
    }
    if options.traces { Trace.end() }
  }
}

private func runWorker(_ session: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // `run` keeps the session alive until it has joined this thread.
  unsafe Unmanaged<Session>.fromOpaque(session!)._withUnsafeGuaranteedRef { $0.serveRequests() }
  return nil
}

// FUSE over io_uring, where the machine has it on: the kernel hands requests to threads of the processor
// that they come from, one entry each, the thread first that was last in use; so whoever waits for an answer
// mostly gives way to the one that makes it. FORGET and INTERRUPT come by the device all the same, whose
// workers stay.
//
// A thread that has taken a request can be given no other until it has answered, so it may wait for a
// lock itself. One that takes a request while few of its processor wait starts one more. What comes while
// all are taken, by processes that wait for locks, say, the kernel (fs/fuse/dev_uring.c, 6.14 to 6.18 at
// least) gives to none of the new ones: it comes when a request of that processor has been answered. So
// a new one has the kernel send a request that asks for nothing.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc
import Synchronization

/// The kernel's queue of one processor.
final class RingQueue: Sendable {
  fileprivate let session: Session
  fileprivate let processor: UInt32
  /// Threads that wait for a request, or are about to.
  fileprivate let waiting = Atomic(0)
  /// All its threads. Raised with `Session.threads` locked.
  fileprivate let threads = Atomic(0)
  /// Those that wait for what another request may have to end.
  fileprivate let held = Atomic(0)

  fileprivate init(_ session: Session, _ processor: UInt32) {
    self.session = session
    self.processor = processor
  }
}

enum RingPhase: UInt8, AtomicRepresentable {
  case none
  /// The first ring of each queue is being made, or there is one, while INIT is answered.
  case making
  case serving
  /// Requests come by the device.
  case refused
}

extension Session {
  /// More processors than this are not worth the memory.
  private static let processorLimit = 256
  private static let stackSize = 512 << 10
  /// Entries of a processor that are kept free, so that few requests find all taken.
  private static let spareEntries = 2

  /// As many queues as the kernel has: one for each processor that there may ever be, not only for those
  /// that are there. 0 if that is not known, or if their numbers have gaps.
  private static let queueCount: Int = {
    let path = "/sys/devices/system/cpu/possible"
    guard let file = unsafe fopen(path, "re") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard unsafe fgets(&line, Int32(line.count), file) != nil else { return 0 }
    // "0", "0-3".
    let text = String(decoding: line.prefix { $0 > 32 }.map { UInt8($0) }, as: UTF8.self)
    let numbers = text.split(separator: "-").map { Int($0) }
    guard numbers.first == 0, numbers.count <= 2, let last = numbers.last ?? nil else { return 0 }
    return last + 1
  }()

  /// The threads of a processor that need not wait for others' requests.
  private var ringWorkerLimit: Int {
    max(1, min(workerLimit, engine.descriptorShare / Self.queueCount))
  }

  /// Makes a ring for each processor, which is to be sure of before it is agreed on: from then on the
  /// kernel lets everybody wait for all of them. False, and none is left, if one cannot be had.
  func makeRings() -> Bool {
    guard (1...Self.processorLimit).contains(Self.queueCount),
      bindlink_may_use_all_processors() != 0
    else { return false }
    ringPhase.store(.making, ordering: .releasing)
    var isRefused = false
    for processor in 0..<UInt32(Self.queueCount) where !isRefused {
      isRefused = !startRingWorker(RingQueue(self, processor))
    }
    while !isRefused, madeRings.load(ordering: .acquiring) < Self.queueCount {
      isRefused = refusedRings.load(ordering: .acquiring) > 0
      usleep(100)
    }
    if isRefused { ringPhase.store(.refused, ordering: .releasing) }
    return !isRefused
  }

  /// INIT is answered.
  func useRings(_ isAgreed: Bool) {
    ringPhase.store(isAgreed ? .serving : .refused, ordering: .releasing)
  }

  /// True if the queue has one more thread, or gets it.
  @inline(never)
  @discardableResult
  private func startRingWorker(_ queue: RingQueue) -> Bool {
    threads.withLock { threads in
      let busy = queue.threads.load(ordering: .relaxed) - queue.held.load(ordering: .relaxed)
      guard busy < ringWorkerLimit else { return false }
      let context = unsafe Unmanaged.passRetained(queue)
      guard
        let thread = unsafe startThread(
          stackSize: Self.stackSize, runRingWorker, context.toOpaque())
      else {
        unsafe context.release()
        return false
      }
      queue.threads.add(1, ordering: .relaxed)
      threads.insert(ringWorker: thread)
      return true
    }
  }

  /// Does what may have to wait until other requests are served, on the thread that took it. False, and
  /// nothing is done, if `enter` says so, or if no thread of the processor would be left.
  func callOnRing(enter: (inout ThreadSet) -> Bool, call: () -> Void) -> Bool {
    let context = unsafe bindlink_thread()!.pointee.ring_queue!
    let queue = unsafe Unmanaged<RingQueue>.fromOpaque(context).takeUnretainedValue()
    guard threads.withLock({ enter(&$0) }) else { return false }
    defer { threads.withLock { $0.endCall(on: pthread_self()) } }
    let held = queue.held.add(1, ordering: .relaxed).newValue
    defer { queue.held.subtract(1, ordering: .relaxed) }
    if queue.waiting.load(ordering: .relaxed) < Self.spareEntries, !startRingWorker(queue),
      queue.threads.load(ordering: .relaxed) <= held
    {
      return false
    }
    call()
    return true
  }

  fileprivate func serveRing(_ queue: RingQueue) {
    engine.prepareWorker()
    bindlink_stay_on_processor(queue.processor)
    let isFirst = ringPhase.load(ordering: .acquiring) == .making
    if let buffers = WorkerBuffers(), let ring = unsafe makeRing(queue, buffers, isFirst: isFirst) {
      let thread = unsafe bindlink_thread()!
      unsafe thread.pointee.ring = unsafe ring
      unsafe thread.pointee.ring_queue = Unmanaged.passUnretained(queue).toOpaque()
      if isFirst ? isAgreed() : true {
        if !isFirst { unsafe join(queue, ring) }
        unsafe serveRing(queue, ring, buffers)
      }
      unsafe thread.pointee.ring = nil
      unsafe bindlink_ring_free(ring)
    } else if isFirst {
      refusedRings.add(1, ordering: .releasing)
    }
    queue.threads.subtract(1, ordering: .relaxed)
    finishThread()
  }

  /// Further ones are tried again while no other thread waits for requests.
  private func makeRing(
    _ queue: RingQueue, _ buffers: borrowing WorkerBuffers, isFirst: Bool
  ) -> OpaquePointer? {
    while true {
      if let ring = unsafe bindlink_ring_new(
        device, queue.processor, buffers.ringHeaders, buffers.payload, WorkerBuffers.replySize)
      {
        if isFirst { madeRings.add(1, ordering: .releasing) }
        return unsafe ring
      }
      if isFirst || queue.waiting.load(ordering: .relaxed) > 0
        || phase.load(ordering: .relaxed) != .serving
      {
        return nil
      }
      usleep(10_000)
    }
  }

  /// Waits until INIT is answered.
  private func isAgreed() -> Bool {
    while ringPhase.load(ordering: .acquiring) == .making,
      phase.load(ordering: .relaxed) == .serving
    {
      usleep(100)
    }
    return ringPhase.load(ordering: .acquiring) == .serving
  }

  /// Adds the thread's entry, and has the kernel send a request that asks for nothing, so that those come
  /// that wait already. There is a file for that as long as anybody waits for a file's lock.
  private func join(_ queue: RingQueue, _ ring: OpaquePointer) {
    guard unsafe bindlink_ring_register(ring) == 0,
      bindlink_is_on_processor(queue.processor) != 0
    else { return }
    for _ in 0..<8 {
      guard let file = engine.someOpenFile() else { return }
      do throws(Errno) {
        return try notifications.provokeReply(about: file)
      } catch {
        // It was closed meanwhile.
        continue
      }
    }
  }

  private func serveRing(
    _ queue: RingQueue, _ ring: OpaquePointer, _ buffers: borrowing WorkerBuffers
  ) {
    queue.waiting.add(1, ordering: .relaxed)
    waitingRingWorkers.add(1, ordering: .relaxed)
    while phase.load(ordering: .relaxed) == .serving {
      let result = unsafe bindlink_ring_next(ring)
      if result == -EINTR { continue }
      if result == -ENOTCONN {
        end()
        break
      }
      if result != 0 {
        // Nobody serves the queue then, and the connection may live.
        stop()
        break
      }
      waitingRingWorkers.subtract(1, ordering: .relaxed)
      if queue.waiting.subtract(1, ordering: .relaxed).newValue < Self.spareEntries {
        startRingWorker(queue)
      }
      unsafe serve(ring, buffers)
      unsafe bindlink_ring_answer_anyway(ring)
      queue.waiting.add(1, ordering: .relaxed)
      waitingRingWorkers.add(1, ordering: .relaxed)
    }
    queue.waiting.subtract(1, ordering: .relaxed)
    waitingRingWorkers.subtract(1, ordering: .relaxed)
  }

  private func serve(_ ring: OpaquePointer, _ buffers: borrowing WorkerBuffers) {
    let header = unsafe bindlink_ring_header(ring)!
    let thread = unsafe bindlink_thread()!
    let opcode = unsafe Opcode(rawValue: header.pointee.opcode)
    let size = opcode?.shape.fixed ?? 0
    let payload = unsafe bindlink_ring_payload_size(ring)
    guard size <= WorkerBuffers.largestArguments, payload <= WorkerBuffers.replySize else { return }
    // What has nothing in the payload is read straight into it.
    unsafe thread.pointee.reply_buffer =
      payload == 0 ? unsafe buffers.payload : unsafe buffers.reply
    var message = unsafe fuse_buf()
    unsafe message.mem = unsafe bindlink_ring_request(ring, size)
    unsafe message.size = MemoryLayout<fuse_in_header>.size + size + payload
    unsafe serve(&message, isLastReader: false)
  }
}

private func runRingWorker(_ queue: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let queue = unsafe Unmanaged<RingQueue>.fromOpaque(queue!).takeRetainedValue()
  queue.session.serveRing(queue)
  return nil
}

// FUSE over io_uring, where the machine has it on: the kernel hands requests to threads of the processor
// that they come from, one entry each, the thread first that was last in use; so whoever waits for an answer
// mostly gives way to the one that makes it. FORGET and INTERRUPT come by the device all the same, whose
// workers stay.
//
// A thread that has taken a request can be given no other until it has answered, so it may wait for a
// lock itself. One that takes a request while few of its processor wait starts one more. What comes while
// all are taken, by processes that wait for locks, say, is given to none of the new ones by itself: see
// bindlink_ring_join.
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
  /// It has a thread that stays until the end.
  fileprivate let isServed = Atomic(false)

  fileprivate init(_ session: Session, _ processor: UInt32) {
    self.session = session
    self.processor = processor
  }
}

extension Session {
  /// More processors than this are not worth the memory.
  private static let processorLimit = 256
  private static let stackSize = 512 << 10
  /// Entries of a processor that are kept free, so that few requests find all taken.
  private static let spareEntries = 2

  /// As many queues as the kernel has: one for each processor that there may ever be, not only for those
  /// that are there. 0 if that is not known.
  private static let queueCount: Int = {
    let path = "/sys/devices/system/cpu/possible"
    guard let file = unsafe fopen(path, "re") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard unsafe fgets(&line, Int32(line.count), file) != nil else { return 0 }
    // "0", "0-3": the last number.
    let digits = line.prefix { $0 != 0 && $0 != CChar(10) }.reversed().prefix {
      (CChar(48)...57).contains($0)
    }
    let last = Int(String(decoding: digits.reversed().map { UInt8($0) }, as: UTF8.self))
    return last.map { $0 + 1 } ?? 0
  }()

  /// To be sure of before it is agreed on: from then on the kernel lets everybody wait for the rings.
  static var canServeRings: Bool {
    (1...processorLimit).contains(queueCount) && bindlink_ring_is_possible() != 0
  }

  /// A thread for each processor, since the kernel waits for all of them. Ends the session if one cannot be
  /// had.
  func startRings() {
    for processor in 0..<UInt32(Self.queueCount) {
      if !startRingWorker(RingQueue(self, processor)) { stop() }
    }
  }

  @inline(never)
  @discardableResult
  private func startRingWorker(_ queue: RingQueue) -> Bool {
    threads.withLock { threads in
      // Those that wait for a lock, or for the notifier, hold up nobody.
      let limit =
        workerLimit * Self.queueCount + threads.lockWaitCount + threads.controlCallCount
      guard threads.ringWorkers.count < limit else { return false }
      let context = unsafe Unmanaged.passRetained(queue)
      guard
        let thread = unsafe startThread(
          stackSize: Self.stackSize, runRingWorker, context.toOpaque())
      else {
        unsafe context.release()
        return false
      }
      threads.insert(ringWorker: thread)
      return true
    }
  }

  fileprivate func serveRing(_ queue: RingQueue) {
    engine.prepareWorker()
    bindlink_stay_on_processor(queue.processor)
    if let buffers = WorkerBuffers(),
      let ring = unsafe bindlink_ring_new(
        device, queue.processor, buffers.ringHeaders, buffers.payload, WorkerBuffers.replySize)
    {
      let thread = unsafe bindlink_thread()!
      unsafe thread.pointee.ring = unsafe ring
      queue.isServed.store(true, ordering: .relaxed)
      let file = openedFile.load(ordering: .relaxed)
      // Without one nobody waits for a lock of a file yet. Of directories' locks more than the spare
      // entries can hold up the rest then, until another request comes.
      if file != 0 { unsafe bindlink_ring_join(ring, file) }
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
      unsafe thread.pointee.ring = nil
      unsafe bindlink_ring_free(ring)
    } else if !queue.isServed.load(ordering: .relaxed) {
      // The kernel would wait for this queue for ever.
      stop()
    }
    finishThread()
  }

  private func serve(_ ring: OpaquePointer, _ buffers: borrowing WorkerBuffers) {
    let header = unsafe bindlink_ring_header(ring)!
    let thread = unsafe bindlink_thread()!
    let opcode = unsafe Opcode(rawValue: header.pointee.opcode)
    let size = opcode?.shape.fixed ?? 0
    let payload = unsafe bindlink_ring_payload_size(ring)
    if opcode == .open || opcode == .flush {
      let node = unsafe header.pointee.nodeid
      if openedFile.load(ordering: .relaxed) != node { openedFile.store(node, ordering: .relaxed) }
    }
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

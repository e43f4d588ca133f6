// Ioctls: those of control, which speak to the view itself, and a file's attributes.
//
// A control request has a thread of its own, because it may wait for the notifier, which may wait
// for a client, which may wait for a worker: with requests enough, no worker would be left.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addControl(to table: inout fuse_lowlevel_ops) {
  unsafe table.ioctl = control
}

private func control(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _ command: UInt32, _: UnsafeMutableRawPointer?,
  _ info: UnsafeMutablePointer<fuse_file_info>?, _: UInt32, _ input: UnsafeRawPointer?,
  _ inputSize: Int, _ outputSize: Int
) {
  unsafe serve(request) { request, session in
    let input = unsafe UnsafeRawBufferPointer(start: input, count: inputSize)
    if command == ControlMessage.ioctl {
      session.answerControl(request, message: unsafe Array(input), outputSize: outputSize)
      return
    }
    let output = unsafe request.buffer(size: outputSize)
    do throws(Errno) {
      let count = try unsafe session.engine.control(
        HandleID(info), of: NodeID(node), command: command, input: input, output: output)
      unsafe request.answer(control: UnsafeRawBufferPointer(rebasing: output[..<count]))
    } catch {
      request.fail(error)
    }
  }
}

@safe
final class ControlCall: @unchecked Sendable {
  private let session: Session
  private let request: fuse_req_t
  private let message: [UInt8]
  private let caller: Caller
  /// For the trace: what the worker noted of the request.
  private let origin: bindlink_thread

  init(_ session: Session, _ request: consuming Request, _ message: [UInt8]) {
    self.session = session
    self.message = message
    caller = request.caller
    unsafe self.request = unsafe request.handOver()
    unsafe origin = unsafe bindlink_thread()!.pointee
  }

  /// Without a thread for it.
  func giveUp() {
    unsafe Request(request).fail(.again)
  }

  /// On a thread that the worker has handed the request to.
  fileprivate func runApart() {
    session.engine.prepareWorker()
    if session.options.traces {
      unsafe Trace.begin(unique: origin.unique, node: origin.nodeid, opcode: origin.opcode)
    }
    run()
    session.finishThread()
  }

  fileprivate func run() {
    do throws(Errno) {
      let answer = try session.engine.control(message: message, from: caller)
      unsafe answer.withUnsafeBytes { unsafe Request(request).answer(control: $0) }
    } catch {
      unsafe Request(request).fail(error)
    }
  }
}

extension Session {
  /// Control requests at a time; the next one gets EAGAIN. Half of them are for those who may
  /// change the table.
  private static let controlCallLimit = 64
  private static let controlStackSize = 512 << 10

  fileprivate func answerControl(
    _ request: consuming Request, message: [UInt8], outputSize: Int
  ) {
    guard message.count == ControlMessage.size, outputSize == ControlMessage.size else {
      request.fail(.invalid)
      return
    }
    let uid = request.caller.uid
    let limit = Self.controlCallLimit / (uid == 0 || uid == geteuid() ? 1 : 2)
    let call = ControlCall(self, request, message)
    if isOnRing {
      let isDone = callOnRing { threads in
        guard threads.controlCallCount < limit else { return false }
        threads.insert(call, on: pthread_self())
        return true
      } call: {
        call.run()
      }
      if !isDone { call.giveUp() }
      return
    }
    let isStarted = threads.withLock { threads in
      guard threads.controlCallCount < limit,
        let thread = unsafe startThread(
          stackSize: Self.controlStackSize, runControlCall,
          Unmanaged.passUnretained(call).toOpaque())
      else { return false }
      // From here on the thread set holds the call.
      threads.insert(call, on: thread)
      return true
    }
    if !isStarted { call.giveUp() }
  }
}

private func runControlCall(_ call: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let call = unsafe Unmanaged<ControlCall>.fromOpaque(call!).takeUnretainedValue()
  call.runApart()
  return nil
}

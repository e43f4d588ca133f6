// How messages get from the device to libfuse and back.
import CBindlinkFuse
import Glibc

/// libfuse's read hook. Gives whole requests only; at the end of the connection it marks the
/// session as ended and returns EINTR, on which libfuse does nothing. (Its own way, a flag of the
/// session, would drop requests that other workers have just read.)
func readMessage(
  _ device: Int32, _ buffer: UnsafeMutableRawPointer?, _ size: Int,
  _ userdata: UnsafeMutableRawPointer?
) -> Int {
  while true {
    let count = unsafe Glibc.read(device, buffer!, min(size, WorkerBuffers.requestSize))
    if count >= MemoryLayout<fuse_in_header>.size { return count }
    switch count == -1 ? errno : 0 {
    case EINTR:
      return -1
    case ENOENT:
      // The request was taken back before it could be read.
      continue
    case 0 where count > 0:
      // Too short to have an answer.
      continue
    default:
      unsafe Unmanaged<Session>.fromOpaque(userdata!)._withUnsafeGuaranteedRef { $0.end() }
      errno = EINTR
      return -1
    }
  }
}

/// libfuse's writev hook, and the way of the answers made here. A reply that nobody waits for any
/// more, because the request or the connection is gone, is ENOENT: its lookup counts and handles
/// are to be taken back.
func writeMessage(
  _ device: Int32, _ parts: UnsafeMutablePointer<iovec>?, _ count: Int32,
  _ userdata: UnsafeMutableRawPointer?
) -> Int {
  unsafe Unmanaged<Session>.fromOpaque(userdata!)._withUnsafeGuaranteedRef { session in
    if session.isNegotiating { unsafe session.amend(initAnswer: parts!, count) }
    return unsafe writeMessage(device, parts!, count, traces: session.options.traces)
  }
}

func writeMessage(
  _ device: Int32, _ parts: UnsafeMutablePointer<iovec>, _ count: Int32, traces: Bool
) -> Int {
  if traces {
    unsafe Trace.reply(parts[0].iov_base!.assumingMemoryBound(to: fuse_out_header.self))
  }
  if let ring = unsafe bindlink_thread()!.pointee.ring {
    let result = unsafe bindlink_ring_answer(ring, parts, count)
    if result != 0 { return result }
  }
  while true {
    let result = unsafe writev(device, parts, count)
    if result >= 0 { return result }
    switch errno {
    case EINTR: continue
    case ENODEV, EPIPE, ECONNRESET, ENOTCONN: errno = ENOENT
    default: break
    }
    return -1
  }
}

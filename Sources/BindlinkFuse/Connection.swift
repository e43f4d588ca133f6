// How messages get from the device to libfuse and back, and what is agreed with the kernel at the
// start of a connection.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
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
    unsafe writeMessage(device, parts!, count, traces: session.options.traces)
  }
}

func writeMessage(
  _ device: Int32, _ parts: UnsafeMutablePointer<iovec>, _ count: Int32, traces: Bool
) -> Int {
  if traces {
    unsafe Trace.reply(parts[0].iov_base!.assumingMemoryBound(to: fuse_out_header.self))
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

/// FUSE 7.44 is Linux 6.16.
private let firstMinorWithEpoch: UInt32 = 44

/// Replaces what libfuse would ask for by default, which differs from version to version.
func negotiate(
  _ userdata: UnsafeMutableRawPointer?, _ connection: UnsafeMutablePointer<fuse_conn_info>?
) {
  unsafe Unmanaged<Session>.fromOpaque(userdata!)._withUnsafeGuaranteedRef { session in
    var wanted =
      FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_AUTO_INVAL_DATA
      | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_ASYNC_DIO | FUSE_CAP_FLOCK_LOCKS
      | FUSE_CAP_POSIX_LOCKS | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO
      | FUSE_CAP_DONT_MASK | FUSE_CAP_IOCTL_DIR
    if unsafe !session.options.usesEpoch || connection!.pointee.proto_minor < firstMinorWithEpoch {
      session.engine.kernelLacksEpoch()
    }
    // O_TRUNC comes as SETATTR then, and nothing would end a lock.
    if session.engine.noOpen { wanted &= ~FUSE_CAP_ATOMIC_O_TRUNC }
    if session.engine.noOpen || session.options.hasLocalLocks {
      wanted &= ~(FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_POSIX_LOCKS)
    }
    if session.options.handlesACL {
      wanted |= FUSE_CAP_POSIX_ACL
    }
    unsafe connection!.pointee.want = UInt32(wanted) & connection!.pointee.capable
    unsafe connection!.pointee.max_write = min(
      connection!.pointee.max_write, UInt32(WorkerBuffers.replySize))
  }
}

// What is agreed with the kernel at the start of a connection. libfuse is told what to ask for; what
// libfuse 3.14 does not know is added to its answer.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc
import Synchronization

/// INIT's flags, numbered as in the kernel's fuse.h: from bit 32 on in `flags2`.
struct InitFlags: OptionSet {
  let rawValue: UInt64

  /// Lookups in one directory come at the same time. (libfuse 3.14 knows the flag and never sends it.)
  static let parallelDirectoryOperations = InitFlags(rawValue: 1 << 18)
  /// The server takes set-ID bits and capabilities away from a file whose data changes, so that the
  /// kernel need not ask for a file's capabilities before each write.
  static let handlesKillPrivV2 = InitFlags(rawValue: 1 << 28)
  /// There is a `flags2`.
  static let extended = InitFlags(rawValue: 1 << 30)
  static let passthrough = InitFlags(rawValue: 1 << 37)
  static let overRing = InitFlags(rawValue: 1 << 41)
}

/// FUSE's minor versions, by what came with them.
private enum Minor {
  /// Linux 6.12: an inode's size and times follow what the kernel writes itself (it passes data
  /// through since 6.9).
  static let withPassthrough: UInt32 = 41
  /// Linux 6.16.
  static let withEpoch: UInt32 = 44
}

extension Session {
  /// INIT is being answered.
  var isNegotiating: Bool { offered.load(ordering: .relaxed) != 0 }

  func answerInit(_ message: UnsafeMutablePointer<fuse_buf>) {
    let size = unsafe message.pointee.size - MemoryLayout<fuse_in_header>.size
    let arguments = unsafe message.pointee.mem! + MemoryLayout<fuse_in_header>.size
    var request = fuse_init_in()
    unsafe withUnsafeMutableBytes(of: &request) { bytes in
      unsafe bytes.copyMemory(
        from: UnsafeRawBufferPointer(start: arguments, count: min(size, bytes.count)))
    }
    var flags = UInt64(request.flags)
    if InitFlags(rawValue: flags).contains(.extended) { flags |= UInt64(request.flags2) << 32 }
    if request.minor < Minor.withPassthrough { flags &= ~InitFlags.passthrough.rawValue }
    offered.store(flags, ordering: .relaxed)
    unsafe fuse_session_process_buf(fuseSession, message)
    useRings(InitFlags(rawValue: agreed.load(ordering: .relaxed)).contains(.overRing))
  }

  /// Adds to libfuse's answer.
  func amend(initAnswer parts: UnsafeMutablePointer<iovec>, _ count: Int32) {
    // From the answer on requests are served, so none of theirs must be met here.
    let offered = InitFlags(rawValue: offered.exchange(0, ordering: .relaxed))
    guard count == 2, unsafe parts[1].iov_len >= MemoryLayout<fuse_init_out>.size else { return }
    let answer = unsafe parts[1].iov_base!.assumingMemoryBound(to: fuse_init_out.self)
    var wanted: InitFlags = [.parallelDirectoryOperations, .handlesKillPrivV2]
    if options.passesThrough { wanted.insert([.passthrough, .extended]) }
    if options.usesRings && offered.contains(.overRing) && makeRings() {
      wanted.insert([.overRing, .extended])
    }
    let agreed = wanted.intersection(offered)
    unsafe answer.pointee.flags |= UInt32(truncatingIfNeeded: agreed.rawValue)
    unsafe answer.pointee.flags2 |= UInt32(truncatingIfNeeded: agreed.rawValue >> 32)
    self.agreed.store(agreed.rawValue, ordering: .relaxed)
    if agreed.contains(.passthrough) {
      // Of backings that are no overlay themselves; one more file system may be stacked on the view.
      unsafe answer.pointee.max_stack_depth = 1
      engine.kernelPassesThrough()
    }
  }
}

/// Replaces what libfuse would ask for by default, which differs from version to version.
func negotiate(
  _ userdata: UnsafeMutableRawPointer?, _ connection: UnsafeMutablePointer<fuse_conn_info>?
) {
  unsafe Unmanaged<Session>.fromOpaque(userdata!)._withUnsafeGuaranteedRef { session in
    // Not ASYNC_DIO: the parts of a large O_DIRECT append would come at the same time, and land in
    // any order.
    var wanted =
      FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_AUTO_INVAL_DATA
      | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_POSIX_LOCKS
      | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_DONT_MASK | FUSE_CAP_IOCTL_DIR
    if unsafe !session.options.usesEpoch || connection!.pointee.proto_minor < Minor.withEpoch {
      session.engine.kernelLacksEpoch()
    }
    // O_TRUNC comes as SETATTR then, and nothing would end a lock.
    if session.engine.noOpen { wanted &= ~FUSE_CAP_ATOMIC_O_TRUNC }
    if session.engine.noOpen || session.options.hasLocalLocks {
      wanted &= ~(FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_POSIX_LOCKS)
    }
    if session.options.handlesACL { wanted |= FUSE_CAP_POSIX_ACL }
    if session.options.writesBack { wanted |= FUSE_CAP_WRITEBACK_CACHE }
    unsafe connection!.pointee.want = UInt32(wanted) & connection!.pointee.capable
    unsafe connection!.pointee.max_write = min(
      connection!.pointee.max_write, UInt32(WorkerBuffers.replySize))
  }
}

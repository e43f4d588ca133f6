// A request and its answer. Answering consumes the request, so the compiler sees to it that there
// is one answer at most; one that is dropped without an answer gets EIO, so there is one at least.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

/// A request that came by way of libfuse.
@safe
struct Request: ~Copyable {
  private let request: fuse_req_t

  @inline(__always)
  init(_ request: fuse_req_t) { unsafe self.request = unsafe request }

  deinit { unsafe fuse_reply_err(request, EIO) }

  var caller: Caller {
    let context = unsafe fuse_req_ctx(request)!
    return unsafe Caller(
      uid: context.pointee.uid, gid: context.pointee.gid, pid: context.pointee.pid,
      umask: context.pointee.umask)
  }

  /// The worker's page-aligned megabyte, cut to the size that the request asks for.
  func buffer(size: Int) -> UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(
      start: bindlink_thread()!.pointee.reply_buffer, count: min(size, WorkerBuffers.replySize))
  }

  consuming func fail(_ error: Errno) {
    unsafe fuse_reply_err(request, error.rawValue)
    discard self
  }

  consuming func succeed() {
    unsafe fuse_reply_err(request, 0)
    discard self
  }

  /// For FORGET, which has no answer.
  consuming func finish() {
    unsafe fuse_reply_none(request)
    discard self
  }

  /// The entry's lookup count is the kernel's now, or is taken back if it did not get there.
  consuming func answer(_ entry: Entry, from engine: Engine) {
    var parameters = Self.parameters(entry)
    if unsafe fuse_reply_entry(request, &parameters) == -ENOENT {
      engine.forget(entry.node, 1)
    }
    discard self
  }

  /// A name that is not there, to be remembered for a while.
  consuming func answerNegative(timeout: Double) {
    var parameters = fuse_entry_param()
    parameters.entry_timeout = timeout
    unsafe fuse_reply_entry(request, &parameters)
    discard self
  }

  consuming func answer(_ attributes: Attributes) {
    var status = attributes.status
    unsafe fuse_reply_attr(request, &status, attributes.timeout)
    discard self
  }

  consuming func answer(
    directory handle: HandleID, cachesListing: Bool, keepsListing: Bool, from engine: Engine
  ) {
    var info = fuse_file_info()
    info.fh = handle.rawValue
    info.cache_readdir = cachesListing ? 1 : 0
    info.keep_cache = keepsListing ? 1 : 0
    if unsafe fuse_reply_open(request, &info) == -ENOENT {
      engine.releaseDirectory(handle)
    }
    discard self
  }

  /// True if it got there.
  @discardableResult
  consuming func answer(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    let result = unsafe fuse_reply_buf(request, start, bytes.count)
    discard self
    return result != -ENOENT
  }

  consuming func answer(written count: Int) {
    unsafe fuse_reply_write(request, count)
    discard self
  }

  consuming func answer(_ statistics: statvfs) {
    var statistics = statistics
    unsafe fuse_reply_statfs(request, &statistics)
    discard self
  }

  consuming func answer(extendedAttributeSize size: Int) {
    unsafe fuse_reply_xattr(request, size)
    discard self
  }

  consuming func answer(offset: Int64) {
    unsafe fuse_reply_lseek(request, off_t(offset))
    discard self
  }

  consuming func answer(control output: UnsafeRawBufferPointer) {
    unsafe fuse_reply_ioctl(request, 0, output.baseAddress, output.count)
    discard self
  }

  consuming func answer(_ lock: FileLock) {
    var description = flock()
    description.l_type = Int16(lock.type)
    description.l_start = off_t(lock.start)
    description.l_len = off_t(lock.length)
    description.l_pid = lock.pid
    unsafe fuse_reply_lock(request, &description)
    discard self
  }

  /// For another thread, which has to answer it.
  consuming func handOver() -> fuse_req_t {
    let request = unsafe request
    discard self
    return unsafe request
  }

  private static func parameters(_ entry: Entry) -> fuse_entry_param {
    var parameters = fuse_entry_param()
    parameters.ino = fuse_ino_t(entry.node.rawValue)
    parameters.attr = entry.attributes.status
    parameters.attr_timeout = entry.attributes.timeout
    parameters.entry_timeout = entry.timeout
    return parameters
  }
}

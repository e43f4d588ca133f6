// A request that is answered here, on the descriptor, as the kernel's fuse.h describes it: those
// that libfuse 3.14 does not know or does not read whole, and those that are refused unread.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import Glibc

/// As `Request`: answering consumes it, and without an answer it gets EIO.
@safe
struct DirectRequest: ~Copyable {
  let header: UnsafePointer<fuse_in_header>
  private let device: Int32
  private let traces: Bool

  init(_ header: UnsafePointer<fuse_in_header>, _ device: Int32, _ options: SessionOptions) {
    unsafe self.header = unsafe header
    self.device = device
    traces = options.traces
  }

  deinit { unsafe Self.send(header, device, traces, -EIO, nil, 0) }

  var node: NodeID { NodeID(rawValue: unsafe header.pointee.nodeid) }

  func caller(umask: UInt32 = 0) -> Caller {
    unsafe Caller(
      uid: header.pointee.uid, gid: header.pointee.gid, pid: Int32(bitPattern: header.pointee.pid),
      umask: umask)
  }

  /// The fixed arguments, whose presence was checked.
  func arguments<T: BitwiseCopyable>(_: T.Type) -> T {
    unsafe UnsafeRawPointer(header + 1).load(as: T.self)
  }

  /// What follows `size` bytes of fixed arguments.
  func bytes(after size: Int) -> UnsafePointer<CChar> {
    unsafe (UnsafeRawPointer(header + 1) + size).assumingMemoryBound(to: CChar.self)
  }

  consuming func fail(_ error: Errno) {
    unsafe Self.send(header, device, traces, -error.rawValue, nil, 0)
    discard self
  }

  consuming func succeed() {
    unsafe Self.send(header, device, traces, 0, nil, 0)
    discard self
  }

  /// True if it got there.
  @discardableResult
  consuming func answer<T: BitwiseCopyable>(_ value: T) -> Bool {
    var value = value
    let delivered = unsafe withUnsafeMutableBytes(of: &value) { bytes in
      unsafe Self.send(header, device, traces, 0, bytes.baseAddress, bytes.count)
    }
    discard self
    return delivered
  }

  @discardableResult
  private static func send(
    _ header: UnsafePointer<fuse_in_header>, _ device: Int32, _ traces: Bool, _ error: Int32,
    _ payload: UnsafeMutableRawPointer?, _ size: Int
  ) -> Bool {
    let headerSize = MemoryLayout<fuse_out_header>.size
    var answer = fuse_out_header()
    answer.len = UInt32(headerSize + size)
    answer.error = error
    answer.unique = unsafe header.pointee.unique
    return unsafe withUnsafeMutablePointer(to: &answer) { answer in
      var parts = unsafe (
        iovec(iov_base: answer, iov_len: headerSize), iovec(iov_base: payload, iov_len: size)
      )
      return unsafe withUnsafeMutablePointer(to: &parts) { parts in
        let parts = unsafe UnsafeMutableRawPointer(parts).assumingMemoryBound(to: iovec.self)
        return unsafe writeMessage(device, parts, payload == nil ? 1 : 2, traces: traces) >= 0
      }
    }
  }
}

extension Session {
  func serveDirectly(_ request: consuming DirectRequest, _ opcode: Opcode) {
    switch opcode {
    case .write: write(request)
    case .open: open(request)
    case .create: create(request)
    case .setattr: setAttributes(request)
    case .setxattr: setExtendedAttribute(request)
    case .syncfs: synchronizeFileSystem(request)
    case .tmpfile: makeTemporaryFile(request)
    case .statx: statx(request)
    case .copyFileRange64: copyFileRange(request)
    default: request.fail(.notImplemented)
    }
  }
}

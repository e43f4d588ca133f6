// Looks at a raw request before libfuse does, which trusts the kernel: a name without its NUL, a
// count larger than the request or a name with a slash in it would be read as they are. The kernel
// sends none of these; whatever else holds the other end of a socket may.
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

enum RequestCheck {
  enum Verdict {
    case serve(Opcode)
    case refuse(Errno)
    case drop
  }

  /// `size` bytes at `request`, at least a header's, were received.
  static func verdict(_ request: UnsafeRawPointer, size: Int) -> Verdict {
    let header = unsafe request.assumingMemoryBound(to: fuse_in_header.self)
    let length = unsafe Int(header.pointee.len)
    guard let opcode = unsafe Opcode(rawValue: header.pointee.opcode) else {
      return .refuse(.notImplemented)
    }
    switch opcode.treatment {
    case .refused: return .refuse(.notImplemented)
    case .ignored: return .drop
    case .libfuse, .direct: break
    }
    let shape = opcode.shape
    let arguments = unsafe UnsafeRawBufferPointer(
      start: request + MemoryLayout<fuse_in_header>.size,
      count: size - MemoryLayout<fuse_in_header>.size)
    guard length == size, unsafe !shape.hasNode || header.pointee.nodeid != 0,
      unsafe isWellFormed(arguments, shape, opcode)
    else {
      return shape.isSilent ? .drop : .refuse(.invalid)
    }
    if opcode == .`init`, unsafe !isSpoken(arguments) {
      return .refuse(Errno(rawValue: EPROTO))
    }
    return .serve(opcode)
  }

  private static func isWellFormed(
    _ arguments: UnsafeRawBufferPointer, _ shape: Opcode.Shape, _ opcode: Opcode
  ) -> Bool {
    guard arguments.count >= shape.fixed else { return false }
    var rest = unsafe UnsafeRawBufferPointer(rebasing: arguments[shape.fixed...])
    for _ in 0..<shape.components {
      guard let length = unsafe stringLength(rest), unsafe isComponent(rest, length) else {
        return false
      }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
    for _ in 0..<shape.strings {
      guard let length = unsafe stringLength(rest) else { return false }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
    switch opcode {
    case .write:
      return unsafe rest.count >= Int(arguments.load(as: fuse_write_in.self).size)
    case .setxattr:
      return unsafe rest.count >= Int(arguments.load(as: fuse_setxattr_in.self).size)
    case .ioctl:
      let ioctl = unsafe arguments.load(as: fuse_ioctl_in.self)
      return rest.count >= Int(ioctl.in_size) && Int(ioctl.out_size) <= WorkerBuffers.replySize
    case .batchForget:
      let count = unsafe Int(arguments.load(as: fuse_batch_forget_in.self).count)
      return rest.count / MemoryLayout<fuse_forget_data>.size >= count
    default:
      return true
    }
  }

  private static func stringLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let end = unsafe memchr(start, 0, bytes.count) else {
      return nil
    }
    return unsafe UnsafeRawPointer(end) - start
  }

  private static func isComponent(_ bytes: UnsafeRawBufferPointer, _ length: Int) -> Bool {
    let dot = UInt8(ascii: ".")
    if length == 0 { return false }
    if unsafe length <= 2 && bytes[0] == dot && bytes[length - 1] == dot { return false }
    return unsafe memchr(bytes.baseAddress!, Int32(UInt8(ascii: "/")), length) == nil
  }

  /// Whether the kernel's protocol is one that all requests here are read by. A newer major
  /// version is libfuse's to answer: the kernel asks again then.
  private static func isSpoken(_ arguments: UnsafeRawBufferPointer) -> Bool {
    let major = unsafe arguments.load(as: UInt32.self)
    let minor = unsafe arguments.load(fromByteOffset: 4, as: UInt32.self)
    return major > 7 || major == 7 && minor >= minimumMinor
  }

  /// Linux 5.4.
  private static let minimumMinor = 31
}

// The debugging trace (-d): one line per request, at its answer, to standard error.
import CBindlinkFuse
import Glibc

enum Trace {
  /// The calling thread begins to serve the request.
  static func begin(_ header: UnsafePointer<fuse_in_header>) {
    unsafe begin(
      unique: header.pointee.unique, node: header.pointee.nodeid, opcode: header.pointee.opcode)
  }

  static func begin(unique: UInt64, node: UInt64, opcode: UInt32) {
    let thread = unsafe bindlink_thread()!
    unsafe thread.pointee.unique = unique
    unsafe thread.pointee.nodeid = node
    unsafe thread.pointee.opcode = opcode
    unsafe thread.pointee.answered = 0
  }

  /// A message is about to be written.
  static func reply(_ header: UnsafePointer<fuse_out_header>) {
    let answer = unsafe header.pointee
    let thread = unsafe bindlink_thread()!
    let result =
      answer.error == 0
      ? "\(answer.len) bytes" : unsafe String(cString: strerror(-answer.error))
    if answer.unique == 0 {
      write("NOTIFY code=\(answer.error): \(answer.len) bytes")
    } else if unsafe answer.unique == thread.pointee.unique {
      unsafe thread.pointee.answered = 1
      write("\(unsafe request(thread)): \(result)")
    } else {
      // libfuse gives back an interrupt whose request it has not seen.
      write("INTERRUPT unique=\(answer.unique): \(result)")
    }
  }

  /// The calling thread is done with the request.
  static func end() {
    let thread = unsafe bindlink_thread()!
    if unsafe thread.pointee.answered == 0 {
      write("\(unsafe request(thread)): no answer yet")
    }
  }

  private static func request(_ thread: UnsafePointer<bindlink_thread>) -> String {
    let opcode = unsafe thread.pointee.opcode
    let name = Opcode(rawValue: opcode)?.name ?? "opcode \(opcode)"
    return unsafe "\(name) unique=\(thread.pointee.unique) node=\(thread.pointee.nodeid)"
  }

  private static func write(_ line: String) {
    var line = "bindlink: \(line)\n"
    line.withUTF8 { bytes in
      _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress!, bytes.count)
    }
  }
}

// What a case works with: makes calls in the thread's working directory and writes each into the
// log with its result. Descriptors that a case leaves open are closed at its end.

import CPosixCases
import Glibc

final class Probe {
  private(set) var lines: [String] = []
  private let body: @Sendable (Probe) -> Void
  private var descriptors: Set<Int32> = []
  /// The physical path of the working directory at the start; "." stands for it in the log.
  private(set) var home: [UInt8] = []

  init(_ body: @escaping @Sendable (Probe) -> Void) { self.body = body }

  func run() {
    home = currentDirectory() ?? []
    body(self)
    for descriptor in descriptors { _ = px_close(descriptor) }
  }

  func note(_ line: String) { lines.append(line) }

  /// A step and its result: the value, or the name of the error.
  @discardableResult
  func record(_ step: String, _ result: some BinaryInteger, asValue: Bool = false) -> Bool {
    if result >= 0 {
      lines.append(asValue ? "\(step) = \(result)" : "\(step) ok")
      return true
    }
    lines.append("\(step) \(errorName(-Int32(truncatingIfNeeded: result)))")
    return false
  }

  func opened(_ step: String, _ descriptor: Int32) -> Int32 {
    guard record(step, descriptor) else { return -1 }
    descriptors.insert(descriptor)
    return descriptor
  }

  func close(_ descriptor: Int32) {
    descriptors.remove(descriptor)
    record("close", px_close(descriptor))
  }

  /// The descriptor is closed by somebody else.
  func forget(_ descriptor: Int32) { descriptors.remove(descriptor) }

  func currentDirectory() -> [UInt8]? {
    var buffer = [CChar](repeating: 0, count: 65536)
    let count = unsafe px_getcwd(&buffer, buffer.count)
    return count > 0 ? buffer.prefix(Int(count) - 1).map { UInt8(bitPattern: $0) } : nil
  }
}

package func errorName(_ error: Int32) -> String {
  guard let name = unsafe px_error_name(error) else { return "error \(error)" }
  return unsafe String(cString: name)
}

/// Bytes for the log: text where it is short and printable, else their count and a hash.
func shown(_ bytes: some Collection<UInt8>) -> String {
  if bytes.count <= 64, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) {
    return "'" + String(decoding: bytes, as: UTF8.self) + "'"
  }
  return "\(bytes.count) bytes #\(hash(bytes))"
}

/// FNV-1a.
func hash(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  return String(value, radix: 16)
}

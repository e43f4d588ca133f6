// A path as the kernel takes it: bytes, with no demand to be UTF-8 (R5).

package struct Path: ExpressibleByStringInterpolation, Sendable, CustomStringConvertible {
  package var bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }
  package init(stringLiteral value: String) { bytes = Array(value.utf8) }

  /// `count` times the letter n.
  package static func long(_ count: Int) -> Path {
    Path(bytes: Array(repeating: 0x6e, count: count))
  }

  package static func + (left: Path, right: Path) -> Path {
    Path(bytes: left.bytes + right.bytes)
  }

  /// NUL-terminated, for C.
  package var text: [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

  /// For the log: printable, short even where the path is not, and without the numbers of
  /// descriptors, which depend on what else the process has open.
  package var description: String {
    let descriptors = "/proc/self/fd/"
    if bytes.starts(with: descriptors.utf8) { return descriptors + "N" }
    if bytes.count > 60 { return "\(Path(bytes: Array(bytes.prefix(20))))...[\(bytes.count)]" }
    var text = ""
    for byte in bytes {
      if byte > 0x20 && byte < 0x7f && byte != 0x5c {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + String(byte, radix: 16)
      }
    }
    return text
  }
}

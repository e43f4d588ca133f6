// Names are bytes (R5), but the argument parser, YAML and JSON take Unicode only: bytes that are
// not UTF-8 travel through them as private characters, and back.

package enum ByteText {
  /// U+10FF80 to U+10FFFF stand for the bytes 0x80 to 0xFF where these are not UTF-8.
  private static let stand = 0x10FF00 as UInt32

  /// The text of any bytes. Different bytes have different texts.
  package static func encode(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.value >= stand })
    {
      return text
    }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(Unicode.Scalar(byte < 0x80 ? UInt32(byte) : stand + UInt32(byte))!)
    }
    return String(text)
  }

  package static func decode(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      scalar.value >= stand + 0x80 ? [UInt8(scalar.value - stand)] : Array(UTF8.encode(scalar)!)
    }
  }
}

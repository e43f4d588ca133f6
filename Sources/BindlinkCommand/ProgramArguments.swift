// The arguments of the process, byte for byte (R5). A Swift String holds Unicode only, so bytes
// that are not UTF-8 travel through the argument parser as private characters, and back.

struct ProgramArguments: Sendable {
  /// The last component of the name that the program was called by.
  let programName: String
  /// The others, encoded.
  let encoded: [String]

  static var ofThisProcess: ProgramArguments {
    var arguments: [String] = []
    for index in 0..<Int(CommandLine.argc) {
      if let argument = unsafe CommandLine.unsafeArgv[index] {
        arguments.append(
          encode(
            unsafe UnsafeBufferPointer(start: argument, count: unsafe cStringLength(argument))
              .map(UInt8.init(bitPattern:))))
      }
    }
    let name = arguments.first?.split(separator: "/").last ?? "bindlink"
    return ProgramArguments(programName: String(name), encoded: Array(arguments.dropFirst()))
  }

  /// U+10FF80 to U+10FFFF stand for the bytes 0x80 to 0xFF where these are not UTF-8.
  private static let stand = 0x10FF00 as UInt32

  static func encode(_ bytes: [UInt8]) -> String {
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

  static func decode(_ argument: String) -> [UInt8] {
    argument.unicodeScalars.flatMap { scalar in
      scalar.value >= stand ? [UInt8(scalar.value - stand)] : Array(UTF8.encode(scalar)!)
    }
  }
}

private func cStringLength(_ text: UnsafePointer<CChar>) -> Int {
  var length = 0
  while unsafe text[length] != 0 { length += 1 }
  return length
}

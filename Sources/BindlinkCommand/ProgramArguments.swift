// The arguments of the process, byte for byte (R5).
internal import Bindlink

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
          ByteText.encode(
            unsafe UnsafeBufferPointer(start: argument, count: unsafe cStringLength(argument))
              .map(UInt8.init(bitPattern:))))
      }
    }
    let name = arguments.first?.split(separator: "/").last ?? "bindlink"
    return ProgramArguments(programName: String(name), encoded: Array(arguments.dropFirst()))
  }
}

private func cStringLength(_ text: UnsafePointer<CChar>) -> Int {
  var length = 0
  while unsafe text[length] != 0 { length += 1 }
  return length
}

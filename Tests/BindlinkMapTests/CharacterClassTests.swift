// E4: what a "[...]" of a pattern matches, byte by byte.

import BindlinkMap
import Glibc
import Testing

@Suite struct CharacterClassTests {
  static let classes: [(name: String, isMember: @Sendable (Int32) -> Int32)] = [
    ("alnum", { isalnum($0) }), ("alpha", { isalpha($0) }), ("blank", { isblank($0) }),
    ("cntrl", { iscntrl($0) }), ("digit", { isdigit($0) }), ("graph", { isgraph($0) }),
    ("lower", { islower($0) }), ("print", { isprint($0) }), ("punct", { ispunct($0) }),
    ("space", { isspace($0) }), ("upper", { isupper($0) }), ("xdigit", { isxdigit($0) }),
  ]

  @Test("E4: a class has the members that C gives it", arguments: classes.indices)
  func hasMembers(index: Int) throws {
    let (name, isMember) = Self.classes[index]
    try expect("[[:\(name):]]") { isMember(Int32($0)) != 0 }
    try expect("[![:\(name):]]") { isMember(Int32($0)) == 0 }
  }

  @Test("E4: ranges and single bytes")
  func hasRanges() throws {
    try expect("[b-d]") { 0x62...0x64 ~= $0 }
    try expect("[^b-d]") { !(0x62...0x64 ~= $0) }
    try expect("[b-bx]") { $0 == 0x62 || $0 == 0x78 }
    try expect("[d-b]") { $0 == 0x64 }
  }

  /// Of all names of one byte.
  private func expect(
    _ pattern: String, _ isMember: (UInt8) -> Bool, at place: SourceLocation = #_sourceLocation
  ) throws {
    let list = try list([pattern])
    for byte in UInt8(1)...255 where byte != UInt8(ascii: "/") {
      #expect(
        try isExcepted([[byte]], isDirectory: false, by: list) == isMember(byte),
        "\(pattern) and byte \(byte)", sourceLocation: place)
    }
  }
}

// One component of a pattern, compiled to tokens: `*`, `?`, `[...]` and plain bytes.

/// A set of bytes: a character class.
struct ByteSet: Hashable, Sendable {
  private var words = SIMD4<UInt64>()

  func contains(_ byte: UInt8) -> Bool {
    words[Int(byte >> 6)] &>> UInt64(byte & 63) & 1 == 1
  }

  mutating func insert(_ byte: UInt8) {
    words[Int(byte >> 6)] |= 1 &<< UInt64(byte & 63)
  }

  mutating func insert(where isMember: (UInt8) -> Bool) {
    for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
  }

  mutating func invert() { words = ~words }
}

/// Why a pattern cannot be compiled, to be read after its text.
struct PatternFlaw: Error {
  let reason: String
}

/// The tokens of a component. A token is a byte, or one of the values below.
struct Glob: Hashable, Sendable {
  static let anyByte: Int32 = -1
  static let anyRun: Int32 = -2
  static let firstSet: Int32 = 256

  private(set) var tokens: [Int32] = []
  private(set) var sets: [ByteSet] = []

  static let everything = Glob(tokens: [anyRun])

  private init(tokens: [Int32]) { self.tokens = tokens }

  /// `text` is one component: it has no "/" that is not part of a class.
  init(parsing text: ArraySlice<UInt8>) throws(PatternFlaw) {
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"):
        if tokens.last != Self.anyRun { tokens.append(Self.anyRun) }
      case UInt8(ascii: "?"):
        tokens.append(Self.anyByte)
      case UInt8(ascii: "["):
        tokens.append(Self.firstSet + Int32(sets.count))
        sets.append(try ByteSet(parsingClass: &rest))
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else {
          throw PatternFlaw(reason: "ends in a backslash that escapes nothing")
        }
        tokens.append(Int32(escaped))
      default:
        tokens.append(Int32(byte))
      }
    }
  }

  /// The name, if there is only one that matches.
  var literal: [UInt8]? {
    tokens.allSatisfy { 0..<Self.firstSet ~= $0 } ? tokens.map { UInt8($0) } : nil
  }
}

extension ByteSet {
  /// What follows "[", up to and with its "]". Git's reading: "]" is plain if it comes first,
  /// "!" and "^" invert, "\" escapes, "-" between two bytes is a range.
  init(parsingClass rest: inout ArraySlice<UInt8>) throws(PatternFlaw) {
    let unclosed = PatternFlaw(reason: "has a [ without its ]")
    self.init()
    let isInverted = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isInverted { rest.removeFirst() }
    var previous: UInt8?
    var isFirst = true
    while true {
      guard var byte = rest.popFirst() else { throw unclosed }
      if byte == UInt8(ascii: "]"), !isFirst { break }
      isFirst = false
      if byte == UInt8(ascii: "["), rest.first == UInt8(ascii: ":"),
        let name = Self.className(in: rest)
      {
        guard let isMember = Self.members(ofClass: name) else {
          let shown = String(decoding: name, as: UTF8.self)
          throw PatternFlaw(reason: "has the unknown character class [:\(shown):]")
        }
        insert(where: isMember)
        rest.removeFirst(name.count + 3)
        previous = nil
      } else if byte == UInt8(ascii: "-"), let low = previous,
        let next = rest.first, next != UInt8(ascii: "]")
      {
        rest.removeFirst()
        var high = next
        if high == UInt8(ascii: "\\") {
          guard let escaped = rest.popFirst() else { throw unclosed }
          high = escaped
        }
        insert { low <= $0 && $0 <= high }
        previous = nil
      } else {
        if byte == UInt8(ascii: "\\") {
          guard let escaped = rest.popFirst() else { throw unclosed }
          byte = escaped
        }
        insert(byte)
        previous = byte
      }
    }
    if isInverted { invert() }
  }

  /// The name in ":name:]", nil if the next "]" has no ":" before it.
  private static func className(in rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
    let body = rest[rest.startIndex + 1..<end]
    return body.last == UInt8(ascii: ":") ? body.dropLast() : nil
  }

  private static func members(ofClass name: ArraySlice<UInt8>) -> ((UInt8) -> Bool)? {
    let isDigit: (UInt8) -> Bool = { 0x30...0x39 ~= $0 }
    let isUpper: (UInt8) -> Bool = { 0x41...0x5a ~= $0 }
    let isLower: (UInt8) -> Bool = { 0x61...0x7a ~= $0 }
    let isGraph: (UInt8) -> Bool = { 0x21...0x7e ~= $0 }
    let isAlnum: (UInt8) -> Bool = { isDigit($0) || isUpper($0) || isLower($0) }
    switch String(decoding: name, as: UTF8.self) {
    case "alnum": return isAlnum
    case "alpha": return { isUpper($0) || isLower($0) }
    case "blank": return { $0 == 0x20 || $0 == 0x09 }
    case "cntrl": return { $0 < 0x20 || $0 == 0x7f }
    case "digit": return isDigit
    case "graph": return isGraph
    case "lower": return isLower
    case "print": return { $0 == 0x20 || isGraph($0) }
    case "punct": return { isGraph($0) && !isAlnum($0) }
    case "space": return { $0 == 0x20 || 0x09...0x0d ~= $0 }
    case "upper": return isUpper
    case "xdigit": return { isDigit($0) || 0x41...0x46 ~= $0 || 0x61...0x66 ~= $0 }
    default: return nil
    }
  }
}

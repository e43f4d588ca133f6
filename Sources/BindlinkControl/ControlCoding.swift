// The bytes of requests and replies: integers little-endian, everything of variable length with its
// length before it, flags in one byte. There is one encoding of each value, and whatever else comes
// is refused: decoding never traps, and takes memory in proportion to what is there.

/// Not the encoding of any value of the type.
package struct MalformedMessage: Error, Hashable, Sendable {
  package init() {}
}

package protocol ControlCodable {
  init(from decoder: inout ControlDecoder) throws(MalformedMessage)
  func encode(to encoder: inout ControlEncoder)
}

extension ControlCodable {
  package var encoded: [UInt8] {
    var encoder = ControlEncoder()
    encode(to: &encoder)
    return encoder.bytes
  }

  /// All of `bytes`, nothing after it.
  package init(decoding bytes: [UInt8]) throws(MalformedMessage) {
    var decoder = ControlDecoder(bytes)
    self = try Self(from: &decoder)
    guard decoder.isAtEnd else { throw MalformedMessage() }
  }
}

package struct ControlEncoder {
  package private(set) var bytes: [UInt8] = []

  mutating func add(byte: UInt8) { bytes.append(byte) }

  mutating func add(count: Int) { add(number: UInt32(count)) }

  mutating func add(number: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
    }
  }

  mutating func add(_ name: [UInt8]) {
    add(count: name.count)
    bytes += name
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  /// The first one is the lowest bit.
  mutating func add(flags: Bool...) {
    add(byte: flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
  }

  mutating func add(_ names: [[UInt8]]) {
    add(count: names.count)
    for name in names { add(name) }
  }

  mutating func add(_ values: [some ControlCodable]) {
    add(count: values.count)
    for value in values { value.encode(to: &self) }
  }
}

package struct ControlDecoder {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() throws(MalformedMessage) -> UInt8 {
    guard position < bytes.count else { throw MalformedMessage() }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number() throws(MalformedMessage) -> UInt32 {
    guard bytes.count - position >= 4 else { throw MalformedMessage() }
    defer { position += 4 }
    return bytes[position..<(position + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func name() throws(MalformedMessage) -> [UInt8] {
    let count = try Int(number())
    guard bytes.count - position >= count else { throw MalformedMessage() }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  mutating func text() throws(MalformedMessage) -> String {
    guard let text = String(validating: try name(), as: UTF8.self) else { throw MalformedMessage() }
    return text
  }

  /// As many as there are meant to be; another bit is malformed.
  mutating func flags(_ count: Int) throws(MalformedMessage) -> [Bool] {
    let byte = try byte()
    guard Int(byte) < 1 << count else { throw MalformedMessage() }
    return (0..<count).map { byte >> UInt8($0) & 1 != 0 }
  }

  mutating func flag() throws(MalformedMessage) -> Bool { try flags(1)[0] }

  mutating func names() throws(MalformedMessage) -> [[UInt8]] {
    try list { (decoder) throws(MalformedMessage) in try decoder.name() }
  }

  mutating func values<T: ControlCodable>(_: T.Type) throws(MalformedMessage) -> [T] {
    try list { (decoder) throws(MalformedMessage) in try T(from: &decoder) }
  }

  /// A count that cannot be true fails at the first element that is missing.
  private mutating func list<T>(
    _ element: (inout ControlDecoder) throws(MalformedMessage) -> T
  ) throws(MalformedMessage) -> [T] {
    let count = try number()
    var list: [T] = []
    for _ in 0..<count { list.append(try element(&self)) }
    return list
  }
}

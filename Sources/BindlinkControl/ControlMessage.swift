// What goes through one ioctl, in both directions: a head, and a piece of a request or of a reply.
//
// FUSE passes as many bytes as the ioctl's number says, 16,383 at most. A request that is longer is
// sent in pieces, each after the one before; the call that completes it is answered with the first
// piece of the reply, and the rest is fetched. So the usual request is one call. Head (little-endian):
//
//    0 magic   4 version   6 kind   8 transaction   16 total   20 offset   24 size of the piece
//
// The first six bytes are the same in all versions, and an answer in another version than the
// question's has nothing else that is to be read.

package struct ControlMessage: Hashable, Sendable {
  package enum Kind: UInt16, Sendable {
    /// A piece of a request; the first one has no transaction, and is given one if there are more.
    case send = 1
    /// Asks for the piece of the reply that begins at `offset`.
    case fetch
    /// The piece was taken, and the one at `offset` is next.
    case accepted
    /// A piece of the reply.
    case reply
  }

  /// _IOWR(0xBD, 1, char[16383]), on a directory or file of the view.
  package static let ioctl: UInt32 = 0xFFFF_BD01
  package static let size = 16_383
  package static let version: UInt16 = 1
  package static let pieceSize = size - headSize
  private static let headSize = 28
  private static let magic: UInt64 = 0x6B6E_6C42

  package var kind: Kind
  /// 0: none.
  package var transaction: UInt64
  /// The size of the whole request or reply.
  package var total: Int
  package var offset: Int
  package var piece: ArraySlice<UInt8>

  package init(
    _ kind: Kind, transaction: UInt64 = 0, total: Int = 0, offset: Int = 0,
    piece: ArraySlice<UInt8> = []
  ) {
    self.kind = kind
    self.transaction = transaction
    self.total = total
    self.offset = offset
    self.piece = piece
  }

  /// The piece of `whole` that begins at `offset`.
  package init(_ kind: Kind, transaction: UInt64, of whole: [UInt8], from offset: Int) {
    self.init(
      kind, transaction: transaction, total: whole.count, offset: offset,
      piece: whole[offset...].prefix(Self.pieceSize))
  }

  package enum Failure: Error, Hashable, Sendable {
    case malformed
    /// In a version that is not spoken here.
    case foreign(version: UInt16)
  }

  package init(decoding bytes: [UInt8]) throws(Failure) {
    func number(_ range: Range<Int>) -> UInt64 {
      bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard bytes.count >= 6, number(0..<4) == Self.magic else { throw .malformed }
    let version = UInt16(number(4..<6))
    guard version == Self.version else { throw .foreign(version: version) }
    guard bytes.count >= Self.headSize, let kind = Kind(rawValue: UInt16(number(6..<8))) else {
      throw .malformed
    }
    self.init(
      kind, transaction: number(8..<16), total: Int(number(16..<20)),
      offset: Int(number(20..<24)))
    let count = Int(number(24..<28))
    guard count <= bytes.count - Self.headSize, count <= Self.pieceSize,
      offset + count <= total || kind == .fetch
    else { throw .malformed }
    piece = bytes[Self.headSize..<(Self.headSize + count)]
  }

  /// As long as needed; the question is padded to `size`.
  package var bytes: [UInt8] {
    var bytes = Self.opening
    func add(_ value: some FixedWidthInteger & UnsignedInteger) {
      for shift in stride(from: 0, to: value.bitWidth, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    add(kind.rawValue)
    add(transaction)
    add(UInt32(total))
    add(UInt32(offset))
    add(UInt32(piece.count))
    return bytes + piece
  }

  /// Magic and version: the whole answer to a question in another version.
  package static var opening: [UInt8] {
    [
      UInt8(truncatingIfNeeded: magic), UInt8(truncatingIfNeeded: magic >> 8),
      UInt8(truncatingIfNeeded: magic >> 16), UInt8(truncatingIfNeeded: magic >> 24),
      UInt8(truncatingIfNeeded: version), UInt8(truncatingIfNeeded: version >> 8),
    ]
  }
}

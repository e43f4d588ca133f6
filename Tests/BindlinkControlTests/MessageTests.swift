// The messages of one ioctl.
import BindlinkControl
import Testing

@Suite struct MessageTests {
  @Test func aMessageComesBackAsItWas() throws {
    let whole = (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
    for offset in [0, ControlMessage.pieceSize, 39_999] {
      let message = ControlMessage(.reply, transaction: .max - 1, of: whole, from: offset)
      let back = try ControlMessage(decoding: message.bytes)
      #expect(back == message)
      #expect(back.piece.elementsEqual(whole[offset...].prefix(ControlMessage.pieceSize)))
      #expect(message.bytes.count <= ControlMessage.size)
    }
    let fetch = ControlMessage(.fetch, transaction: 1, offset: 77)
    #expect(try ControlMessage(decoding: fetch.bytes + [1, 2, 3]) == fetch)
  }

  /// _IOWR(type, number, size), and no more than FUSE passes.
  @Test func theNumberSaysDirectionAndSize() {
    #expect(ControlMessage.ioctl >> 30 == 3)
    #expect(Int(ControlMessage.ioctl >> 16 & 0x3fff) == ControlMessage.size)
  }

  @Test func whatIsNoMessageIsMalformed() {
    let good = ControlMessage(.send, transaction: 5, of: [1, 2, 3], from: 1).bytes
    for count in 0..<good.count { expect(Array(good[..<count]), .malformed) }
    for (place, byte) in [
      (0, 0), (3, 0), (6, 0), (6, 5), (7, 1), (24, 3), (27, 1), (16, 2), (20, 2),
    ] {
      var bad = good
      bad[place] = UInt8(byte)
      expect(bad, .malformed)
    }
  }

  @Test func anotherVersionIsToldFromItsHeadAlone() {
    var other = ControlMessage.opening
    other[4] = 2
    expect(other, .foreign(version: 2))
    other[5] = 1
    expect(other + [UInt8](repeating: 255, count: 100), .foreign(version: 258))
  }

  private func expect(_ bytes: [UInt8], _ failure: ControlMessage.Failure) {
    #expect(throws: failure) { try ControlMessage(decoding: bytes) }
  }
}

// Control over the wire: requests and replies in one piece and in many, clients that stop half-way
// or send what nobody understands, and who is refused.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct ControlTests {
  /// Links to one directory, more than one message can hold.
  private func links(_ served: ServedSession, _ name: String) -> ControlRequest {
    .change(
      (0..<600).map {
        .create(
          LinkRequest(
            virtualPath: Array("/\(name)\($0)".utf8), backing: Array("\(served.directory)/sub".utf8)
          ))
      })
  }

  /// How many links there are, of those with that name.
  private func count(_ served: ServedSession, _ name: String = "") throws -> Int {
    guard case .links(let links) = try ask(served, .list) else { return -1 }
    return links.count { $0.link.virtualPath.starts(with: Array("/\(name)".utf8)) }
  }

  /// The answer to one ioctl, or its errno.
  private func tell(
    _ served: ServedSession, _ message: [UInt8], uid: UInt32 = getuid(), inSize: Int? = nil,
    outSize: Int = ControlMessage.size, pads: Bool = true
  ) throws -> Result<ControlMessage, Errno> {
    let size = inSize ?? ControlMessage.size
    let padded = pads ? message + [UInt8](repeating: 0, count: size - message.count) : message
    let isDirectory: UInt32 = 1 << 4
    let arguments = Arguments().u64(0).u32(isDirectory).u32(ControlMessage.ioctl).u64(0)
      .u32(UInt32(padded.count)).u32(UInt32(outSize)).raw(padded)
    served.client.send(
      WireClient.request(39, unique: 4, node: 1, arguments, uid: uid))
    var reply = try #require(served.client.receive())
    // Of a change the kernel is told, before it is answered (C7).
    while reply.unique == 0 { reply = try #require(served.client.receive()) }
    try #require(reply.unique == 4)
    if reply.error != 0 { return .failure(Errno(rawValue: reply.error)) }
    // After fuse_ioctl_out.
    return .success(try ControlMessage(decoding: Array(reply.payload[16...])))
  }

  private func tell(
    _ served: ServedSession, _ message: ControlMessage, uid: UInt32 = getuid()
  ) throws -> ControlMessage {
    try tell(served, message.bytes, uid: uid).get()
  }

  /// Sends a request piece by piece up to its last, which is left.
  private func begin(_ served: ServedSession, _ request: [UInt8]) throws -> ControlMessage {
    var last = ControlMessage(.accepted)
    while request.count - last.offset > ControlMessage.pieceSize {
      last = try tell(
        served, ControlMessage(.send, transaction: last.transaction, of: request, from: last.offset)
      )
      try #require(last.kind == .accepted && last.total == request.count)
    }
    return last
  }

  private func finish(
    _ served: ServedSession, _ request: [UInt8], _ last: ControlMessage
  ) throws -> ControlReply {
    var answer = try tell(
      served, ControlMessage(.send, transaction: last.transaction, of: request, from: last.offset))
    var reply: [UInt8] = []
    while true {
      try #require(answer.kind == .reply && answer.offset == reply.count)
      reply += answer.piece
      if reply.count == answer.total { break }
      answer = try tell(
        served, ControlMessage(.fetch, transaction: answer.transaction, offset: reply.count))
    }
    return try ControlReply(decoding: reply)
  }

  private func ask(_ served: ServedSession, _ request: ControlRequest) throws -> ControlReply {
    let bytes = request.encoded
    return try finish(served, bytes, begin(served, bytes))
  }

  private func path(_ reply: ControlReply) -> [UInt8]? {
    guard case .explanation(let explanation) = reply else { return nil }
    return explanation.path
  }

  @Test func aShortRequestIsOneCall() throws {
    let served = try ServedSession()
    let request = ControlRequest.explain(Array("/file".utf8)).encoded
    let answer = try tell(served, ControlMessage(.send, transaction: 0, of: request, from: 0))
    #expect(answer.kind == .reply && answer.transaction == 0 && answer.total == answer.piece.count)
    #expect(path(try ControlReply(decoding: Array(answer.piece))) == Array("/file".utf8))
  }

  @Test func longRequestsAndRepliesComeWhole() throws {
    let served = try ServedSession()
    #expect(try ask(served, links(served, "link")) == .changed)
    #expect(try ask(served, .list).encoded.count > 2 * ControlMessage.pieceSize)
    #expect(try count(served, "link") == 600)
    #expect(served.engine.expireTransactions() == nil)
  }

  @Test func twoClientsAtOnceKeepApart() throws {
    let served = try ServedSession()
    let first = links(served, "first").encoded
    let second = links(served, "second").encoded
    let begun = (try begin(served, first), try begin(served, second))
    #expect(begun.0.transaction != begun.1.transaction)
    #expect(try finish(served, second, begun.1) == .changed)
    #expect(try (count(served, "first"), count(served, "second")) == (0, 600))
    #expect(try finish(served, first, begun.0) == .changed)
    #expect(try (count(served, "first"), count(served, "second")) == (600, 600))
  }

  @Test func clientsThatStopHalfWayHoldUpNobody() throws {
    let served = try ServedSession()
    let request = links(served, "link").encoded
    let abandoned = try begin(served, request)
    for _ in 0..<100 { _ = try begin(served, request) }
    #expect(try count(served) == 0)
    #expect(try ask(served, links(served, "link")) == .changed)
    // Their room was needed.
    let late = ControlMessage(
      .send, transaction: abandoned.transaction, of: request, from: abandoned.offset)
    #expect(try tell(served, late.bytes) == .failure(.cancelled))
    #expect(served.engine.expireTransactions() != nil)
  }

  @Test("C9: a stranger's request is one message, and a transaction is its owner's")
  func strangers() throws {
    let served = try ServedSession()
    let request = links(served, "link").encoded
    let first = ControlMessage(.send, transaction: 0, of: request, from: 0)
    let answer = try tell(served, first, uid: 12345)
    guard case .refused(let error) = try ControlReply(decoding: Array(answer.piece)) else {
      Issue.record("not refused")
      return
    }
    #expect(error.errno == .notPermitted && error.rule == "C9")
    let begun = try begin(served, request)
    let next = ControlMessage(
      .send, transaction: begun.transaction, of: request, from: begun.offset)
    #expect(try tell(served, next.bytes, uid: 12345) == .failure(.cancelled))
    let fetch = ControlMessage(.fetch, transaction: begun.transaction)
    #expect(try tell(served, fetch.bytes, uid: 12345) == .failure(.cancelled))
    #expect(try finish(served, request, begun) == .changed)
  }

  @Test func aRequestThatIsTooLongIsRefused() throws {
    let served = try ServedSession()
    let piece = ArraySlice([UInt8](repeating: 0, count: ControlMessage.pieceSize))
    let answer = try tell(served, ControlMessage(.send, total: 65 << 20, piece: piece))
    guard case .refused(let error) = try ControlReply(decoding: Array(answer.piece)) else {
      Issue.record("not refused")
      return
    }
    #expect(error.errno.rawValue == E2BIG)
  }

  @Test("C10: a path that no system call takes is refused, however deep")
  func aPathThatIsTooLongIsRefused() throws {
    let served = try ServedSession()
    let deep = Array(String(repeating: "/n", count: 2048).utf8)
    #expect(path(try ask(served, .explain(deep))) == deep)
    guard case .refused(let error) = try ask(served, .explain(deep + [47])) else {
      Issue.record("not refused")
      return
    }
    #expect(error.errno == .nameTooLong)
  }

  @Test func anotherVersionIsAnsweredWithOurs() throws {
    let served = try ServedSession()
    var question = ControlMessage.opening + [UInt8](repeating: 255, count: 100)
    question[4] = 99
    let padded = question + [UInt8](repeating: 0, count: ControlMessage.size - question.count)
    let arguments = Arguments().u64(0).u32(16).u32(ControlMessage.ioctl).u64(0)
      .u32(UInt32(ControlMessage.size)).u32(UInt32(ControlMessage.size)).raw(padded)
    let reply = try #require(served.client.call(39, unique: 4, arguments))
    #expect(reply.error == 0 && Array(reply.payload[16...]) == ControlMessage.opening)
  }

  @Test func whatNobodyUnderstandsIsRefused() throws {
    let served = try ServedSession()
    let whole = [UInt8](repeating: 255, count: 50_000)
    let messages: [(ControlMessage, Int32)] = [
      // No request.
      (ControlMessage(.send, total: 3, piece: [9, 9, 9]), EPROTO),
      (ControlMessage(.send), EPROTO),
      (ControlMessage(.send, total: 100, offset: 50, piece: [1]), EPROTO),
      (ControlMessage(.accepted), EPROTO), (ControlMessage(.reply), EPROTO),
      (ControlMessage(.fetch), ECANCELED), (ControlMessage(.fetch, transaction: 77), ECANCELED),
      (ControlMessage(.send, transaction: 77, of: whole, from: 100), ECANCELED),
    ]
    for (message, errno) in messages {
      #expect(
        try tell(served, message.bytes) == .failure(Errno(rawValue: errno)), "\(message.kind)")
    }
    #expect(try tell(served, [UInt8](repeating: 0, count: 100)) == .failure(.protocolError))
    // A piece that is not the next one, and another total.
    for (offset, total) in [(0, whole.count), (ControlMessage.pieceSize, whole.count + 1)] {
      let begun = try tell(served, ControlMessage(.send, transaction: 0, of: whole, from: 0))
      let wrong = ControlMessage(
        .send, transaction: begun.transaction, total: total, offset: offset, piece: whole[..<9])
      #expect(try tell(served, wrong.bytes) == .failure(.protocolError))
    }
    // A reply is fetched while the request is still awaited.
    let begun = try tell(served, ControlMessage(.send, transaction: 0, of: whole, from: 0))
    let fetch = ControlMessage(.fetch, transaction: begun.transaction)
    #expect(try tell(served, fetch.bytes) == .failure(.protocolError))
    #expect(path(try ask(served, .explain(Array("/x".utf8)))) == Array("/x".utf8))
  }

  @Test func anotherSizeThanTheNumberSaysIsInvalid() throws {
    let served = try ServedSession()
    let message = ControlMessage(.fetch).bytes
    #expect(try tell(served, message, pads: false) == .failure(.invalid))
    #expect(try tell(served, message, inSize: ControlMessage.size + 1) == .failure(.invalid))
    #expect(try tell(served, message, outSize: 0) == .failure(.invalid))
    #expect(try tell(served, message, outSize: 1 << 20) == .failure(.invalid))
  }

  @Test func thereIsNoOtherControlOfADirectory() throws {
    let served = try ServedSession()
    let opened = try #require(served.client.call(27, unique: 6, Arguments().zeros(8)))
    let arguments = Arguments().u64(opened.u64(at: 0)).u32(16).u32(ControlMessage.ioctl + 1).u64(0)
      .u32(8).u32(8).zeros(8)
    #expect(served.client.call(39, unique: 8, arguments)?.error == ENOTTY)
  }

  @Test func manyAtOnceAreAllAnswered() throws {
    let served = try ServedSession()
    let request = ControlRequest.explain(Array("/file".utf8)).encoded
    let message = ControlMessage(.send, transaction: 0, of: request, from: 0).bytes
    let padded = message + [UInt8](repeating: 0, count: ControlMessage.size - message.count)
    let arguments = Arguments().u64(0).u32(16).u32(ControlMessage.ioctl).u64(0)
      .u32(UInt32(padded.count)).u32(UInt32(padded.count)).raw(padded)
    let uniques = UInt64(100)..<400
    var answered: Set<UInt64> = []
    for unique in uniques {
      served.client.send(WireClient.request(39, unique: unique, node: 1, arguments))
      // A few at a time: the socket's room is bounded.
      if unique % 5 == 4 {
        for _ in 0..<5 {
          let reply = try #require(served.client.receive())
          #expect(reply.error == 0 || reply.error == EAGAIN)
          answered.insert(reply.unique)
        }
      }
    }
    #expect(answered == Set(uniques))
  }
}

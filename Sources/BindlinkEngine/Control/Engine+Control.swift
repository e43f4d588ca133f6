// Control: messages that clients send by ioctl, put together to requests, answered by C9's rules.

package import BindlinkControl
package import BindlinkMap
internal import Glibc

extension Engine {
  /// What a request of somebody who may change the table can be as long as; the others have one
  /// message.
  static let requestLimit = 64 << 20

  /// Answers one message. EPROTO: it is none. ECANCELED: its transaction is not there any more. May
  /// wait for the kernel to take notifications, so a worker must not call it.
  package func control(message bytes: [UInt8], from caller: Caller) throws(Errno) -> [UInt8] {
    let message: ControlMessage
    do throws(ControlMessage.Failure) {
      message = try ControlMessage(decoding: bytes)
    } catch {
      switch error {
      case .malformed: throw .protocolError
      case .foreign: return ControlMessage.opening
      }
    }
    switch message.kind {
    case .send: return try receive(message, from: caller).bytes
    case .fetch: return try fetch(message, from: caller).bytes
    case .accepted, .reply: throw .protocolError
    }
  }

  /// Drops what clients have left behind; when to call it again, on the monotonic clock in
  /// nanoseconds.
  package func expireTransactions() -> UInt64? {
    transactions.withLock { $0.expire(now: Self.now) }
  }

  static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func receive(
    _ message: ControlMessage, from caller: Caller
  ) throws(Errno) -> ControlMessage {
    var pieces: [ArraySlice<UInt8>] = []
    var received = 0
    if message.transaction == 0 {
      guard message.offset == 0, !message.piece.isEmpty else { throw .protocolError }
      if let refusal = refusal(ofSize: message.total, caller) { return answer(refusal, caller) }
    } else {
      let content = transactions.withLock {
        $0.take(message.transaction, owner: caller.uid)
      }
      guard let content else { throw .cancelled }
      guard case .request(let begun, message.total) = content, !message.piece.isEmpty else {
        throw .protocolError
      }
      pieces = begun
      received = begun.reduce(0) { $0 + $1.count }
      guard received == message.offset else { throw .protocolError }
    }
    pieces.append(message.piece)
    received += message.piece.count
    guard received == message.total else {
      let id = transactions.withLock {
        $0.keep(
          .request(pieces, total: message.total),
          id: message.transaction == 0 ? nil : message.transaction, owner: caller.uid, now: Self.now
        )
      }
      return ControlMessage(.accepted, transaction: id, total: message.total, offset: received)
    }
    do throws(MalformedMessage) {
      let request = try ControlRequest(decoding: Array(pieces.joined()))
      return answer(answer(request, from: caller), caller)
    } catch {
      throw .protocolError
    }
  }

  private func refusal(ofSize size: Int, _ caller: Caller) -> ControlReply? {
    if size <= ControlMessage.pieceSize { return nil }
    if !mayChange(caller) { return .refused(.mayNotChange) }
    if size <= Self.requestLimit { return nil }
    return .refused(
      LinkError(
        .tooBig, "C6", "the request",
        "has \(size) bytes, more than the \(Self.requestLimit) that are taken at once"))
  }

  private func answer(_ reply: ControlReply, _ caller: Caller) -> ControlMessage {
    let bytes = reply.encoded
    var id: UInt64 = 0
    if bytes.count > ControlMessage.pieceSize {
      id = transactions.withLock {
        $0.keep(.reply(bytes), owner: caller.uid, now: Self.now)
      }
    }
    return ControlMessage(.reply, transaction: id, of: bytes, from: 0)
  }

  private func fetch(
    _ message: ControlMessage, from caller: Caller
  ) throws(Errno) -> ControlMessage {
    let content = transactions.withLock {
      $0.take(message.transaction, owner: caller.uid)
    }
    guard let content else { throw .cancelled }
    guard case .reply(let bytes) = content, message.offset < bytes.count else {
      throw .protocolError
    }
    let answer = ControlMessage(
      .reply, transaction: message.transaction, of: bytes, from: message.offset)
    if message.offset + answer.piece.count < bytes.count {
      _ = transactions.withLock {
        $0.keep(.reply(bytes), id: message.transaction, owner: caller.uid, now: Self.now)
      }
    }
    return answer
  }
}

extension Engine {
  /// Answers a request as C9 allows the caller.
  package func answer(_ request: ControlRequest, from caller: Caller) -> ControlReply {
    // Who asks sees all that happened behind the view before, and so does what he does next.
    settle()
    let mayChange = mayChange(caller)
    do throws(LinkError) {
      switch request {
      case .list: return .links(try linkStatuses(showingExceptions: mayChange))
      case .explain(let path):
        // PATH_MAX: what is longer names nothing, and would be looked for all the same.
        guard path.count <= 4096 else {
          throw LinkError(.nameTooLong, "C10", "the path", "is too long")
        }
        return .explanation(try explain(path, showingHidden: mayChange))
      case .export:
        guard mayChange else { throw .mayNotChange }
        return .table(tableRequest())
      case .change(let changes):
        guard mayChange else { throw .mayNotChange }
        try change(changes)
        return .changed
      }
    } catch {
      return .refused(error)
    }
  }
}

extension LinkError {
  static let mayNotChange = LinkError(
    .notPermitted, "C9", "the view",
    "is changed by its owner and by root only, and not from inside a container")
}

extension Errno {
  static let tooBig = Errno(rawValue: 7)  // E2BIG
}

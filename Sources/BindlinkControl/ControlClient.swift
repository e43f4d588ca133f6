// The client's side of control: a request in, a reply out, by ioctl on the view itself.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

package struct ControlClient: ~Copyable {
  private let descriptor: Int32
  private let place: [UInt8]

  /// Opens a directory or file of a view, its mountpoint as a rule. ENOTTY at the first call if it
  /// is in none.
  package init(view place: [UInt8]) throws(ControlFailure) {
    self.place = place
    guard !place.contains(0) else { throw ControlFailure(.invalid, place) }
    let name = place.map { CChar(bitPattern: $0) } + [0]
    var result: Int32
    repeat {
      // O_NONBLOCK: what is no view may be a FIFO.
      result = unsafe bl_openat(-100, name, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0)
    } while result == -EINTR
    guard result >= 0 else { throw ControlFailure(Errno(rawValue: -result), place) }
    descriptor = result
  }

  deinit { _ = bl_close(descriptor) }

  /// The reply is never a refusal: that is thrown.
  package func call(_ request: ControlRequest) throws(ControlFailure) -> ControlReply {
    let bytes = request.encoded
    var attempts = 3
    while true {
      do throws(ControlFailure) {
        let reply = try exchange(bytes)
        if case .refused(let error) = reply { throw .refused(error) }
        return reply
      } catch .failed(.cancelled, _, _) where attempts > 1 {
        // Others needed the room before the request was complete, or the reply fetched.
        attempts -= 1
      }
    }
  }

  private func exchange(_ request: [UInt8]) throws(ControlFailure) -> ControlReply {
    var answer = try tell(ControlMessage(.send, transaction: 0, of: request, from: 0))
    while answer.kind == .accepted {
      guard answer.offset > 0, answer.offset < request.count else { throw misunderstood }
      answer = try tell(
        ControlMessage(.send, transaction: answer.transaction, of: request, from: answer.offset))
    }
    var reply: [UInt8] = []
    while true {
      guard answer.kind == .reply, answer.offset == reply.count, !answer.piece.isEmpty else {
        throw misunderstood
      }
      reply += answer.piece
      if reply.count == answer.total { break }
      answer = try tell(
        ControlMessage(.fetch, transaction: answer.transaction, offset: reply.count))
    }
    do throws(MalformedMessage) {
      return try ControlReply(decoding: reply)
    } catch {
      throw misunderstood
    }
  }

  private var misunderstood: ControlFailure { ControlFailure(.protocolError, place) }

  /// One ioctl.
  private func tell(_ message: ControlMessage) throws(ControlFailure) -> ControlMessage {
    let question = message.bytes
    let padding = ControlMessage.size - question.count
    var patience = 1_000
    while true {
      var buffer = question + [UInt8](repeating: 0, count: padding)
      let result = unsafe buffer.withUnsafeMutableBytes {
        unsafe bl_ioctl(descriptor, ControlMessage.ioctl, $0.baseAddress)
      }
      if result >= 0 { return try understood(buffer) }
      switch Errno(rawValue: -result) {
      case .interrupted: break
      case .again where patience > 0:
        patience -= 1
        usleep(10_000)
      case let error: throw ControlFailure(error, place)
      }
    }
  }

  private func understood(_ answer: [UInt8]) throws(ControlFailure) -> ControlMessage {
    do throws(ControlMessage.Failure) {
      return try ControlMessage(decoding: answer)
    } catch {
      guard case .foreign(let version) = error else { throw misunderstood }
      let other = version > ControlMessage.version ? "a newer" : "an older"
      throw .failed(
        .protocolNotSupported, subject: place,
        reason: "is served by \(other) bindlink (its protocol is \(version), this one's is "
          + "\(ControlMessage.version)); use that one's command")
    }
  }
}

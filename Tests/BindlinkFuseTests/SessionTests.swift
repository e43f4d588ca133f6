// The life of a session: one reply per request however many are outstanding, and an end.
import BindlinkFuse
import Glibc
import Synchronization
import Testing

@Suite struct SessionTests {
  @Test func everyRequestGetsOneReply() throws {
    let served = try ServedSession()
    let senders = 4
    let requestsEach = 5_000
    for sender in 0..<senders {
      Sender(served.client, first: UInt64(1000 + sender * requestsEach), requestsEach).start()
    }
    var replies: [UInt64: Int] = [:]
    for _ in 0..<(senders * requestsEach) {
      let reply = try #require(served.client.receive())
      replies[reply.unique, default: 0] += 1
    }
    #expect(served.client.receive(milliseconds: 50) == nil)
    #expect(replies.count == senders * requestsEach)
    #expect(replies.values.allSatisfy { $0 == 1 })
  }

  @Test func stopEndsAnIdleSession() throws {
    let served = try ServedSession()
    served.session.stop()
    #expect(served.waitForEnd())
  }

  @Test func stopEndsABusySession() throws {
    let served = try ServedSession()
    Sender(served.client, first: 1000, 5_000).start()
    for _ in 0..<500 { try #require(served.client.receive() != nil) }
    served.session.stop()
    while served.client.receive(milliseconds: 1_000) != nil {}
    #expect(served.waitForEnd())
  }

  @Test func stopBeforeTheFirstRequestEndsIt() throws {
    let served = try ServedSession(initializes: false)
    served.session.stop()
    #expect(served.waitForEnd())
  }

  @Test func theEndOfTheConnectionEndsIt() throws {
    let served = try ServedSession()
    shutdown(served.client.socket, Int32(SHUT_RDWR))
    #expect(served.waitForEnd())
  }

  /// What was sent before the end is still answered.
  @Test func halfAConnectionIsServedToItsEnd() throws {
    let served = try ServedSession()
    for unique in UInt64(10)..<60 {
      served.client.send(WireClient.request(17, unique: unique, node: 1, Arguments()))
    }
    shutdown(served.client.socket, Int32(SHUT_WR))
    for _ in 10..<60 { #expect(served.client.receive() != nil) }
    #expect(served.waitForEnd())
  }

  @Test func theDeviceIsClosedAtTheEnd() throws {
    let served = try ServedSession()
    served.session.stop()
    #expect(served.waitForEnd())
    #expect(served.client.send(WireClient.request(17, unique: 4, node: 1, Arguments())) == false)
  }
}

/// Sends from a thread of its own.
private final class Sender: Sendable {
  private let client: WireClient
  private let first: UInt64
  private let count: Int

  init(_ client: WireClient, first: UInt64, _ count: Int) {
    self.client = client
    self.first = first
    self.count = count
  }

  func start() {
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, runSender, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  func run() {
    for index in 0..<count {
      // Of those that libfuse serves and those that are served directly.
      let packet =
        index.isMultiple(of: 2)
        ? WireClient.request(17, unique: first + UInt64(index), node: 1, Arguments())
        : WireClient.request(52, unique: first + UInt64(index), node: 1, Arguments().zeros(24))
      if !client.send(packet) { return }
    }
  }
}

private func runSender(_ sender: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Sender>.fromOpaque(sender!).takeRetainedValue().run()
  return nil
}

// Locks that wait: granted when the holder lets go, given up when the caller is interrupted, and
// no obstacle to other requests or to the end of the session.
import BindlinkFuse
import Glibc
import Testing

@Suite struct LockTests {
  /// Two open files of one node, the first of which holds a lock that the second wants.
  struct Contest {
    let served: ServedSession
    let node: UInt64
    let holder: UInt64
    let waiter: UInt64
    let isWholeFile: Bool

    init(isWholeFile: Bool) throws {
      served = try ServedSession()
      self.isWholeFile = isWholeFile
      node = try WellFormedRequests.lookUp(served.client, "file")
      holder = try WellFormedRequests.open(served.client, node)
      waiter = try WellFormedRequests.open(served.client, node)
      let reply = served.client.call(33, unique: 20, node: node, arguments(holder, F_WRLCK))
      try #require(reply?.error == 0)
    }

    /// The handle's number serves as the owner.
    func arguments(_ handle: UInt64, _ type: Int32) -> Arguments {
      Arguments().u64(handle).u64(handle).u64(0).u64(UInt64(Int64.max)).u32(UInt32(type)).u32(0)
        .u32(isWholeFile ? 1 : 0).u32(0)
    }

    func beginWaiting(unique: UInt64) {
      served.client.send(
        WireClient.request(33, unique: unique, node: node, arguments(waiter, F_WRLCK)))
      #expect(served.client.receive(milliseconds: 100) == nil)
    }

    func interrupt(_ unique: UInt64) {
      served.client.send(
        WireClient.request(36, unique: unique + 1, node: 0, Arguments().u64(unique)))
    }
  }

  @Test(arguments: [false, true]) func aLockThatIsTakenIsEAGAIN(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    let reply = contest.served.client.call(
      32, unique: 22, node: contest.node, contest.arguments(contest.waiter, F_WRLCK))
    #expect(reply?.error == EAGAIN)
  }

  @Test(arguments: [false, true]) func aWaitingLockIsGranted(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    contest.beginWaiting(unique: 30)
    contest.served.client.send(
      WireClient.request(
        32, unique: 32, node: contest.node, contest.arguments(contest.holder, F_UNLCK)))
    let replies = [contest.served.client.receive(), contest.served.client.receive()]
    #expect(Set(replies.compactMap { $0?.unique }) == [30, 32])
    #expect(replies.allSatisfy { $0?.error == 0 })
  }

  @Test(arguments: [false, true]) func aWaitingLockCanBeInterrupted(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    for unique in stride(from: UInt64(30), to: 70, by: 2) {
      contest.beginWaiting(unique: unique)
      contest.interrupt(unique)
      let reply = try #require(contest.served.client.receive())
      #expect(reply.unique == unique)
      #expect(reply.error == EINTR)
    }
    // The holder still holds it.
    let reply = contest.served.client.call(
      32, unique: 100, node: contest.node, contest.arguments(contest.waiter, F_WRLCK))
    #expect(reply?.error == EAGAIN)
  }

  /// The interrupt overtakes the request, or comes while its thread is being made.
  @Test(arguments: [false, true]) func anEarlyInterruptIsNotLost(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    let client = contest.served.client
    for unique in stride(from: UInt64(1000), to: 1400, by: 2) {
      client.send(
        WireClient.request(
          33, unique: unique, node: contest.node, contest.arguments(contest.waiter, F_WRLCK)))
      contest.interrupt(unique)
      var reply = try #require(client.receive())
      // As the kernel does: an interrupt that comes back with EAGAIN is sent again.
      while reply.unique == unique + 1 {
        #expect(reply.error == EAGAIN)
        contest.interrupt(unique)
        reply = try #require(client.receive())
      }
      #expect(reply.unique == unique)
      #expect(reply.error == EINTR)
    }
  }

  @Test(arguments: [false, true]) func othersAreServedMeanwhile(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    for unique in stride(from: UInt64(200), to: 240, by: 2) {
      contest.served.client.send(
        WireClient.request(
          33, unique: unique, node: contest.node, contest.arguments(contest.waiter, F_WRLCK)))
    }
    #expect(contest.served.client.call(17, unique: 400)?.error == 0)
  }

  @Test(arguments: [false, true]) func stopEndsWaitingLocks(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    contest.beginWaiting(unique: 30)
    contest.served.session.stop()
    #expect(contest.served.waitForEnd())
  }

  @Test(arguments: [false, true]) func theEndOfTheConnectionEndsThem(isWholeFile: Bool) throws {
    let contest = try Contest(isWholeFile: isWholeFile)
    contest.beginWaiting(unique: 30)
    shutdown(contest.served.client.socket, Int32(SHUT_RDWR))
    #expect(contest.served.waitForEnd())
  }
}

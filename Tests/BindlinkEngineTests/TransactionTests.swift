// What is kept of clients between their calls, and what happens to those who never come back.
import BindlinkEngine
import Testing

@Suite struct TransactionTests {
  private static func request(_ size: Int) -> Transactions.Content {
    .request([ArraySlice(repeating: 7, count: size)], total: size + 1)
  }

  @Test func whatIsKeptIsTakenOnce() throws {
    var transactions = Transactions()
    let id = transactions.keep(.reply([1, 2]), owner: 5, now: 0)
    #expect(id != 0)
    guard case .reply([1, 2])? = transactions.take(id, owner: 5) else {
      Issue.record("lost")
      return
    }
    #expect(transactions.take(id, owner: 5) == nil)
    #expect(transactions.keep(.reply([3]), id: id, owner: 5, now: 0) == id)
  }

  @Test func anothersIsNotTaken() {
    var transactions = Transactions()
    let id = transactions.keep(Self.request(1), owner: 5, now: 0)
    #expect(transactions.take(id, owner: 0) == nil)
    #expect(transactions.take(id &+ 1, owner: 5) == nil)
    #expect(transactions.take(id, owner: 5) != nil)
  }

  @Test func idsAreNotGuessed() {
    var transactions = Transactions()
    let ids = (0..<16).map { _ in transactions.keep(Self.request(1), owner: 5, now: 0) }
    #expect(Set(ids.map { $0 >> 32 }).count == 16)
  }

  @Test func aClientThatDiesIsForgotten() {
    var limits = Transactions.Limits()
    limits.patience = 10
    var transactions = Transactions(limits: limits)
    #expect(transactions.expire(now: 0) == nil)
    let first = transactions.keep(Self.request(1), owner: 5, now: 0)
    let second = transactions.keep(Self.request(1), owner: 6, now: 4)
    #expect(transactions.expire(now: 9) == 10)
    #expect(transactions.count == 2)
    #expect(transactions.expire(now: 10) == 14)
    #expect(transactions.take(first, owner: 5) == nil)
    #expect(transactions.take(second, owner: 6) != nil)
    #expect(transactions.expire(now: 100) == nil)
  }

  @Test func anOwnersOldestGoesFirst() {
    var limits = Transactions.Limits()
    limits.countPerOwner = 3
    var transactions = Transactions(limits: limits)
    let others = transactions.keep(Self.request(1), owner: 6, now: 0)
    let own = (0..<5).map { transactions.keep(Self.request(1), owner: 5, now: UInt64($0)) }
    #expect(transactions.count == 4)
    #expect(own.map { transactions.take($0, owner: 5) != nil } == [false, false, true, true, true])
    #expect(transactions.take(others, owner: 6) != nil)
  }

  @Test func memoryIsBounded() {
    var limits = Transactions.Limits()
    limits.bytesPerOwner = 100
    limits.bytes = 150
    var transactions = Transactions(limits: limits)
    let first = transactions.keep(Self.request(60), owner: 5, now: 0)
    let second = transactions.keep(.reply([UInt8](repeating: 0, count: 60)), owner: 5, now: 0)
    #expect(transactions.take(first, owner: 5) == nil)
    let others = transactions.keep(Self.request(90), owner: 6, now: 0)
    #expect(transactions.count == 2)
    let last = transactions.keep(Self.request(10), owner: 7, now: 0)
    #expect(transactions.take(second, owner: 5) == nil)
    #expect(transactions.take(others, owner: 6) != nil)
    #expect(transactions.take(last, owner: 7) != nil)
    // What is gone does not count any more.
    let ids = (0..<3).map { _ in transactions.keep(Self.request(30), owner: 5, now: 0) }
    #expect(ids.allSatisfy { transactions.take($0, owner: 5) != nil })
    // One that is too large by itself.
    let large = transactions.keep(Self.request(200), owner: 5, now: 0)
    #expect(transactions.take(large, owner: 5) == nil && transactions.count == 0)
  }

  @Test func everybodyTogetherIsBounded() {
    var limits = Transactions.Limits()
    limits.count = 10
    var transactions = Transactions(limits: limits)
    let ids = (0..<12 as Range<UInt32>).map {
      transactions.keep(Self.request(1), owner: $0, now: 0)
    }
    #expect(transactions.count == 10)
    #expect(transactions.take(ids[1], owner: 1) == nil)
    #expect(transactions.take(ids[2], owner: 2) != nil)
  }
}

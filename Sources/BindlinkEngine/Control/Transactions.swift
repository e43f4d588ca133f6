// Requests and replies that are longer than one ioctl, between its calls. Nobody tells when a client
// dies half-way, so they end by themselves: after a while without a call, or when their owner or
// others need the room. One that is being worked on is not in here.

package struct Transactions {
  package enum Content {
    /// The pieces that have come of a request of `total` bytes.
    case request([ArraySlice<UInt8>], total: Int)
    /// What is left to be fetched of.
    case reply([UInt8])

    fileprivate var size: Int {
      switch self {
      case .request(let pieces, _): pieces.reduce(0) { $0 + $1.count }
      case .reply(let bytes): bytes.count
      }
    }
  }

  package struct Limits {
    package var count = 256
    package var countPerOwner = 16
    package var bytes = 256 << 20
    package var bytesPerOwner = 96 << 20
    /// Nanoseconds between two calls of a client.
    package var patience: UInt64 = 30_000_000_000

    package init() {}
  }

  private struct Idle {
    let owner: UInt32
    let content: Content
    let size: Int
    let since: UInt64
    /// Tells apart what came at one time.
    let order: UInt64
  }

  private let limits: Limits
  private var idle: [UInt64: Idle] = [:]
  private var bytes = 0
  private var order: UInt64 = 0

  package init(limits: Limits = Limits()) { self.limits = limits }

  package var count: Int { idle.count }

  /// Keeps it until the next call about it, and returns its id: `id`, or a new one. The oldest go,
  /// if that needs room: the owner's own before those of others.
  package mutating func keep(
    _ content: Content, id: UInt64? = nil, owner: UInt32, now: UInt64
  ) -> UInt64 {
    var key = id ?? 0
    while key == 0 || idle[key] != nil { key = .random(in: 1...UInt64.max) }
    order += 1
    idle[key] = Idle(
      owner: owner, content: content, size: content.size, since: now, order: order)
    bytes += content.size
    shed(countLimit: limits.countPerOwner, byteLimit: limits.bytesPerOwner) { $0.owner == owner }
    shed(countLimit: limits.count, byteLimit: limits.bytes) { _ in true }
    return key
  }

  /// Nil: never was, another's, or dropped.
  package mutating func take(_ id: UInt64, owner: UInt32) -> Content? {
    guard idle[id]?.owner == owner else { return nil }
    return remove(id)
  }

  /// Drops whose client has not called for too long. Returns when to look again; nil: at the next
  /// `keep`.
  package mutating func expire(now: UInt64) -> UInt64? {
    for (id, transaction) in idle where transaction.since + limits.patience <= now { remove(id) }
    return idle.values.map(\.since).min().map { $0 + limits.patience }
  }

  @discardableResult
  private mutating func remove(_ id: UInt64) -> Content? {
    guard let transaction = idle.removeValue(forKey: id) else { return nil }
    bytes -= transaction.size
    return transaction.content
  }

  private mutating func shed(countLimit: Int, byteLimit: Int, _ concerned: (Idle) -> Bool) {
    guard idle.count > countLimit || bytes > byteLimit else { return }
    let theirs = idle.filter { concerned($0.value) }.sorted { $0.value.order < $1.value.order }
    var count = theirs.count
    var size = theirs.reduce(0) { $0 + $1.value.size }
    for (id, transaction) in theirs where count > countLimit || size > byteLimit {
      remove(id)
      count -= 1
      size -= transaction.size
    }
  }
}

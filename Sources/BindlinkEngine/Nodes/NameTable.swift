// The names that nodes are known by, found by directory and name: what an event about a name of a
// backing concerns. Part of the node table, under its lock.

internal import BindlinkMap

@safe struct NameTable {
  private var buckets: [UnsafeMutablePointer<KnownName>?] = unsafe Array(
    repeating: nil, count: 1024)
  private var count = 0

  private static func hash(_ parent: UInt32, _ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    mix(BindlinkEngine.hash(unsafe name.span) ^ UInt64(parent))
  }

  private func bucket(of record: UnsafeMutablePointer<KnownName>) -> Int {
    let bytes = unsafe UnsafeRawPointer(KnownName.bytes(of: record))
      .assumingMemoryBound(to: UInt8.self)
    let name = unsafe UnsafeBufferPointer(start: bytes, count: Int(record.pointee.length))
    return bucket(unsafe Self.hash(record.pointee.parent, name))
  }

  private func bucket(_ hash: UInt64) -> Int {
    unsafe Int(truncatingIfNeeded: hash) & (buckets.count - 1)
  }

  mutating func insert(_ record: UnsafeMutablePointer<KnownName>) {
    if unsafe count >= buckets.count { grow() }
    count += 1
    unsafe enter(record)
  }

  private mutating func enter(_ record: UnsafeMutablePointer<KnownName>) {
    let bucket = unsafe bucket(of: record)
    unsafe record.pointee.hashNext = buckets[bucket]
    unsafe buckets[bucket] = record
  }

  private mutating func grow() {
    let old = unsafe buckets
    unsafe buckets = Array(repeating: nil, count: old.count * 2)
    for index in unsafe old.indices {
      var record = unsafe old[index]
      while let known = unsafe record {
        unsafe record = known.pointee.hashNext
        unsafe enter(known)
      }
    }
  }

  mutating func remove(_ record: UnsafeMutablePointer<KnownName>) {
    count -= 1
    let bucket = unsafe bucket(of: record)
    if unsafe buckets[bucket] == record {
      unsafe buckets[bucket] = record.pointee.hashNext
      return
    }
    var previous = unsafe buckets[bucket]
    while let known = unsafe previous {
      if unsafe known.pointee.hashNext == record {
        unsafe known.pointee.hashNext = record.pointee.hashNext
        return
      }
      unsafe previous = known.pointee.hashNext
    }
  }

  /// Each node that is known by the name, former ones included.
  func forEach(
    named name: [UInt8], in parent: UInt32, _ body: (UnsafeMutablePointer<KnownName>) -> Void
  ) {
    unsafe name.withUnsafeBufferPointer { name in
      var record = unsafe buckets[bucket(Self.hash(parent, name))]
      while let known = unsafe record {
        unsafe record = known.pointee.hashNext
        let bytes = unsafe UnsafeRawPointer(KnownName.bytes(of: known))
          .assumingMemoryBound(to: UInt8.self)
        if unsafe known.pointee.parent == parent, unsafe Int(known.pointee.length) == name.count,
          unsafe UnsafeBufferPointer(start: bytes, count: name.count).elementsEqual(name)
        {
          unsafe body(known)
        }
      }
    }
  }
}

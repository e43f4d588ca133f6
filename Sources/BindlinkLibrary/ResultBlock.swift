// A result for a C program: one block of memory with a struct and everything that it points to, so
// that one free(3) gives it back. It is laid out by offsets first, in an array; the pointers are
// filled in when the block has its place.
internal import Glibc

struct ResultBlock {
  /// Where a value lies in the block.
  struct Place<Value> {
    fileprivate let offset: Int
  }

  private var bytes: [UInt8] = []
  private var pointers: [(at: Int, to: Int)] = []

  /// Room for a value, all of it 0. The first one is the result.
  mutating func reserve<Value>(_ type: Value.Type) -> Place<Value> {
    Place(offset: reserve(MemoryLayout<Value>.size, alignment: MemoryLayout<Value>.alignment))
  }

  mutating func set<Value, Member: BitwiseCopyable>(
    _ member: KeyPath<Value, Member>, of place: Place<Value>, to value: Member
  ) {
    let start = place.offset + MemoryLayout<Value>.offset(of: member)!
    unsafe withUnsafeBytes(of: value) {
      unsafe bytes.replaceSubrange(start..<start + $0.count, with: $0)
    }
  }

  mutating func point<Value, Target>(
    _ member: PartialKeyPath<Value>, of place: Place<Value>, to target: Place<Target>
  ) {
    pointers.append((place.offset + MemoryLayout<Value>.offset(of: member)!, target.offset))
  }

  /// A text without a 0 in it.
  mutating func add(_ text: some Collection<UInt8>) -> Place<CChar> {
    let start = bytes.count
    bytes += text
    bytes.append(0)
    return Place(offset: start)
  }

  /// An array of pointers.
  mutating func add<Target>(_ targets: [Place<Target>]) -> Place<UnsafeRawPointer?> {
    let size = unsafe MemoryLayout<UnsafeRawPointer?>.size
    let start = reserve(targets.count * size, alignment: size)
    for (index, target) in targets.enumerated() {
      pointers.append((start + index * size, target.offset))
    }
    return unsafe Place(offset: start)
  }

  /// The block as memory of malloc(3). Nil where there is none.
  consuming func allocate<Value>(as type: Value.Type) -> UnsafeMutablePointer<Value>? {
    guard let block = unsafe malloc(bytes.count) else { return nil }
    unsafe block.copyMemory(from: bytes, byteCount: bytes.count)
    for (place, target) in pointers {
      unsafe (block + place).storeBytes(
        of: UnsafeRawPointer(block + target), as: UnsafeRawPointer.self)
    }
    return unsafe block.assumingMemoryBound(to: type)
  }

  private mutating func reserve(_ size: Int, alignment: Int) -> Int {
    let start = (bytes.count + alignment - 1) / alignment * alignment
    bytes += [UInt8](repeating: 0, count: start + size - bytes.count)
    return start
  }
}

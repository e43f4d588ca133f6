// The records of getdents64, one at a time.

internal import BindlinkMap
internal import CBindlinkSystem

@safe struct DirectoryReader: ~Copyable, @unchecked Sendable {
  @unsafe struct Record {
    let inode: UInt64
    /// Where the next record begins: the backing's own cookie.
    let nextOffset: Int64
    /// The S_IFMT bits; 0: unknown.
    let type: UInt32
    /// Valid until the next call.
    let name: Name

    var isDot: Bool {
      unsafe name[0] == 46 && (name[1] == 0 || (name[1] == 46 && name[2] == 0))
    }
  }

  private static let capacity = 32768
  /// Its own alone, made with the first record.
  private var buffer: UnsafeMutableRawPointer?
  private var filled = 0
  private var position = 0
  private var previous = 0

  deinit { unsafe buffer?.deallocate() }

  /// What is left of the buffer belongs to another place in the directory now.
  mutating func discard() { (filled, position) = (0, 0) }

  /// The record last returned comes again.
  mutating func pushBack() { position = previous }

  /// The next record; nil at the end.
  mutating func next(_ directory: Int32) throws(Errno) -> Record? {
    let buffer = unsafe self.buffer ?? .allocate(byteCount: Self.capacity, alignment: 8)
    unsafe self.buffer = buffer
    if position >= filled {
      filled = try unsafe System.checked(bl_getdents(directory, buffer, Self.capacity))
      position = 0
      if filled == 0 { return nil }
    }
    previous = position
    let record = unsafe buffer + position
    position += Int(unsafe record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
    return unsafe Record(
      inode: record.loadUnaligned(as: UInt64.self),
      nextOffset: record.loadUnaligned(fromByteOffset: 8, as: Int64.self),
      type: UInt32(record.load(fromByteOffset: 18, as: UInt8.self)) << 12,
      name: UnsafePointer((record + 19).assumingMemoryBound(to: CChar.self)))
  }
}

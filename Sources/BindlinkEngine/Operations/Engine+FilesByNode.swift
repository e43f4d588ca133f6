// Data of files that are used without handles: what Engine+Files does by handle, by node. O_APPEND,
// O_DIRECT, O_SYNC and O_NOATIME come with each request, and are this one's alone.

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  private static let ownFlags = Int32(BL_O_DIRECT) | Int32(BL_O_NOATIME)

  package func read(
    _ id: NodeID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, flags: Int32
  ) throws(Errno) -> Int {
    let file = try dataFile(id, writes: false)
    let own = flags & Self.ownFlags
    if own != 0, let special = try? System.reopen(file.descriptor, O_RDONLY | own) {
      return try unsafe System.checked(
        bl_pread(special.raw, buffer.baseAddress, buffer.count, offset))
    }
    return try unsafe System.checked(
      bl_pread(file.descriptor, buffer.baseAddress, buffer.count, offset))
  }

  package func write(
    _ id: NodeID, _ data: UnsafeRawBufferPointer, at offset: Int64, flags: Int32,
    _ manner: WriteManner, caller: Caller
  ) throws(Errno) -> Int {
    let file = try dataFile(id, writes: true)
    var how = file.access.contains(.remote) ? Int32(BL_WRITE_DATA_SYNC) : 0
    if manner.isFromPageCache {
      return try unsafe Self.writePages(file.descriptor, data, at: offset, how)
    }
    if manner.dropsSetID { try dropSetID(from: file.descriptor, caller: caller) }
    if flags & O_APPEND != 0 { how |= Int32(BL_WRITE_APPEND) }
    if flags & O_DSYNC != 0 { how |= Int32(BL_WRITE_DATA_SYNC) }
    if flags & O_SYNC == O_SYNC { how |= Int32(BL_WRITE_SYNC) }
    let direct = flags & Int32(BL_O_DIRECT)
    if direct != 0, let special = try? System.reopen(file.descriptor, O_WRONLY | direct) {
      return try unsafe Self.writeAligned(special.raw, data, at: offset, how)
    }
    return try unsafe System.checked(
      bl_pwrite(file.descriptor, data.baseAddress, data.count, offset, how))
  }

  package func synchronize(_ id: NodeID, dataOnly: Bool) throws(Errno) {
    let file = try anyDataFile(id)
    _ = try System.checked(bl_fsync(file.descriptor, dataOnly ? 1 : 0))
  }

  package func allocate(
    _ id: NodeID, mode: Int32, offset: Int64, length: Int64
  ) throws(Errno) {
    let file = try dataFile(id, writes: true)
    _ = try System.checked(bl_fallocate(file.descriptor, mode, offset, length))
  }

  package func seek(_ id: NodeID, offset: Int64, whence: Int32) throws(Errno) -> Int64 {
    let file = try anyDataFile(id)
    return try System.checked(bl_lseek(file.descriptor, offset, whence))
  }

  package func copyRange(
    from source: NodeID, at sourceOffset: Int64, to target: NodeID, at targetOffset: Int64,
    length: Int, flags: Int32
  ) throws(Errno) -> Int {
    // First the one that may have to be opened anew for it, where they are one.
    let writable = try dataFile(target, writes: true)
    let readable = try dataFile(source, writes: false)
    return try System.checked(
      bl_copy_file_range(
        readable.descriptor, sourceOffset, writable.descriptor, targetOffset, length,
        UInt32(bitPattern: flags)))
  }

  func truncate(
    _ id: NodeID, to size: Int64, droppingSetIDFor caller: Caller?
  ) throws(Errno) {
    let file = try dataFile(id, writes: true)
    try truncate(file.descriptor, to: size, droppingSetIDFor: caller)
  }
}

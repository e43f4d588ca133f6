// The one file that talks to the kernel: each system call the engine makes, with its errno as a typed
// error. Workers block all signals, so there is no EINTR policy but one: a call that may wait for a
// lock returns EINTR to its caller, who wanted it.

internal import BindlinkMap
internal import CBindlinkSystem

/// A NUL-terminated name or path as the kernel takes it.
package typealias Name = UnsafePointer<CChar>

/// The status of an object: what one `statx` gives.
typealias Status = bl_statx

enum System {
  static let statusMask =
    UInt32(BL_STATX_BASIC) | UInt32(BL_STATX_BIRTH) | UInt32(BL_STATX_MOUNT_ID)
  static let pathOnly = Int32(BL_O_PATH) | noFollow
  static let noFollow: Int32 = 0o400000  // O_NOFOLLOW
  static let directory: Int32 = 0o200000  // O_DIRECTORY
  static let nonBlocking: Int32 = 0o4000  // O_NONBLOCK
  static let notFollowing: Int32 = 0x100  // AT_SYMLINK_NOFOLLOW
  static let removeDirectory: Int32 = 0x200  // AT_REMOVEDIR
  static let currentDirectory: Int32 = -100  // AT_FDCWD

  /// A result of the C layer: a value, or a negated errno.
  @inline(__always)
  static func checked<T: FixedWidthInteger & SignedInteger>(_ result: T) throws(Errno) -> T {
    if result < 0 { throw Errno(rawValue: Int32(truncatingIfNeeded: -result)) }
    return result
  }

  /// The status of a name, nothing followed. The answer is the kernel's cached one (so that a name at
  /// which this server's own view is mounted can be asked for), unless `synchronising`.
  @inline(__always)
  static func status(
    _ directory: Int32, _ name: Name, synchronising: Bool = false
  ) throws(Errno) -> Status {
    var status = Status()
    let flags =
      notFollowing | Int32(BL_AT_NO_AUTOMOUNT)
      | (synchronising ? 0 : Int32(BL_AT_STATX_DONT_SYNC))
    _ = try unsafe checked(bl_statx(directory, name, flags, statusMask, &status))
    return status
  }

  @inline(__always)
  static func status(of descriptor: Int32, synchronising: Bool = true) throws(Errno) -> Status {
    var status = Status()
    let flags =
      Int32(BL_AT_EMPTY_PATH)
      | (synchronising ? 0 : Int32(BL_AT_STATX_DONT_SYNC))
    _ = try unsafe checked(bl_statx(descriptor, "", flags, statusMask, &status))
    return status
  }

  static func open(
    _ directory: Int32, _ name: Name, _ flags: Int32, mode: UInt32 = 0
  ) throws(Errno) -> Descriptor {
    Descriptor(owning: try unsafe checked(bl_openat(directory, name, flags, mode)))
  }

  static func open(
    _ directory: Int32, _ path: Name, _ flags: Int32, resolving: UInt64
  ) throws(Errno) -> Descriptor {
    Descriptor(
      owning: try unsafe checked(
        bl_openat2(directory, path, UInt64(UInt32(bitPattern: flags)), resolving)))
  }

  /// A directory anew, for listing it. One that may be read but not searched has no "." to open.
  static func openForListing(_ directory: Int32) throws(Errno) -> Descriptor {
    do throws(Errno) {
      return try unsafe open(directory, ".", System.directory)
    } catch {
      guard error == .accessDenied else { throw error }
      return try reopen(directory, System.directory)
    }
  }

  static func duplicate(_ descriptor: Int32) throws(Errno) -> Descriptor {
    Descriptor(owning: try checked(bl_duplicate(descriptor)))
  }

  static func reopen(_ descriptor: Int32, _ flags: Int32) throws(Errno) -> Descriptor {
    Descriptor(owning: try checked(bl_reopen(descriptor, flags)))
  }

  /// The text of the symbolic link behind an O_PATH descriptor.
  static func target(of descriptor: Int32) throws(Errno) -> [UInt8] {
    var text = [CChar](repeating: 0, count: 4096)
    let count = try unsafe checked(bl_readlinkat(descriptor, "", &text, text.count))
    return text.prefix(count).map { UInt8(bitPattern: $0) }
  }

  /// All of a file of the kernel's, which has no size that could be asked for.
  static func content(of path: String) -> [UInt8]? {
    guard let file = try? unsafe open(currentDirectory, path, 0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var filled = 0
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe bl_pread(
          file.raw, buffer.baseAddress! + filled, buffer.count - filled, Int64(filled))
      }
      guard count > 0 else { break }
      filled += count
      if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: filled)) }
    }
    return Array(bytes.prefix(filled))
  }
}

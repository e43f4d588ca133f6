// The error numbers of Linux, as a type. The map has no I/O and needs no C library for
// them: the few numbers that it decides by itself stand here; the engine passes the kernel's on.

/// An `errno` value, thrown by everything below the public library. Public, so that it is inlined into
/// other modules, as `Guarded` is.
public struct Errno: Error, Hashable, Sendable {
  public let rawValue: Int32

  @inlinable @inline(__always)
  public init(rawValue: Int32) { self.rawValue = rawValue }

  @inlinable @inline(__always)
  public static func == (a: Errno, b: Errno) -> Bool { a.rawValue == b.rawValue }

  /// EPERM
  @inlinable @inline(__always) public static var notPermitted: Errno { Errno(rawValue: 1) }
  /// ENOENT
  @inlinable @inline(__always) public static var noEntry: Errno { Errno(rawValue: 2) }
  /// EINTR
  @inlinable @inline(__always) public static var interrupted: Errno { Errno(rawValue: 4) }
  /// EIO
  @inlinable @inline(__always) public static var io: Errno { Errno(rawValue: 5) }
  /// ENXIO
  @inlinable @inline(__always) public static var noDeviceOrAddress: Errno { Errno(rawValue: 6) }
  /// EBADF
  @inlinable @inline(__always) public static var badDescriptor: Errno { Errno(rawValue: 9) }
  /// EAGAIN
  @inlinable @inline(__always) public static var again: Errno { Errno(rawValue: 11) }
  /// EACCES
  @inlinable @inline(__always) public static var accessDenied: Errno { Errno(rawValue: 13) }
  /// EBUSY
  @inlinable @inline(__always) public static var busy: Errno { Errno(rawValue: 16) }
  /// EEXIST
  @inlinable @inline(__always) public static var exists: Errno { Errno(rawValue: 17) }
  /// EXDEV
  @inlinable @inline(__always) public static var crossDevice: Errno { Errno(rawValue: 18) }
  /// ENODEV
  @inlinable @inline(__always) public static var noDevice: Errno { Errno(rawValue: 19) }
  /// ENOTDIR
  @inlinable @inline(__always) public static var notDirectory: Errno { Errno(rawValue: 20) }
  /// EISDIR
  @inlinable @inline(__always) public static var isDirectory: Errno { Errno(rawValue: 21) }
  /// EINVAL
  @inlinable @inline(__always) public static var invalid: Errno { Errno(rawValue: 22) }
  /// EMFILE
  @inlinable @inline(__always) public static var tooManyOpenFiles: Errno { Errno(rawValue: 24) }
  /// ENOTTY
  @inlinable @inline(__always) public static var notTypewriter: Errno { Errno(rawValue: 25) }
  /// EROFS
  @inlinable @inline(__always) public static var readOnlyFileSystem: Errno { Errno(rawValue: 30) }
  /// ERANGE
  @inlinable @inline(__always) public static var range: Errno { Errno(rawValue: 34) }
  /// ENAMETOOLONG
  @inlinable @inline(__always) public static var nameTooLong: Errno { Errno(rawValue: 36) }
  /// ENOSYS
  @inlinable @inline(__always) public static var notImplemented: Errno { Errno(rawValue: 38) }
  /// ENOTEMPTY
  @inlinable @inline(__always) public static var notEmpty: Errno { Errno(rawValue: 39) }
  /// ELOOP
  @inlinable @inline(__always) public static var loop: Errno { Errno(rawValue: 40) }
  /// ENODATA
  @inlinable @inline(__always) public static var noData: Errno { Errno(rawValue: 61) }
  /// EOPNOTSUPP
  @inlinable @inline(__always) public static var notSupported: Errno { Errno(rawValue: 95) }
  /// ESTALE
  @inlinable @inline(__always) public static var stale: Errno { Errno(rawValue: 116) }
}

// The error numbers of Linux, as a type. The map has no I/O and needs no C library for
// them: the few numbers that it decides by itself stand here; the engine passes the kernel's on.

/// An `errno` value, thrown by everything below the public library.
package struct Errno: Error, Hashable, Sendable {
  package let rawValue: Int32

  @inlinable
  package init(rawValue: Int32) { self.rawValue = rawValue }

  package static let notPermitted = Errno(rawValue: 1)  // EPERM
  package static let noEntry = Errno(rawValue: 2)  // ENOENT
  package static let interrupted = Errno(rawValue: 4)  // EINTR
  package static let io = Errno(rawValue: 5)  // EIO
  package static let noDeviceOrAddress = Errno(rawValue: 6)  // ENXIO
  package static let badDescriptor = Errno(rawValue: 9)  // EBADF
  package static let again = Errno(rawValue: 11)  // EAGAIN
  package static let accessDenied = Errno(rawValue: 13)  // EACCES
  package static let busy = Errno(rawValue: 16)  // EBUSY
  package static let exists = Errno(rawValue: 17)  // EEXIST
  package static let crossDevice = Errno(rawValue: 18)  // EXDEV
  package static let noDevice = Errno(rawValue: 19)  // ENODEV
  package static let notDirectory = Errno(rawValue: 20)  // ENOTDIR
  package static let isDirectory = Errno(rawValue: 21)  // EISDIR
  package static let invalid = Errno(rawValue: 22)  // EINVAL
  package static let tooManyOpenFiles = Errno(rawValue: 24)  // EMFILE
  package static let notTypewriter = Errno(rawValue: 25)  // ENOTTY
  package static let readOnlyFileSystem = Errno(rawValue: 30)  // EROFS
  package static let range = Errno(rawValue: 34)  // ERANGE
  package static let nameTooLong = Errno(rawValue: 36)  // ENAMETOOLONG
  package static let notImplemented = Errno(rawValue: 38)  // ENOSYS
  package static let notEmpty = Errno(rawValue: 39)  // ENOTEMPTY
  package static let loop = Errno(rawValue: 40)  // ELOOP
  package static let noData = Errno(rawValue: 61)  // ENODATA
  package static let notSupported = Errno(rawValue: 95)  // EOPNOTSUPP
  package static let stale = Errno(rawValue: 116)  // ESTALE
}

// The error codes of Windows that belong to the errors of Linux, for callers who know those: one
// table for the Swift library and for the C functions with Windows' names.
public import SystemPackage

/// A code of `GetLastError`.
///
/// | errno | code |
/// |---|---|
/// | ENOENT | `ERROR_FILE_NOT_FOUND`; `ERROR_PATH_NOT_FOUND` where the parent is missing |
/// | EACCES | `ERROR_ACCESS_DENIED`; so is EPERM where a directory is to get a hard link |
/// | EPERM | `ERROR_PRIVILEGE_NOT_HELD` |
/// | EEXIST | `ERROR_ALREADY_EXISTS` |
/// | EXDEV | `ERROR_NOT_SAME_DEVICE` |
/// | EMLINK | `ERROR_TOO_MANY_LINKS` |
/// | EINVAL | `ERROR_INVALID_PARAMETER` |
///
/// and so on for the other constants here, which name their errno. An errno that has none is
/// `ERROR_GEN_FAILURE`.
public struct WindowsError: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// No error.
  public static let success = Self(rawValue: 0)
  /// ENOENT.
  public static let fileNotFound = Self(rawValue: 2)
  /// ENOENT of a parent.
  public static let pathNotFound = Self(rawValue: 3)
  /// EMFILE, ENFILE.
  public static let tooManyOpenFiles = Self(rawValue: 4)
  /// EACCES.
  public static let accessDenied = Self(rawValue: 5)
  /// EBADF.
  public static let invalidHandle = Self(rawValue: 6)
  /// ENOMEM.
  public static let notEnoughMemory = Self(rawValue: 8)
  /// EXDEV.
  public static let notSameDevice = Self(rawValue: 17)
  /// EROFS.
  public static let writeProtect = Self(rawValue: 19)
  /// What has no code of its own.
  public static let generalFailure = Self(rawValue: 31)
  /// ETXTBSY.
  public static let sharingViolation = Self(rawValue: 32)
  /// EOPNOTSUPP, ENOSYS.
  public static let notSupported = Self(rawValue: 50)
  /// EINVAL.
  public static let invalidParameter = Self(rawValue: 87)
  /// ENOSPC.
  public static let diskFull = Self(rawValue: 112)
  /// ENOTEMPTY.
  public static let directoryNotEmpty = Self(rawValue: 145)
  /// EBUSY.
  public static let busy = Self(rawValue: 170)
  /// EEXIST.
  public static let alreadyExists = Self(rawValue: 183)
  /// ENAMETOOLONG.
  public static let fileNameTooLong = Self(rawValue: 206)
  /// ENOTDIR.
  public static let notDirectory = Self(rawValue: 267)
  /// EISDIR.
  public static let directoryNotSupported = Self(rawValue: 336)
  /// EINTR.
  public static let operationAborted = Self(rawValue: 995)
  /// EIO.
  public static let ioDevice = Self(rawValue: 1117)
  /// EMLINK.
  public static let tooManyLinks = Self(rawValue: 1142)
  /// EDQUOT.
  public static let diskQuotaExceeded = Self(rawValue: 1295)
  /// EPERM.
  public static let privilegeNotHeld = Self(rawValue: 1314)
  /// ELOOP.
  public static let cannotResolveFileName = Self(rawValue: 1921)
  /// ENOTCONN.
  public static let notConnected = Self(rawValue: 2250)

  /// In both directions the first that fits counts.
  private static let table: [(errno: Errno, code: WindowsError, name: String)] = [
    (Errno(rawValue: 0), .success, "ERROR_SUCCESS"),
    (.noSuchFileOrDirectory, .fileNotFound, "ERROR_FILE_NOT_FOUND"),
    (.noSuchFileOrDirectory, .pathNotFound, "ERROR_PATH_NOT_FOUND"),
    (.tooManyOpenFiles, .tooManyOpenFiles, "ERROR_TOO_MANY_OPEN_FILES"),
    (.tooManyOpenFilesInSystem, .tooManyOpenFiles, "ERROR_TOO_MANY_OPEN_FILES"),
    (.permissionDenied, .accessDenied, "ERROR_ACCESS_DENIED"),
    (.badFileDescriptor, .invalidHandle, "ERROR_INVALID_HANDLE"),
    (.noMemory, .notEnoughMemory, "ERROR_NOT_ENOUGH_MEMORY"),
    (.improperLink, .notSameDevice, "ERROR_NOT_SAME_DEVICE"),
    (.readOnlyFileSystem, .writeProtect, "ERROR_WRITE_PROTECT"),
    (.textFileBusy, .sharingViolation, "ERROR_SHARING_VIOLATION"),
    (.notSupported, .notSupported, "ERROR_NOT_SUPPORTED"),
    (.noFunction, .notSupported, "ERROR_NOT_SUPPORTED"),
    (.invalidArgument, .invalidParameter, "ERROR_INVALID_PARAMETER"),
    (.noSpace, .diskFull, "ERROR_DISK_FULL"),
    (.directoryNotEmpty, .directoryNotEmpty, "ERROR_DIR_NOT_EMPTY"),
    (.resourceBusy, .busy, "ERROR_BUSY"),
    (.fileExists, .alreadyExists, "ERROR_ALREADY_EXISTS"),
    (.fileNameTooLong, .fileNameTooLong, "ERROR_FILENAME_EXCED_RANGE"),
    (.notDirectory, .notDirectory, "ERROR_DIRECTORY"),
    (.isDirectory, .directoryNotSupported, "ERROR_DIRECTORY_NOT_SUPPORTED"),
    (.interrupted, .operationAborted, "ERROR_OPERATION_ABORTED"),
    (.ioError, .ioDevice, "ERROR_IO_DEVICE"),
    (.tooManyLinks, .tooManyLinks, "ERROR_TOO_MANY_LINKS"),
    (.diskQuotaExceeded, .diskQuotaExceeded, "ERROR_DISK_QUOTA_EXCEEDED"),
    (.notPermitted, .privilegeNotHeld, "ERROR_PRIVILEGE_NOT_HELD"),
    (.tooManySymbolicLinkLevels, .cannotResolveFileName, "ERROR_CANT_RESOLVE_FILENAME"),
    (.socketNotConnected, .notConnected, "ERROR_NOT_CONNECTED"),
    (.ioError, .generalFailure, "ERROR_GEN_FAILURE"),
  ]

  /// The code of an errno.
  public init(_ errno: Errno) {
    self = Self.table.first { $0.errno == errno }?.code ?? .generalFailure
  }

  /// The errno of the code; nil for a code that is not among these.
  public var errno: Errno? { Self.table.first { $0.code == self }?.errno }

  /// Windows' name of the code, such as "ERROR_FILE_NOT_FOUND"; nil as for `errno`.
  public var name: String? { Self.table.first { $0.code == self }?.name }

  /// What `HRESULT_FROM_WIN32` makes of the code: `S_OK` (0) for success, `E_INVALIDARG`
  /// (0x80070057) for an invalid parameter, 0x80070002 for a missing file.
  public var hresult: Int32 {
    rawValue == 0 ? 0 : Int32(bitPattern: 0x8007_0000 | rawValue & 0xFFFF)
  }

  /// The code in an HRESULT that `hresult` can have made; nil for any other.
  public init?(hresult: Int32) {
    let bits = UInt32(bitPattern: hresult)
    guard bits == 0 || bits & 0xFFFF_0000 == 0x8007_0000 else { return nil }
    self.init(rawValue: bits & 0xFFFF)
  }
}

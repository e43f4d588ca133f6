// The header's constants are those of the library's own table.
import Bindlink
import CBindlink
import SystemPackage
import Testing

@Suite struct ErrorCodeTests {
  static let codes: [(Int32, WindowsError)] = [
    (ERROR_SUCCESS, .success),
    (ERROR_FILE_NOT_FOUND, .fileNotFound),
    (ERROR_PATH_NOT_FOUND, .pathNotFound),
    (ERROR_TOO_MANY_OPEN_FILES, .tooManyOpenFiles),
    (ERROR_ACCESS_DENIED, .accessDenied),
    (ERROR_INVALID_HANDLE, .invalidHandle),
    (ERROR_NOT_ENOUGH_MEMORY, .notEnoughMemory),
    (ERROR_NOT_SAME_DEVICE, .notSameDevice),
    (ERROR_WRITE_PROTECT, .writeProtect),
    (ERROR_GEN_FAILURE, .generalFailure),
    (ERROR_SHARING_VIOLATION, .sharingViolation),
    (ERROR_NOT_SUPPORTED, .notSupported),
    (ERROR_INVALID_PARAMETER, .invalidParameter),
    (ERROR_DISK_FULL, .diskFull),
    (ERROR_DIR_NOT_EMPTY, .directoryNotEmpty),
    (ERROR_BUSY, .busy),
    (ERROR_ALREADY_EXISTS, .alreadyExists),
    (ERROR_FILENAME_EXCED_RANGE, .fileNameTooLong),
    (ERROR_DIRECTORY, .notDirectory),
    (ERROR_DIRECTORY_NOT_SUPPORTED, .directoryNotSupported),
    (ERROR_OPERATION_ABORTED, .operationAborted),
    (ERROR_IO_DEVICE, .ioDevice),
    (ERROR_TOO_MANY_LINKS, .tooManyLinks),
    (ERROR_DISK_QUOTA_EXCEEDED, .diskQuotaExceeded),
    (ERROR_PRIVILEGE_NOT_HELD, .privilegeNotHeld),
    (ERROR_CANT_RESOLVE_FILENAME, .cannotResolveFileName),
    (ERROR_NOT_CONNECTED, .notConnected),
  ]

  @Test(arguments: codes) func headerHasTheLibrarysCode(code: Int32, error: WindowsError) {
    #expect(UInt32(code) == error.rawValue)
  }

  @Test(arguments: 0...133 as ClosedRange<Int32>) func everyErrnoHasTheLibrarysCode(number: Int32) {
    let code = WindowsError(Errno(rawValue: number)).rawValue
    #expect(bindlink_windows_code(number) == code)
    #expect(bindlink_windows_code(-number) == code)
  }
}

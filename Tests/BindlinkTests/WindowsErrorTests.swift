// Windows' codes: their numbers, which other programs rely on, and their errnos.
import Bindlink
import SystemPackage
import Testing

@Suite struct WindowsErrorTests {
  @Test(
    "an errno has the code, number and name that are documented",
    arguments: [
      (Errno.noSuchFileOrDirectory, 2, "ERROR_FILE_NOT_FOUND"),
      (.permissionDenied, 5, "ERROR_ACCESS_DENIED"),
      (.notPermitted, 1314, "ERROR_PRIVILEGE_NOT_HELD"),
      (.fileExists, 183, "ERROR_ALREADY_EXISTS"), (.improperLink, 17, "ERROR_NOT_SAME_DEVICE"),
      (.tooManyLinks, 1142, "ERROR_TOO_MANY_LINKS"),
      (.invalidArgument, 87, "ERROR_INVALID_PARAMETER"), (.notDirectory, 267, "ERROR_DIRECTORY"),
      (.isDirectory, 336, "ERROR_DIRECTORY_NOT_SUPPORTED"),
      (.directoryNotEmpty, 145, "ERROR_DIR_NOT_EMPTY"),
      (.readOnlyFileSystem, 19, "ERROR_WRITE_PROTECT"), (.noSpace, 112, "ERROR_DISK_FULL"),
      (.resourceBusy, 170, "ERROR_BUSY"), (.fileNameTooLong, 206, "ERROR_FILENAME_EXCED_RANGE"),
      (.tooManySymbolicLinkLevels, 1921, "ERROR_CANT_RESOLVE_FILENAME"),
      (.notSupported, 50, "ERROR_NOT_SUPPORTED"), (.ioError, 1117, "ERROR_IO_DEVICE"),
      (.noMemory, 8, "ERROR_NOT_ENOUGH_MEMORY"),
      (.tooManyOpenFiles, 4, "ERROR_TOO_MANY_OPEN_FILES"),
      (.badFileDescriptor, 6, "ERROR_INVALID_HANDLE"),
      (.textFileBusy, 32, "ERROR_SHARING_VIOLATION"),
      (.diskQuotaExceeded, 1295, "ERROR_DISK_QUOTA_EXCEEDED"),
      (.interrupted, 995, "ERROR_OPERATION_ABORTED"),
      (.socketNotConnected, 2250, "ERROR_NOT_CONNECTED"),
    ])
  func codes(errno: Errno, number: UInt32, name: String) {
    let code = WindowsError(errno)
    #expect(code.rawValue == number)
    #expect(code.name == name)
    #expect(code.errno == errno)
    #expect(BindlinkError("a", "b", errno).windowsError == code)
  }

  @Test func anErrnoWithoutACodeIsAGeneralFailure() {
    #expect(WindowsError(Errno(rawValue: 9999)) == .generalFailure)
    #expect(WindowsError.generalFailure.rawValue == 31)
    #expect(WindowsError(rawValue: 9999).errno == nil && WindowsError(rawValue: 9999).name == nil)
  }

  @Test func aMissingParentIsAlsoENOENT() {
    #expect(WindowsError.pathNotFound.rawValue == 3)
    #expect(WindowsError.pathNotFound.errno == .noSuchFileOrDirectory)
  }

  @Test(
    "HRESULTs are those of HRESULT_FROM_WIN32",
    arguments: [
      (WindowsError.success, 0), (.fileNotFound, 0x8007_0002), (.invalidParameter, 0x8007_0057),
      (.accessDenied, 0x8007_0005), (.privilegeNotHeld, 0x8007_0522),
    ] as [(WindowsError, UInt32)])
  func results(code: WindowsError, bits: UInt32) {
    #expect(UInt32(bitPattern: code.hresult) == bits)
    #expect(WindowsError(hresult: Int32(bitPattern: bits)) == code)
  }

  @Test(arguments: [1, 0x8000_4005, 0x8008_0002] as [UInt32])
  func otherResultsAreNoCodes(bits: UInt32) {
    #expect(WindowsError(hresult: Int32(bitPattern: bits)) == nil)
  }
}

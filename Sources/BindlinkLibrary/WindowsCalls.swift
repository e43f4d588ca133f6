// What the Windows-shaped functions have in common: their paths, and how they fail.
internal import Bindlink
internal import CBindlink
internal import Glibc
internal import SystemPackage

/// The bytes of UTF-16 text, as UTF-8.
func bytes(_ text: PCWSTR?, _ name: StaticString) throws(BindlinkError) -> [UInt8] {
  guard let text = unsafe text else { throw wrongCall("\(name) is NULL") }
  var count = 0
  while unsafe text[count] != 0 { count += 1 }
  let units = unsafe UnsafeBufferPointer(start: text, count: count)
  guard let decoded = unsafe String(validating: units, as: UTF16.self) else {
    throw wrongCall("\(name) is not UTF-16")
  }
  return Array(decoded.utf8)
}

/// The path of this host that a text stands for (S2).
func hostPath(_ text: [UInt8]) throws(BindlinkError) -> FilePath { try drives().hostPath(text) }

/// Runs the call; where it fails, sets the thread's last error, and errno, to `code` of the failure.
/// - Returns: The code, or nil.
func windowsCall(
  _ operation: () throws(BindlinkError) -> Void,
  code: (BindlinkError) -> WindowsError = { $0.windowsError }
) -> WindowsError? {
  do throws(BindlinkError) {
    try operation()
    return nil
  } catch {
    let code = code(error)
    bl_set_last_error(code.rawValue)
    Glibc.errno = error.errno.rawValue
    return code
  }
}

// How every function of the native interface ends: 0 or a negative errno, a result, a description of
// the error.
internal import Bindlink
internal import CBindlink
internal import Glibc
internal import SystemPackage

/// Where a result goes.
typealias Output<Value> = UnsafeMutablePointer<UnsafeMutablePointer<Value>?>
typealias ErrorOutput = Output<bindlink_error>

func answer(
  _ error: ErrorOutput?, _ operation: () throws(BindlinkError) -> Void
) -> CInt {
  unsafe error?.pointee = nil
  do throws(BindlinkError) {
    try operation()
    return 0
  } catch let failure {
    let code = failure.windowsError.rawValue
    unsafe error?.pointee =
      ResultBlock(failure, windowsCode: code).allocate(as: bindlink_error.self)
    Glibc.errno = failure.errno.rawValue
    return -failure.errno.rawValue
  }
}

func answer<Value>(
  _ result: Output<Value>?, _ error: ErrorOutput?,
  _ operation: () throws(BindlinkError) -> ResultBlock
) -> CInt {
  unsafe result?.pointee = nil
  return unsafe answer(error) { () throws(BindlinkError) in
    guard let result = unsafe result else { throw wrongCall("there is no place for the result") }
    guard let block = unsafe try operation().allocate(as: Value.self) else {
      throw BindlinkError("cannot return a result", "there is no memory", .noMemory)
    }
    unsafe result.pointee = block
  }
}

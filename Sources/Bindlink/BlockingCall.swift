// Waiting for a server without holding one of the few threads that all tasks share.
internal import Glibc
internal import SystemPackage

/// Runs `call` on a thread of its own: it waits for a server that need not answer.
func onOwnThread<Value: Sendable>(
  _ call: @escaping @Sendable () throws(BindlinkError) -> Value
) async throws(BindlinkError) -> Value {
  let outcome: Result<Value, BindlinkError> = await withCheckedContinuation { continuation in
    let work = unsafe Unmanaged.passRetained(
      Work {
        do throws(BindlinkError) {
          continuation.resume(returning: .success(try call()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      })
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, runWork, work.toOpaque())
    if status == 0 {
      pthread_detach(thread)
    } else {
      unsafe work.release()
      continuation.resume(
        returning: .failure(
          BindlinkError("cannot ask the view", "no thread can be made", .init(rawValue: status))))
    }
  }
  return try outcome.get()
}

private final class Work: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}

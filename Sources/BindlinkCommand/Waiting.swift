// The library waits asynchronously; a command has nothing else to do meanwhile.
internal import Bindlink
internal import Dispatch
internal import Synchronization

/// Runs `operation` on other threads and waits for its end.
func wait<Value: Sendable>(
  for operation: @escaping @Sendable () async throws(BindlinkError) -> Value
) throws(BindlinkError) -> Value {
  let outcome = Outcome<Value>()
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do throws(BindlinkError) {
      outcome.set(.success(try await operation()))
    } catch {
      outcome.set(.failure(error))
    }
    done.signal()
  }
  done.wait()
  return try outcome.get()
}

private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, BindlinkError>?>(nil)

  func set(_ result: Result<Value, BindlinkError>) { self.result.withLock { $0 = result } }

  func get() throws(BindlinkError) -> Value { try result.withLock { $0! }.get() }
}

// A value behind a lock. As Synchronization's Mutex, but the body may work with pointers that belong
// to the calling thread (names from a request), which region checking forbids there.

internal import Synchronization

@safe
final class Guarded<Value: ~Copyable>: @unchecked Sendable {
  private let lock = Mutex<Void>(())
  private let value: UnsafeMutablePointer<Value>

  init(_ initial: consuming Value) {
    unsafe value = .allocate(capacity: 1)
    unsafe value.initialize(to: initial)
  }

  deinit { unsafe value.deinitialize(count: 1).deallocate() }

  @inline(__always)
  func withLock<R: ~Copyable, E>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    lock._unsafeLock()
    defer { lock._unsafeUnlock() }
    return try unsafe body(&value.pointee)
  }
}

// A value behind a lock: the one lock type of the map, the engine and the binding. It is a POSIX
// mutex because the thread sanitizer sees those and not Synchronization's Mutex, whose waiters meet
// in the kernel alone (7 ns instead of 5 where nobody else wants it). The body may work with pointers
// that belong to the calling thread (names from a request), which Mutex's region checking forbids.
//
// Public, since the compiler inlines no generic function of package access into another module, and
// one that is not inlined asks the runtime for its types at each access (hundreds of instructions).
//
// The value must be no function: the compiler wraps one in a thunk more at each access, and calling
// it ends in a stack overflow (some thousand accesses later). A structure that holds it is fine.

public import Glibc

@safe
public final class Guarded<Value: ~Copyable>: @unchecked Sendable {
  @safe @usableFromInline
  struct Storage: ~Copyable {
    @usableFromInline var lock = unsafe pthread_mutex_t()
    @usableFromInline var value: Value

    @usableFromInline
    init(_ value: consuming Value) { self.value = value }
  }

  /// On the heap, since neither part may move.
  @usableFromInline let storage: UnsafeMutablePointer<Storage>

  @inlinable
  public init(_ initial: consuming Value) {
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: Storage(initial))
    unsafe pthread_mutex_init(&storage.pointee.lock, nil)
  }

  @inlinable
  deinit {
    unsafe pthread_mutex_destroy(&storage.pointee.lock)
    unsafe storage.deinitialize(count: 1).deallocate()
  }

  @inlinable @inline(__always)
  public func withLock<R: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> R
  ) throws(Failure) -> R {
    unsafe pthread_mutex_lock(&storage.pointee.lock)
    defer { unsafe pthread_mutex_unlock(&storage.pointee.lock) }
    return try unsafe body(&storage.pointee.value)
  }

  /// Nil at once where somebody else holds the lock.
  @inlinable @inline(__always)
  public func withLockIfFree<R>(_ body: (inout Value) -> R) -> R? {
    guard unsafe pthread_mutex_trylock(&storage.pointee.lock) == 0 else { return nil }
    defer { unsafe pthread_mutex_unlock(&storage.pointee.lock) }
    return unsafe body(&storage.pointee.value)
  }
}

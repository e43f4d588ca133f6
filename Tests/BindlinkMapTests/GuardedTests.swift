// The one lock.
import BindlinkMap
import Testing

@Suite struct GuardedTests {
  @Test("R3: who may not wait for what is being told gets nothing while another holds the lock")
  func withLockIfFree() throws {
    let guarded = Guarded(1)
    let added = guarded.withLockIfFree { value -> Int in
      value += 1
      return value
    }
    try #require(added == 2)
    let held = guarded.withLock { _ in guarded.withLockIfFree { $0 } }
    try #require(held == nil)
    #expect(guarded.withLockIfFree { $0 } == 2)
  }
}

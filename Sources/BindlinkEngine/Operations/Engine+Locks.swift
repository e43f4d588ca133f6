// Locks: POSIX record locks and flock. Both are taken on the backing, so they hold against the host.

package import BindlinkMap
internal import CBindlinkSystem

extension Engine {
  /// GETLK.
  package func testLock(
    _ handle: HandleID, owner: UInt64, _ lock: FileLock
  ) throws(Errno) -> FileLock {
    try locks.test(
      lock, node: handles.node(handle), owner: owner, on: handles.descriptor(handle))
  }

  /// SETLK; with `waits` SETLKW: the thread waits, and gets EINTR when a signal reaches it.
  package func setLock(
    _ handle: HandleID, owner: UInt64, _ lock: FileLock, waits: Bool
  ) throws(Errno) {
    try locks.set(
      lock, node: handles.node(handle), owner: owner, on: handles.descriptor(handle),
      isWritable: handles.isWritable(handle), waits: waits)
  }

  /// flock(2): each open of the client is one of the server's. Without LOCK_NB the thread waits, as
  /// above.
  package func lockWholeFile(_ handle: HandleID, operation: Int32) throws(Errno) {
    _ = try System.checked(bl_flock(handles.descriptor(handle), operation))
  }

  /// Whether a client that has just got a lock on the file reads what was written to it up to now. Else
  /// a thread that serves no request has to `catchUp` before he hears of his lock.
  package func isCaughtUp(_ handle: HandleID) -> Bool {
    // Each reading asks, or nothing changes behind the view.
    if policy.keepsNothing || policy.keepsPageCache { return true }
    guard let node = try? handles.node(handle), regime(ofData: node) == .watched else {
      return false
    }
    return isSettled
  }

  package func catchUp(_ handle: HandleID) {
    if isCaughtUp(handle) { return }
    settle()
    // Something may have been believed for a while.
    guard let node = try? handles.node(handle), regime(ofData: node) != .watched else { return }
    var invalidations = Invalidations()
    invalidations.nodes = [node]
    _ = notify(invalidations)
  }
}

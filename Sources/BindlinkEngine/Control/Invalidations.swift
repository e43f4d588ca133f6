// What the kernel is told to forget, and who tells it. The engine knows what changed, the binding how
// a message about it is written.

internal import BindlinkMap

/// What the kernel may have cached and is not true any more.
package struct Invalidations: Sendable {
  /// All cached entries, negative ones too; only a kernel with epochs can do that.
  package var everyEntry = false
  /// One cached entry each, negative ones too, with the parent's listing.
  package var entries: [(parent: NodeID, name: [UInt8])] = []
  /// Attributes, and the page cache of a file or the listing of a directory.
  package var nodes: [NodeID] = []

  package init() {}
}

/// Returns when all is written; what the kernel does not know is no error. False: `everyEntry` was
/// asked for and the kernel has no epoch; the rest has been done. Not to be called by a worker: the
/// kernel may wait for a lock that a client holds until a worker answers it.
package typealias Notifier = @Sendable (Invalidations) -> Bool

extension Engine {
  /// Once, before the first request is served.
  package func connect(_ notifier: @escaping Notifier) {
    control.notifier.withLock { $0 = notifier }
  }

  /// As the notifier says; with none connected nobody has cached anything. No lock may be held.
  @discardableResult
  package func notify(_ invalidations: Invalidations) -> Bool {
    guard let notifier = control.notifier.withLock({ $0 }) else { return true }
    return notifier(invalidations)
  }
}

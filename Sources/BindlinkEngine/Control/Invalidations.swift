// What the kernel has to forget after a change of the table (C7), and the way to tell it.

internal import BindlinkMap

/// The kernel's caches that a change makes wrong. What it does not know (any more) is no error.
package struct Invalidations: Sendable {
  /// All cached names, by the epoch.
  package var everyEntry = false
  /// Directories of which a listing with entries may be on its way. The kernel gives these the epoch
  /// in which they arrive, so the epoch changes after they have.
  package var listedDirectories: [NodeID] = []
  /// One cached name each, negative ones too.
  package var entries: [(parent: NodeID, name: [UInt8])] = []
  /// Attributes, page cache and cached listing.
  package var nodes: [NodeID] = []

  /// One cached name each that leads to something else now; places below it and mounts on it go.
  package var dropped: [(parent: NodeID, name: [UInt8])] = []
  /// Directories of which answers may be on their way: what is written after has come after them.
  package var fences: [NodeID] = []

  package init() {}
}

/// The way to the kernel.
package protocol Notifier: AnyObject, Sendable {
  /// Returns when all is written. False: `everyEntry` was asked for and the kernel has no epoch; the
  /// nodes and entries have been written all the same. Called without a lock, and from no thread that
  /// serves a request.
  func send(_ invalidations: Invalidations) -> Bool
  /// Returns at once; may be called by who serves a request.
  func post(_ invalidations: Invalidations)
  /// The kernel asks for a node's attributes before it uses them again. As with names.
  func expireAttributes(of node: NodeID)
  /// The kernel looks each name up before it uses it again. It takes no lock for that: this may be
  /// called by who serves a request, and what he answers comes after it.
  func expireNames()
  /// All that was asked for is written.
  var isIdle: Bool { get }
}

extension Engine {
  /// Once, before the first request.
  package func connect(_ notifier: any Notifier) {
    self.notifier.withLock { $0 = notifier }
  }

  /// True at once where nothing is connected.
  package func notify(_ invalidations: Invalidations) -> Bool {
    notifier.withLock { $0 }?.send(invalidations) ?? true
  }

  /// Who may not search a directory finds nothing in it, not even what the kernel knows of it.
  func didChangePermissions() {
    guard policy.keepsNames, !policy.kernelChecksPermissions else { return }
    notifier.withLock { $0 }?.expireNames()
    // Lists of names that are on their way at this moment.
    let listed = handles.directoriesListedWithEntries
    if listed.isEmpty { return }
    var invalidations = Invalidations()
    invalidations.everyEntry = true
    invalidations.listedDirectories = listed
    post(invalidations)
  }

  func post(_ invalidations: Invalidations) {
    notifier.withLock { $0 }?.post(invalidations)
  }
}

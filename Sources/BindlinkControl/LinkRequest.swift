// What a view is asked to be, before anything of it is checked: by a mount, or by a change of a
// mounted view.

package struct LinkRequest: Hashable, Sendable {
  /// As given: absolute in the view.
  package var virtualPath: [UInt8]
  /// An absolute host path, not resolved.
  package var backing: [UInt8]
  package var isReadOnly = false
  package var isMerged = false
  /// Missing parents of the virtual path are synthesised (R8).
  package var createsParents = false
  package var keepsSymbolicLinksInside = false
  /// Lines with gitignore's syntax, relative to the link (E4).
  package var exceptions: [[UInt8]] = []
  /// Of a link whose backing lay in the view when it was made (C3).
  package var inherited: [InheritedRequest] = []

  package init(virtualPath: [UInt8], backing: [UInt8]) {
    self.virtualPath = virtualPath
    self.backing = backing
  }
}

/// A list that governed the backing where it lay in the view (C3).
package struct InheritedRequest: Hashable, Sendable {
  /// From the list's owner to the link's backing: "/" or "/sub/directory".
  package var base: [UInt8]
  package var exceptions: [[UInt8]]

  package init(base: [UInt8], exceptions: [[UInt8]]) {
    self.base = base
    self.exceptions = exceptions
  }
}

package enum AnchorRequest: Hashable, Sendable {
  case none, underMountpoint
  case directory([UInt8])
}

// A link as it is configured.

/// Virtual path to backing path, with flags and exceptions.
package struct Link: Hashable, Sendable {
  package var virtualPath: VirtualPath
  /// An absolute, resolved path of the host; opaque here.
  package var backing: [UInt8]
  package var isReadOnly: Bool
  package var isMerged: Bool
  package var createsParents: Bool
  /// Absolute symbolic links to places below the backing lead to the same places of the view (R6).
  package var keepsSymbolicLinksInside: Bool
  package var exceptions: ExceptionList
  package var inherited: [InheritedExceptions]

  package init(
    virtualPath: VirtualPath,
    backing: [UInt8],
    isReadOnly: Bool = false,
    isMerged: Bool = false,
    createsParents: Bool = false,
    keepsSymbolicLinksInside: Bool = false,
    exceptions: ExceptionList = ExceptionList(),
    inherited: [InheritedExceptions] = []
  ) {
    self.virtualPath = virtualPath
    self.backing = backing
    self.isReadOnly = isReadOnly
    self.isMerged = isMerged
    self.createsParents = createsParents
    self.keepsSymbolicLinksInside = keepsSymbolicLinksInside
    self.exceptions = exceptions
    self.inherited = inherited
  }
}

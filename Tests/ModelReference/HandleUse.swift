// One step of a case: something that was opened earlier, and is used whatever happened since (R4).

package struct HandleUse: Hashable {
  package enum Kind: String, CaseIterable {
    case openFile, read, write, openDirectory, lookUp
  }

  package let kind: Kind
  /// Which of the open ones; opening closes what was there.
  package let slot: Int
  /// What is opened, or the name that is looked up.
  package var path: [String] = []
  package var text = ""

  package init(_ kind: Kind, slot: Int) { (self.kind, self.slot) = (kind, slot) }
}

/// What the reference knows of an open file or directory.
package struct Held {
  package let path: [String]
  package let inodes: [Inode]
}

// One step of a case: a change of the link table.

package struct LinkChange: Hashable {
  package enum Kind: String, CaseIterable { case create, replace, remove, removeAll, apply }

  package let kind: Kind
  /// Of create, replace and remove; the virtual path as it is spelled.
  package var path: [String] = []
  /// What create and replace make; its backing as it is spelled.
  package var link = ReferenceLink([], [])
  /// C3: the backing's path in the view, instead of the link's own.
  package var backingInView: [String]?
  /// What apply makes of the whole.
  package var table: ReferenceTable?

  package init(_ kind: Kind) { self.kind = kind }
}

package enum Step: Hashable {
  case call(Operation)
  case change(LinkChange)
  case handle(HandleUse)
  /// C10, of a path without symbolic links.
  case explain([String])
}

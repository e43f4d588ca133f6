// The links of a view.

package struct ReferenceLink: Hashable {
  package var virtualPath: [String]
  /// From the top of the host's trees.
  package var backing: [String]
  package var isReadOnly = false
  package var isMerged = false
  /// Missing parents are synthesised.
  package var makesParents = false
  /// Lines with gitignore's syntax.
  package var exceptions: [String] = []
  /// C3: what governed the backing where it lay in the view.
  package var inherited: [PatternList] = []

  package init(_ virtualPath: [String], _ backing: [String]) {
    (self.virtualPath, self.backing) = (virtualPath, backing)
  }
}

package struct ReferenceTable: Hashable {
  package var links: [ReferenceLink] = []
  /// Nil: there is none.
  package var anchor: [String]?
  package var anchorExceptions: [String] = []
  package var viewExceptions: [String] = []
  /// The whole view is (W1).
  package var isReadOnly = false

  package init(anchor: [String]?) { self.anchor = anchor }
}

/// Where a name of the view can come from: a link, by its number, or the anchor.
package enum Layer: Hashable {
  case anchor
  case link(Int)
}

/// The ids of SEMANTICS.md's rules.
// swift-format-ignore: AlwaysUseLowerCamelCase
package enum Rule: String, CaseIterable, Comparable, Hashable {
  case C1, C2, C3, C4, C5, C6, C7, C8, C10
  case R1, R2, R3, R4, R6, R7, R8
  case O1, O2, O3, O4, O5, O7
  case M1, M2, M3, M4, M5, M6, M7
  case W1, W2, W3, W4
  case E1, E3, E4, E5, E6, E7, E8, E9
  case P1, P2, P3, P4, P5, P6

  package static func < (left: Rule, right: Rule) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

// One candidate to govern what lies in a directory (R1).

/// A link, or the anchor, that a directory of the view is not excepted from.
package struct Layer: Hashable, Sendable {
  /// The number of a link (`LinkTable.link(_:)`), or `Layer.anchor`.
  package let link: Int32
  package static var anchor: Int32 { -1 }
  /// The number of components of the layer's virtual path; 0 for the anchor.
  package let depth: Int
  /// M1: what the layer lacks, those outside of it show. False where it has something else than the
  /// directory: then they show nothing but exceptions (see `Scope.descend`).
  package let isMerged: Bool
  /// For each of its lists what is alive here, if anything is.
  let states: [RuleState]
}

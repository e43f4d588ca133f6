// A case: trees, a table, and steps; all that a failure needs to happen again.

import ModelReference

struct Case {
  /// Operations on the host that are made before the table is.
  var population: [Operation] = []
  var table: ReferenceTable
  var steps: [Step] = []

  /// The names at the host's top, and the device that each is on.
  static let directories = ["anchor": 0, "b0": 0, "b1": 0, "b2": 0, "far": 1]
}

/// A run disagreed with the reference.
struct Disagreement: Error {
  /// The number of the step; nil: before the first.
  var step: Int?
  var expected: String
  var found: String

  /// Of the same nature, so that a case does not turn into another one while it is shrunk.
  func resembles(_ other: Disagreement) -> Bool {
    let isErrno = { (text: String) in text == "success" || text.hasPrefix("E") }
    return isErrno(found) == isErrno(other.found) && (!isErrno(found) || found == other.found)
      && isErrno(expected) == isErrno(other.expected)
  }
}

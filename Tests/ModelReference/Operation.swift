// One step of a case: a call that a program makes, on a path of the view or of the host.

package struct Operation: Hashable {
  package enum Side: String, CaseIterable { case view, host }

  package enum Kind: String, CaseIterable {
    case status, readLink, read, write, append, create, truncate, makeDirectory, makeFIFO
    case removeDirectory, unlink, rename, link, symbolicLink, changeMode, access, list
    case temporaryFile

    package var hasOtherPath: Bool { self == .rename || self == .link }
  }

  package enum Variant: String { case plain, exclusive, noReplace, exchange }

  package let side: Side
  package let kind: Kind
  package let path: [String]
  /// The new name of rename and link; the name that a temporary file gets.
  package var other: [String] = []
  package var variant = Variant.plain
  /// What is written, or a symbolic link's target.
  package var text = ""
  /// Of a new object, or what access asks for, or where a file is cut.
  package var number: UInt32 = 0

  package init(_ side: Side, _ kind: Kind, _ path: [String]) {
    (self.side, self.kind, self.path) = (side, kind, path)
  }
}

/// What a call answers when it succeeds.
package enum Answer: Hashable {
  case done
  case text([UInt8])
  case names([String])
  case status(ObjectStatus)
}

package struct ObjectStatus: Hashable {
  package var kind: String
  package var mode: UInt32
  package var size: Int
  /// Of what is no directory: how many names; of a directory 1 where it is not counted.
  package var names: Int

  package init(kind: String, mode: UInt32, size: Int, names: Int) {
    (self.kind, self.mode, self.size, self.names) = (kind, mode, size, names)
  }
}

/// What the rules say of an operation before it is made.
package struct Verdict {
  /// Not empty: it fails with one of these, and changes nothing.
  package var refusals: Set<Int32> = []
  /// It may fail with one of these instead of succeeding.
  package var allowances: Set<Int32> = []
  package var answer = Answer.done
  /// Makes the change in the reference's own trees.
  package var apply: () -> Void = {}
  package var rules: Set<Rule> = []
  /// Directories of the view and of the host that it touches.
  package var viewDirectories: Set<[String]> = []
  package var hostDirectories: Set<[String]> = []
}

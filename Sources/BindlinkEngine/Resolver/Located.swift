// What a name of the view turned out to be, and the directory in which it was asked for.

internal import BindlinkMap
internal import CBindlinkSystem

/// An object of the view, as the link table and one look at the backing give it.
struct Located {
  var status: Status
  var origin: Origin
  /// The governing layer (R1): the number of a link, `Layer.anchor` or `Node.nobody`.
  var link: Int32
  /// Of a directory: what can govern what lies in it.
  var scope: Scope?
  /// Shown as an empty directory (R9).
  var isBlank = false

  var isDirectory: Bool { origin == .synthesised || status.isDirectory }

  /// Each link that shows the object has a node of its own for it.
  var belongsToLink: Bool { isDirectory || status.isSymbolicLink }
}

/// A directory of the view in which names are resolved.
struct DirectoryPlace {
  let scope: Scope
  /// The layer that has the directory: where merged ones before it lack it, not the first.
  let link: Int32
  /// The directory in that layer; -1: synthesised, there is none.
  let descriptor: Int32
  /// The mount that `descriptor` is in.
  let mount: UInt64
}

/// The virtual path of the directory in question, asked for only where an outer layer is consulted.
typealias PathProvider = () throws(Errno) -> [[UInt8]]

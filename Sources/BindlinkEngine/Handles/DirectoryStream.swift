// The state of one open directory.

internal import BindlinkMap
internal import Synchronization

final class DirectoryStream: Sendable {
  struct State: ~Copyable, Sendable {
    /// Unscoped directories: the backing's own stream. Its cookies are the view's.
    var reader = DirectoryReader()
    var position: Int64 = 0
    /// That of the table by which the stream last began.
    var version: UInt32
    var isListed: Bool
    /// Others: a listing made when the stream was last at its beginning; a cookie is an index into it.
    var listing: Listing?
  }

  let node: NodeID
  /// Set before the first READDIRPLUS looks at a table.
  let givesEntries = Atomic(false)
  /// Guards the position of this one stream. The kernel sends one READDIR of a stream at a time.
  let state: Guarded<State>

  init(node: NodeID, isListed: Bool, version: UInt32) {
    self.node = node
    state = Guarded(State(version: version, isListed: isListed))
  }
}

// Nodes in use: as long as one of these lives, its node's slot and descriptor stay.

internal import BindlinkMap
internal import CBindlinkSystem

/// A directory during an operation in it.
@safe struct OpenDirectory: ~Copyable {
  /// Not counted: no pin outlives the engine's method that took it.
  unowned(unsafe) let engine: Engine
  /// The snapshot by which the directory was located, and by which the operation goes on.
  let resolver: Resolver
  let version: UInt32
  let slot: UInt32
  /// An O_PATH descriptor of the directory in its governing layer; -1 where there is none.
  var descriptor: Int32
  let mount: UInt64
  let scope: Scope
  let link: Int32
  let isReadOnly: Bool
  /// False for synthesised and blank directories.
  let isReal: Bool
  /// The node's watch, what may be believed of what is in the directory, and since when.
  var watch: UInt32
  var regime: Regime
  var moment: UInt64

  deinit { unsafe engine.unpin(slot) }

  /// The table has a say in what the directory shows, or there is no directory but the view's.
  var isListed: Bool { scope.isScoped || !isReal }

  var place: DirectoryPlace {
    DirectoryPlace(scope: scope, link: link, descriptor: descriptor, mount: mount)
  }
}

/// Any node during an operation on it.
@safe struct PinnedNode: ~Copyable {
  /// Not counted, as above.
  unowned(unsafe) let engine: Engine
  let resolver: Resolver
  let slot: UInt32
  let identity: Identity
  let format: UInt32
  let link: Int32
  let scope: Scope?
  let isReadOnly: Bool
  /// False for synthesised and blank directories.
  let isReal: Bool
  let isBlank: Bool
  /// Of a file, when it was pinned: what may be believed of it, and whether it had one name.
  let regime: Regime
  let hasOneName: Bool

  deinit { unsafe engine.unpin(slot) }

  var isDirectory: Bool { format == 0o040000 }
}

/// A copy of one known name, made under the lock and used without it.
struct Reference {
  let parent: UInt32
  let link: Int32
  let origin: Origin
  private var text: InlineArray<256, CChar>

  /// The node's name of that number; nil: it has fewer.
  init?(_ node: UnsafeMutablePointer<Node>, at index: Int) {
    var record = unsafe node.pointee.names
    for _ in 0..<index { unsafe record = record?.pointee.next }
    guard let known = unsafe record else { return nil }
    parent = unsafe known.pointee.parent
    link = unsafe known.pointee.link
    origin = unsafe known.pointee.origin
    text = InlineArray(repeating: 0)
    let bytes = unsafe KnownName.bytes(of: known)
    for position in 0..<min(Int(unsafe known.pointee.length), 255) {
      text[position] = unsafe bytes[position]
    }
  }

  func withName<R: ~Copyable>(_ body: (Name) throws(Errno) -> R) throws(Errno) -> R {
    try unsafe text.span.withUnsafeBufferPointer { (buffer) throws(Errno) -> R in
      try unsafe body(buffer.baseAddress!)
    }
  }
}

// A node: one object of the view that the kernel knows, without a descriptor of its own. It is
// reached through its names: (parent, name) and how that name leads to the backing.

internal import BindlinkMap

/// How a name of the view leads to the object behind it.
enum Origin: UInt8 {
  /// The entry of that name in the parent's own backing directory.
  case child
  /// The backing path of the link whose root stands at the name (R3: resolved each time).
  case linkRoot
  /// The same virtual path in an outer layer: an exception shows it (E1).
  case layer
  /// What lies under the mountpoint, where a backing contains the mountpoint (R9).
  case covered
  /// Nothing: the directory is synthesised (R8).
  case synthesised
}

/// A name by which a node was looked up. Allocated with its bytes behind it.
@safe struct KnownName {
  var next: UnsafeMutablePointer<KnownName>?
  /// The next name with the same hash.
  var hashNext: UnsafeMutablePointer<KnownName>?
  /// Whose name it is.
  var slot: UInt32
  var parent: UInt32
  /// The governing layer of this name; another name of the same file may have another.
  var link: Int32
  var length: UInt16
  var origin: Origin
  /// The kernel holds the name as one to be asked for again, which it does without the directory's
  /// lock: an answer then may reach it after the word that it is out of date.
  var mayBeAsked = false

  static let header = MemoryLayout<KnownName>.stride

  static func make(
    slot: UInt32, parent: UInt32, name: Name, length: Int, link: Int32, origin: Origin
  ) -> UnsafeMutablePointer<KnownName> {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: header + length + 1, alignment: MemoryLayout<KnownName>.alignment)
    unsafe (raw + header).copyMemory(from: name, byteCount: length)
    unsafe (raw + header).storeBytes(of: 0, toByteOffset: length, as: UInt8.self)
    let record = unsafe raw.bindMemory(to: KnownName.self, capacity: 1)
    unsafe record.initialize(
      to: KnownName(
        next: nil, hashNext: nil, slot: slot, parent: parent, link: link, length: UInt16(length),
        origin: origin))
    return unsafe record
  }

  static func array(of record: UnsafeMutablePointer<KnownName>) -> [UInt8] {
    unsafe bytes(of: record).withMemoryRebound(
      to: UInt8.self, capacity: Int(record.pointee.length)
    ) { unsafe Array(UnsafeBufferPointer(start: $0, count: Int(record.pointee.length))) }
  }

  static func bytes(of record: UnsafeMutablePointer<KnownName>) -> Name {
    unsafe UnsafePointer(
      UnsafeRawPointer(record).advanced(by: header).assumingMemoryBound(to: CChar.self))
  }
}

@safe struct Node {
  var identity: Identity
  /// Raised by each entry given to the kernel, lowered by FORGET.
  var lookups: UInt64 = 0
  /// Newest first. A directory has one, the root none.
  var names: UnsafeMutablePointer<KnownName>?
  /// What can govern what lies in the directory. Nil for files.
  var scope: Scope?
  /// The governing layer: the number of a link, `Layer.anchor`, or `nobody`.
  var link: Int32
  /// That of the table by which the node was last located. Another than the present one: it is
  /// located anew before it is used.
  var version: UInt32 = 0
  var generation: UInt32 = 0
  /// The next node with the same hash.
  var hashNext: UInt32 = 0
  /// Names of other nodes that have this directory as their parent; it stays while there are any.
  var children: UInt32 = 0
  /// An O_PATH descriptor, or -1. Of a directory: cached, closed when others need the room.
  /// `keepsDescriptor`: the object has no known name any more, and this is the only way to it.
  var descriptor: Int32 = -1
  /// Uses of `descriptor` under way; it is not closed while there are any.
  var pins: UInt32 = 0
  /// Of a regular file that is used without handles: a descriptor of it, or -1; one of
  /// `NodeTable.files`.
  var file: Int32 = -1
  /// What `file` can do.
  var access = FileAccess()
  /// The file has no name any more on the host: `file` may be the only way to it.
  var isUnlinked = false
  /// The S_IFMT bits of its mode.
  var format: UInt32
  /// Renames under way that change its names, and how many there have been.
  var moves: UInt16 = 0
  var moved: UInt16 = 0
  /// That of the table by which the directory was last opened; the kernel's listing is of no later
  /// one.
  var listed: UInt32 = 0
  /// Of a directory: its place in the table of watches; 0: none yet.
  var watch: UInt32 = 0
  /// Of a file that the kernel may pass through: how often it is open, and the backing's number, by
  /// which the kernel reads and writes it itself as long as it is; 0: the server does.
  var openings: UInt32 = 0
  var backing: Int32 = 0
  /// Openings for writing that the kernel writes itself: size and times may change unheard.
  var kernelWriters: UInt16 = 0
  /// An event has told of the end of one of them.
  var hasClosed = false
  /// There are none any more, and no event has told yet that the last map of the file is gone, too.
  var awaitsClosing = false
  var isReadOnly = false
  /// It has left a watched name, and may have gone to where nobody watches.
  var hasStrayed = false
  /// When it was last looked at it had one name: its directory's watch tells of all that happens to it.
  var hasOneName = false
  var keepsDescriptor = false
  /// Used since the descriptor cache's hand last passed.
  var recentlyUsed = false
  /// procfs, sysfs, or this server's own view mounted elsewhere: shown empty (R9).
  var isBlank = false
  var isInUse = false

  static let nobody: Int32 = -2

  var isDirectory: Bool { format == 0o040000 }

  var isKernelWritten: Bool { kernelWriters > 0 || awaitsClosing }
}

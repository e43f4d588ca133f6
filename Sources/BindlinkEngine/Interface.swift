// The words in which the binding and the engine speak: identifiers, attributes, changes, locks.

package import Glibc

/// A node as the kernel names it: slot in the low half, the slot's generation in the high one.
public struct NodeID: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt64
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  package static let root = NodeID(rawValue: 1)
}

/// An open file or directory: slot in the low half, the slot's generation in the high one.
package struct HandleID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt64
  package init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Of files that are used without handles; never given out otherwise.
  package static let unused = HandleID(rawValue: 0)
}

/// Who asked. `pid` is the calling thread's id, 0 where it is not visible from here.
package struct Caller: Sendable {
  package let uid, gid: UInt32
  package let pid: Int32
  package let umask: UInt32

  package init(uid: UInt32, gid: UInt32, pid: Int32, umask: UInt32) {
    self.uid = uid
    self.gid = gid
    self.pid = pid
    self.umask = umask
  }
}

/// Attributes as the view shows them (R7): `st_ino` is the view's, `st_dev` is the mount's to fill.
package struct Attributes {
  package var status: stat
  /// For how many seconds the kernel may believe them.
  package var timeout = 0.0
  /// When the object was made, where the backing knows.
  package var birth: timespec?
}

/// A name that was looked up: the kernel's count of `node` is one higher than before.
package struct Entry {
  package var node: NodeID
  /// For how many seconds the kernel may believe that the name leads to the node.
  package var timeout = 0.0
  package var attributes: Attributes
}

/// What the kernel may believe without asking. As made: nothing; every operation asks, so that what
/// changes behind the view is seen at once (R3).
package struct CachePolicy: Hashable, Sendable {
  /// Directories are watched, and what is told of them is believed until it changes.
  package var watches = false
  /// Seconds for which everything is believed, watched or not.
  package var entryTimeout = 0.0
  package var attributeTimeout = 0.0
  package var negativeTimeout = 0.0
  /// Data of files and listings of directories stay from one opening to the next, watched or not.
  package var keepsPageCache = false
  /// The kernel hands on later what is written, and its own idea of a file's size and times counts.
  package var writesBack = false
  /// Otherwise it is the engine's looking up that tells who may not search a directory.
  package var kernelChecksPermissions = false

  package init() {}

  package var keepsNames: Bool { watches || entryTimeout > 0 || negativeTimeout > 0 }
  package var keepsNothing: Bool { !keepsNames && attributeTimeout <= 0 && !keepsPageCache }

  /// As nothing changes behind the view.
  package static var always: CachePolicy {
    var policy = CachePolicy()
    policy.entryTimeout = Self.forever
    policy.attributeTimeout = Self.forever
    policy.negativeTimeout = Self.forever
    policy.keepsPageCache = true
    return policy
  }

  /// Longer than the kernel keeps anything.
  static let forever = 1e9
}

package enum TimeChange: Sendable {
  case now
  case at(timespec)
}

/// What SETATTR asks for; nil: unchanged.
package struct AttributeChanges: Sendable {
  package var mode: UInt32?
  package var uid: UInt32?
  package var gid: UInt32?
  package var size: Int64?
  package var accessTime: TimeChange?
  package var modificationTime: TimeChange?
  /// The caller has no right to keep set-ID bits where the size changes (CAP_FSETID).
  package var dropsSetID = false
  package init() {}
}

/// How data is written.
package struct WriteManner: Sendable {
  /// It is the kernel that writes back what it has kept.
  package var isFromPageCache: Bool
  /// The caller has no right to keep set-ID bits (CAP_FSETID).
  package var dropsSetID: Bool

  package init(isFromPageCache: Bool = false, dropsSetID: Bool = false) {
    self.isFromPageCache = isFromPageCache
    self.dropsSetID = dropsSetID
  }
}

/// One entry of a listing. The name is valid during the call that it is handed to, and a NUL follows it.
@unsafe
package struct DirectoryEntry {
  package let name: UnsafeBufferPointer<CChar>
  package let inode: UInt64
  /// The S_IFMT bits of st_mode; 0: unknown.
  package let type: UInt32
  package let nextOffset: Int64
  package let entry: Entry?
}

/// A POSIX lock: F_RDLCK, F_WRLCK or F_UNLCK; length 0 reaches to the end.
package struct FileLock: Sendable {
  package var type: Int32
  package var start: Int64
  package var length: Int64
  package var pid: Int32

  package init(type: Int32, start: Int64, length: Int64, pid: Int32) {
    self.type = type
    self.start = start
    self.length = length
    self.pid = pid
  }
}

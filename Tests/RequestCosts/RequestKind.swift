// The kinds of request that are measured, each in its ordinary case: nothing of the link table lies
// in or below the directory, and what the request names is known.
import Glibc

/// What the requests are about: nodes and handles that the server has given.
struct Known {
  let directory, file: UInt64
  let fileHandle, directoryHandle: UInt64

  static let files = 64
  static func name(_ number: Int) -> String { "file-\(number)" }

  /// Makes the files, and has the server know them.
  init(_ connection: Connection, in source: String) throws {
    guard unsafe mkdir("\(source)/directory", 0o700) == 0 else { throw Failure("mkdir") }
    for number in 0..<Self.files {
      let path = "\(source)/directory/\(Self.name(number))"
      let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
      let content = [UInt8](repeating: 7, count: 4096)
      guard unsafe write(descriptor, content, content.count) == content.count else {
        throw Failure("write")
      }
      close(descriptor)
    }
    directory = try connection.call(1, node: 1, Bytes().name("directory")).u64(at: 0)
    var last: UInt64 = 0
    for number in 0..<Self.files {
      last = try connection.call(1, node: directory, Bytes().name(Self.name(number))).u64(at: 0)
    }
    file = last
    fileHandle = try connection.call(14, node: file, Bytes().u32(2).u32(0)).u64(at: 0)
    directoryHandle = try connection.call(27, node: directory, Bytes().zeros(8)).u64(at: 0)
  }
}

enum RequestKind: String, CaseIterable {
  case lookup = "LOOKUP"
  case lookupInRoot = "LOOKUP-in-root"
  case lookupMissing = "LOOKUP-missing"
  case lookupNewForget = "LOOKUP-new+FORGET"
  case getattr = "GETATTR"
  case getattrDirectory = "GETATTR-directory"
  case getattrRoot = "GETATTR-root"
  case statx = "STATX"
  case openRelease = "OPEN+RELEASE"
  case read = "READ"
  case write = "WRITE"
  case flush = "FLUSH"
  case openReleaseDirectory = "OPENDIR+RELEASEDIR"
  case readdir = "READDIR-of-64"
  case readdirplus = "READDIRPLUS-of-64"

  /// Sends requests of this kind, one after the other.
  func send(_ count: Int, to known: Known, by connection: Connection) throws {
    let name = Bytes().name(Known.name(5))
    let missing = Bytes().name("missing")
    let inRoot = Bytes().name("directory")
    let nothing = Bytes().zeros(16)
    let read = Bytes().u64(known.fileHandle).u64(0).u32(4096).zeros(20)
    let write = read.adding([UInt8](repeating: 9, count: 4096))
    let flush = Bytes().u64(known.fileHandle).zeros(16)
    let list = Bytes().u64(known.directoryHandle).u64(0).u32(65_536).zeros(20)
    for _ in 0..<count {
      switch self {
      case .lookup: try connection.call(1, node: known.directory, name)
      case .lookupInRoot: try connection.call(1, node: 1, inRoot)
      case .lookupMissing: try connection.call(1, node: known.directory, missing, expecting: ENOENT)
      case .lookupNewForget:
        let node = try connection.call(1, node: 1, Bytes().name("new")).u64(at: 0)
        try connection.send(2, node: node, Bytes().u64(1))
      case .getattr: try connection.call(3, node: known.file, nothing)
      case .getattrDirectory: try connection.call(3, node: known.directory, nothing)
      case .getattrRoot: try connection.call(3, node: 1, nothing)
      // STATX_BASIC_STATS
      case .statx: try connection.call(52, node: known.file, Bytes().zeros(20).u32(0x7ff))
      case .openRelease:
        let handle = try connection.call(14, node: known.file, Bytes().zeros(8)).u64(at: 0)
        try connection.call(18, node: known.file, Bytes().u64(handle).zeros(16))
      case .read: try connection.call(15, node: known.file, read)
      case .write: try connection.call(16, node: known.file, write)
      case .flush: try connection.call(25, node: known.file, flush)
      case .openReleaseDirectory:
        let handle = try connection.call(27, node: known.directory, Bytes().zeros(8)).u64(at: 0)
        try connection.call(29, node: known.directory, Bytes().u64(handle).zeros(16))
      case .readdir: try connection.call(28, node: known.directory, list)
      case .readdirplus: try connection.call(44, node: known.directory, list)
      }
    }
  }
}

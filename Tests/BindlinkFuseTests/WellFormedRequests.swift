// A well-formed request for each opcode, about the objects of a scratch directory.
import BindlinkFuse
import Testing

struct WellFormedRequests {
  private let file: UInt64
  private let link: UInt64
  private let handle: UInt64
  private let otherHandle: UInt64
  private let directoryHandle: UInt64

  init(_ client: WireClient) throws {
    file = try Self.lookUp(client, "file")
    link = try Self.lookUp(client, "symlink")
    handle = try Self.open(client, file)
    otherHandle = try Self.open(client, try Self.lookUp(client, "other"))
    let reply = try #require(client.call(27, unique: 10, node: 1, Arguments().zeros(8)))
    try #require(reply.error == 0)
    directoryHandle = reply.u64(at: 0)
  }

  static func lookUp(_ client: WireClient, _ name: String) throws -> UInt64 {
    let reply = try #require(client.call(1, unique: 6, node: 1, Arguments().name(name)))
    try #require(reply.error == 0)
    return reply.u64(at: 0)
  }

  /// For reading and writing.
  static func open(_ client: WireClient, _ node: UInt64) throws -> UInt64 {
    let reply = try #require(client.call(14, unique: 8, node: node, Arguments().u32(2).u32(0)))
    try #require(reply.error == 0)
    return reply.u64(at: 0)
  }

  /// Node and arguments; nil for what has no answer, and for INIT, which has been sent.
  func request(for opcode: Opcode) -> (UInt64, Arguments)? {
    let none = Arguments()
    let onFile = none.u64(handle)
    let onDirectory = none.u64(directoryHandle)
    let lock = onFile.u64(77).u64(0).u64(10).u32(0).u32(0).u32(0).u32(0)
    let copy = onFile.u64(0).u64(file).u64(otherHandle).u64(0).u64(4).u64(0)
    return switch opcode {
    case .forget, .batchForget, .interrupt, .notifyReply, .`init`: nil
    case .bmap, .poll, .setupmapping, .removemapping, .cuseInit: nil
    case .lookup: (1, none.name("file"))
    case .getattr: (1, none.zeros(16))
    // Mode 0600.
    case .setattr: (file, none.u32(1).zeros(64).u32(0o100600).zeros(16))
    case .readlink: (link, none)
    case .symlink: (1, none.name("made-symlink").name("target"))
    case .mknod: (1, none.u32(0o100600).u32(0).u32(0).u32(0).name("made-node"))
    case .mkdir: (1, none.u32(0o700).u32(0).name("made-directory"))
    case .unlink: (1, none.name("made-symlink"))
    case .rmdir: (1, none.name("made-directory"))
    case .rename: (1, none.u64(1).name("made-node").name("renamed"))
    case .rename2: (1, none.u64(1).u32(1).u32(0).name("renamed").name("renamed-again"))
    case .link: (1, none.u64(file).name("made-link"))
    case .open: (file, none.zeros(8))
    case .read: (file, onFile.u64(0).u32(4096).zeros(20))
    case .write: (file, onFile.u64(0).u32(3).zeros(20).raw([1, 2, 3]))
    case .statfs: (1, none)
    // A handle of their own is not needed: the last use of these two.
    case .release: (file, none.u64(otherHandle).zeros(16))
    case .releasedir: (1, onDirectory.zeros(16))
    case .fsync: (file, onFile.zeros(8))
    case .fsyncdir: (1, onDirectory.zeros(8))
    case .setxattr: (file, none.u32(5).u32(0).name("user.a").raw(Array("value".utf8)))
    case .getxattr: (file, none.u32(0).u32(0).name("user.a"))
    case .listxattr: (file, none.u32(1024).u32(0))
    case .removexattr: (file, none.name("user.a"))
    case .flush: (file, onFile.zeros(16))
    case .opendir: (1, none.zeros(8))
    case .readdir, .readdirplus: (1, onDirectory.u64(0).u32(4096).zeros(20))
    case .getlk, .setlk, .setlkw: (file, lock)
    case .access: (1, none.u32(4).u32(0))
    case .create: (1, none.u32(0o102).u32(0o100600).u32(0).u32(0).name("made-file"))
    case .destroy: (0, none)
    // FS_IOC_GETFLAGS
    case .ioctl: (file, onFile.u32(0).u32(0x8008_6601).u64(0).u32(0).u32(8))
    case .fallocate: (file, onFile.u64(0).u64(16).u32(0).u32(0))
    case .lseek: (file, onFile.u64(0).u32(4).u32(0))
    case .copyFileRange, .copyFileRange64: (file, copy)
    case .syncfs: (1, none.zeros(8))
    case .tmpfile: (1, none.u32(2).u32(0o100600).u32(0).u32(0).name("/"))
    case .statx: (1, none.zeros(16).u32(0).u32(0xfff))
    }
  }
}

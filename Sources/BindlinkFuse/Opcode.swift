// Every opcode of the kernel's protocol 7.45: who answers it here, or why nobody does, and the
// shape that a request must have before its bytes are looked at.

/// A request's opcode. Numbers 7 and 19 were never given out.
package enum Opcode: UInt32, CaseIterable, Sendable {
  case lookup = 1
  case forget, getattr, setattr, readlink, symlink
  case mknod = 8
  case mkdir, unlink, rmdir, rename, link, open, read, write, statfs, release
  case fsync = 20
  case setxattr, getxattr, listxattr, removexattr, flush, `init`, opendir, readdir, releasedir
  case fsyncdir, getlk, setlk, setlkw, access, create, interrupt, bmap, destroy, ioctl, poll
  case notifyReply, batchForget, fallocate, readdirplus, rename2, lseek, copyFileRange
  case setupmapping, removemapping, syncfs, tmpfile, statx, copyFileRange64
  case cuseInit = 4096

  package enum Treatment: Equatable, Sendable {
    /// By a function of the ops table, called by libfuse.
    case libfuse
    /// Here, on the descriptor: this libfuse does not know it, or reads it wrongly.
    case direct
    /// Answered with ENOSYS, which makes the kernel do without it.
    case refused(reason: String)
    /// Nothing is expected in return, and nothing is done.
    case ignored(reason: String)
  }

  package var treatment: Treatment {
    switch self {
    case .syncfs, .tmpfile, .statx, .copyFileRange64: .direct
    // libfuse 3.14 leaves out whether set-ID bits are to go, and what is answered about a backing.
    case .open, .create, .write, .setattr: .direct
    // libfuse 3.14 expects the long form of the arguments, which it does not ask for.
    case .setxattr: .direct
    case .bmap: .refused(reason: "maps blocks of a block device; a view has none")
    case .poll: .refused(reason: "regular files are always ready, which the kernel assumes then")
    case .setupmapping, .removemapping:
      .refused(reason: "for the shared memory of virtiofs, not for /dev/fuse")
    case .cuseInit: .refused(reason: "for character devices, not for file systems")
    case .notifyReply:
      .ignored(reason: "answers a retrieve notification, which is sent for its answer alone")
    default: .libfuse
    }
  }

  /// What the bytes after the header must be at least.
  struct Shape {
    /// Size of the fixed arguments.
    var fixed = 0
    /// Directory entry names that follow: one path component each.
    var components = 0
    /// Other NUL-terminated strings after those.
    var strings = 0
    /// About a node, whose id must not be 0.
    var hasNode = true
    /// Gets no answer, not even for being malformed.
    var isSilent = false
  }

  var shape: Shape {
    switch self {
    case .lookup, .unlink, .rmdir: Shape(components: 1)
    case .forget: Shape(fixed: 8, isSilent: true)
    case .batchForget: Shape(fixed: 8, hasNode: false, isSilent: true)
    case .getattr, .fsync, .fsyncdir: Shape(fixed: 16)
    case .setattr: Shape(fixed: 88)
    case .readlink, .statfs, .bmap, .poll, .setupmapping, .removemapping: Shape()
    case .symlink: Shape(components: 1, strings: 1)
    case .mknod, .create: Shape(fixed: 16, components: 1)
    case .mkdir, .link: Shape(fixed: 8, components: 1)
    case .rename: Shape(fixed: 8, components: 2)
    case .rename2: Shape(fixed: 16, components: 2)
    case .open, .opendir, .access, .listxattr, .syncfs: Shape(fixed: 8)
    case .read, .readdir, .readdirplus, .write: Shape(fixed: 40)
    case .release, .releasedir, .flush, .lseek, .statx: Shape(fixed: 24)
    case .setxattr, .getxattr: Shape(fixed: 8, strings: 1)
    case .removexattr: Shape(strings: 1)
    case .getlk, .setlk, .setlkw: Shape(fixed: 48)
    case .ioctl, .fallocate: Shape(fixed: 32)
    case .copyFileRange, .copyFileRange64: Shape(fixed: 56)
    // Its name is that of an unnamed entry: "/".
    case .tmpfile: Shape(fixed: 16, strings: 1)
    case .`init`, .cuseInit: Shape(fixed: 16, hasNode: false)
    case .interrupt: Shape(fixed: 8, hasNode: false, isSilent: true)
    case .notifyReply: Shape(hasNode: false, isSilent: true)
    case .destroy: Shape(hasNode: false)
    }
  }

  /// As the kernel's header writes it, without its prefix.
  package var name: String {
    switch self {
    case .notifyReply: "NOTIFY_REPLY"
    case .batchForget: "BATCH_FORGET"
    case .copyFileRange: "COPY_FILE_RANGE"
    case .copyFileRange64: "COPY_FILE_RANGE_64"
    case .cuseInit: "CUSE_INIT"
    default: "\(self)".uppercased()
    }
  }
}

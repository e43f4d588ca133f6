// Which mount a place is in, asked without waking any server: one may be this process, or dead.
import BindlinkMap
import CBindlinkFuse
import Glibc

/// What `statx` tells of a place without asking any server.
struct MountIdentity: Equatable {
  let device: UInt64
  let mountID: UInt64

  init(at path: String) throws(Errno) {
    var device: UInt64 = 0
    var mountID: UInt64 = 0
    guard unsafe bindlink_mount_identity(path, &device, &mountID) == 0 else {
      throw Errno(rawValue: Glibc.errno)
    }
    self.device = device
    self.mountID = mountID
  }
}

// What the engine reads out of a statx answer.

internal import CBindlinkSystem
internal import Glibc

extension Status {
  @inline(__always) var device: UInt64 { UInt64(dev_major) << 32 | UInt64(dev_minor) }
  @inline(__always) var format: UInt32 { UInt32(mode) & 0o170000 }
  @inline(__always) var isDirectory: Bool { format == 0o040000 }
  @inline(__always) var isRegular: Bool { format == 0o100000 }
  @inline(__always) var isSymbolicLink: Bool { format == 0o120000 }

  var identity: Identity {
    @inline(__always) get {
      Identity(
        device: device, inode: inode, mount: mount_id,
        birth: mask & UInt32(BL_STATX_BIRTH) == 0
          ? 0 : UInt64(bitPattern: born.nanoseconds64))
    }
  }

  var birth: timespec? {
    guard mask & UInt32(BL_STATX_BIRTH) != 0 else { return nil }
    return born.timespec
  }

  /// The classic form, with the view's inode number and link count.
  func stat(inode: UInt64, linkCount: UInt32) -> Glibc.stat {
    var result = Glibc.stat()
    result.st_ino = UInt(inode)
    result.st_mode = UInt32(mode)
    result.st_nlink = UInt(linkCount)
    result.st_uid = uid
    result.st_gid = gid
    result.st_rdev = deviceNumber(rdev_major, rdev_minor)
    result.st_size = Int(bitPattern: UInt(size))
    result.st_blksize = Int(block_size)
    result.st_blocks = Int(bitPattern: UInt(blocks))
    result.st_atim = accessed.timespec
    result.st_mtim = modified.timespec
    result.st_ctim = changed.timespec
    return result
  }
}

extension bl_timestamp {
  var nanoseconds64: Int64 { seconds &* 1_000_000_000 &+ Int64(nanoseconds) }
  var timespec: Glibc.timespec { Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}

/// glibc's dev_t of a device's numbers.
private func deviceNumber(_ major: UInt32, _ minor: UInt32) -> UInt {
  let (major, minor) = (UInt(major), UInt(minor))
  return (major & 0xfff) << 8 | (major & ~0xfff) << 32 | (minor & 0xff) | (minor & ~0xff) << 12
}

/// What makes an object the same one: where it is mounted, its inode number there, and when it was
/// made, so that a number that the file system uses again is somebody else.
struct Identity: Equatable, Sendable {
  var device: UInt64
  var inode: UInt64
  var mount: UInt64
  /// Nanoseconds since the epoch; 0 where the file system does not know.
  var birth: UInt64

  /// The same by whichever mount it is reached.
  var object: Identity { Identity(device: device, inode: inode, mount: 0, birth: birth) }

  @inline(__always) var hash: UInt64 { mix(inode ^ device &* 0x9E37_79B9_7F4A_7C15) }
}

/// A bijective mixer (splitmix64's finaliser).
@inline(__always)
func mix(_ value: UInt64) -> UInt64 {
  var x = value &+ 0x9E37_79B9_7F4A_7C15
  x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
  return x ^ (x >> 31)
}

// From the engine's types to the kernel's, for the answers that are made here.
import BindlinkEngine
import CBindlinkFuse
import Glibc

extension fuse_attr {
  init(_ status: stat) {
    self.init()
    ino = UInt64(status.st_ino)
    size = UInt64(bitPattern: Int64(status.st_size))
    blocks = UInt64(bitPattern: Int64(status.st_blocks))
    atime = UInt64(bitPattern: Int64(status.st_atim.tv_sec))
    mtime = UInt64(bitPattern: Int64(status.st_mtim.tv_sec))
    ctime = UInt64(bitPattern: Int64(status.st_ctim.tv_sec))
    atimensec = UInt32(status.st_atim.tv_nsec)
    mtimensec = UInt32(status.st_mtim.tv_nsec)
    ctimensec = UInt32(status.st_ctim.tv_nsec)
    mode = status.st_mode
    nlink = UInt32(truncatingIfNeeded: status.st_nlink)
    uid = status.st_uid
    gid = status.st_gid
    rdev = UInt32(truncatingIfNeeded: status.st_rdev)
    blksize = UInt32(truncatingIfNeeded: status.st_blksize)
  }
}

extension fuse_entry_out {
  init(_ entry: Entry) {
    self.init()
    nodeid = entry.node.rawValue
    (entry_valid, entry_valid_nsec) = wireTimeout(entry.timeout)
    (attr_valid, attr_valid_nsec) = wireTimeout(entry.attributes.timeout)
    attr = fuse_attr(entry.attributes.status)
  }
}

extension fuse_attr_out {
  init(_ attributes: Attributes) {
    self.init()
    (attr_valid, attr_valid_nsec) = wireTimeout(attributes.timeout)
    attr = fuse_attr(attributes.status)
  }
}

extension fuse_statx {
  init(_ attributes: Attributes) {
    self.init()
    let status = attributes.status
    // STATX_BASIC_STATS
    mask = 0x7ff
    blksize = UInt32(truncatingIfNeeded: status.st_blksize)
    nlink = UInt32(truncatingIfNeeded: status.st_nlink)
    uid = status.st_uid
    gid = status.st_gid
    mode = UInt16(truncatingIfNeeded: status.st_mode)
    ino = UInt64(status.st_ino)
    size = UInt64(bitPattern: Int64(status.st_size))
    blocks = UInt64(bitPattern: Int64(status.st_blocks))
    atime = fuse_sx_time(status.st_atim)
    ctime = fuse_sx_time(status.st_ctim)
    mtime = fuse_sx_time(status.st_mtim)
    if let birth = attributes.birth {
      // STATX_BTIME
      mask |= 0x800
      btime = fuse_sx_time(birth)
    }
    let device = UInt32(truncatingIfNeeded: status.st_rdev)
    rdev_major = device >> 8 & 0xfff
    rdev_minor = device & 0xff | device >> 12 & 0xfff00
  }
}

extension fuse_sx_time {
  init(_ time: timespec) {
    self.init(tv_sec: Int64(time.tv_sec), tv_nsec: UInt32(time.tv_nsec), reserved: 0)
  }
}

func wireTimeout(_ seconds: Double) -> (seconds: UInt64, nanoseconds: UInt32) {
  let seconds = min(seconds, 1e9)
  let whole = seconds.rounded(.down)
  return (UInt64(whole), UInt32((seconds - whole) * 1e9))
}

// Extended attributes and POSIX ACLs.

import CPosixCases
import Glibc

func xattrCases() -> [PosixCase] {
  var xattr = CaseGroup("xattr")
  xattr.add("set, get, list, remove") { p in
    p.make("f")
    p.setxattr("f", "user.one", "1")
    p.setxattr("f", "user.two", "two")
    p.setxattr("f", "user.empty", "")
    p.listxattr("f")
    p.getxattr("f", "user.one")
    p.getxattr("f", "user.empty")
    p.getxattr("f", "user.absent")
    p.removexattr("f", "user.one")
    p.removexattr("f", "user.one")
    p.listxattr("f")
  }
  xattr.add("CREATE and REPLACE") { p in
    p.make("f")
    p.setxattr("f", "user.a", "new", flags: px_XATTR_REPLACE)
    p.setxattr("f", "user.a", "new", flags: px_XATTR_CREATE)
    p.setxattr("f", "user.a", "again", flags: px_XATTR_CREATE)
    p.setxattr("f", "user.a", "replaced", flags: px_XATTR_REPLACE)
    p.setxattr("f", "user.a", "x", flags: 99)
    p.getxattr("f", "user.a")
  }
  xattr.add("asking for the size, and too small a buffer") { p in
    p.make("f")
    p.setxattr("f", "user.a", "0123456789")
    p.getxattr("f", "user.a", size: 0)
    p.getxattr("f", "user.a", size: 5)
    p.getxattr("f", "user.a", size: 10)
    p.listxattr("f", size: 0)
    p.listxattr("f", size: 3)
    p.make("none")
    p.listxattr("none", size: 0)
  }
  xattr.add("binary values and large ones") { p in
    p.make("f")
    p.setxattr("f", "user.binary", [0, 255, 10, 0, 7])
    p.getxattr("f", "user.binary")
    p.setxattr("f", "user.large", [UInt8](repeating: 0x4c, count: 2000))
    p.getxattr("f", "user.large")
    p.setxattr("f", "user.huge", [UInt8](repeating: 0x4c, count: 70000))
    p.listxattr("f")
  }
  xattr.add("names: too long, empty, of no name space") { p in
    p.make("f")
    p.setxattr("f", "user." + String(repeating: "n", count: 250), "v")
    p.setxattr("f", "user." + String(repeating: "n", count: 251), "v")
    p.setxattr("f", "user.", "v")
    p.setxattr("f", "", "v")
    p.setxattr("f", "nospace", "v")
    p.setxattr("f", "unknown.space", "v")
    p.getxattr("f", "nospace")
    p.getxattr("f", "unknown.space")
    p.removexattr("f", "user." + String(repeating: "n", count: 250))
  }
  xattr.add("on directories and symlinks") { p in
    p.mkdir("d")
    p.setxattr("d", "user.a", "on a directory")
    p.getxattr("d", "user.a")
    p.make("f")
    p.symlink("f", "l")
    p.setxattr("l", "user.a", "through the link")
    p.getxattr("f", "user.a")
    p.setxattr("l", "user.b", Array("x".utf8), follow: false)
    p.getxattr("l", "user.b", follow: false)
    p.listxattr("l", follow: false)
    p.removexattr("l", "user.b", follow: false)
    p.mknod("fifo", S_IFIFO | 0o644)
    p.setxattr("fifo", "user.a", "x")
  }
  xattr.add("trusted and security names, where permitted") { p in
    p.make("f")
    p.setxattr("f", "trusted.a", "v")
    p.getxattr("f", "trusted.a")
    p.setxattr("f", "security.test", "v")
    p.getxattr("f", "security.test")
    p.getxattr("f", "security.capability")
    p.listxattr("f")
  }
  xattr.add("capabilities go when the file is written or given away", rule: "O6") { p in
    // Version 2, effective, CAP_NET_RAW permitted.
    let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0] + [UInt8](repeating: 0, count: 12)
    p.make("f", mode: 0o755)
    p.setxattr("f", "security.capability", capability)
    p.getxattr("f", "security.capability", size: 0)
    let file = p.open("f", O_WRONLY)
    p.write(file, "x")
    p.getxattr("f", "security.capability", size: 0)
    p.setxattr("f", "security.capability", capability)
    p.truncate("f", 0)
    p.getxattr("f", "security.capability", size: 0)
    p.setxattr("f", "security.capability", capability)
    p.chown("f", 1234, 1234)
    p.getxattr("f", "security.capability", size: 0)
  }
  xattr.add("by descriptor, and through another name") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.fsetxattr(file, "user.a", "by descriptor")
    p.link("f", "g")
    p.getxattr("g", "user.a")
    p.rename("f", "h")
    p.getxattr("h", "user.a")
    p.fsetxattr(file, "user.b", "after rename")
    p.listxattr("g")
  }
  xattr.add("without permission", rule: "O6") { p in
    p.make("f", mode: 0o400)
    p.setxattr("f", "user.a", "v")
    p.chmod("f", 0o200)
    p.getxattr("f", "user.a")
    p.listxattr("f")
    p.getxattr("absent", "user.a")
    p.listxattr("absent")
  }
  return xattr.cases
}

func aclCases() -> [PosixCase] {
  var acl = CaseGroup("ACL")
  acl.add("an access ACL is kept and shows in the mode", rule: "O6") { p in
    p.make("f", mode: 0o640)
    p.getACL("f")
    p.setACL("f", [.owner(6), .user(1234, 7), .group(4), .mask(7), .other(0)])
    p.getACL("f")
    p.stat("f")
    p.listxattr("f")
    p.chmod("f", 0o600)
    p.getACL("f")
    p.removexattr("f", "system.posix_acl_access")
    p.getACL("f")
    p.stat("f")
  }
  acl.add("a minimal ACL is the mode alone") { p in
    p.make("f", mode: 0o640)
    p.setACL("f", [.owner(7), .group(5), .other(1)])
    p.stat("f")
    p.getACL("f")
    p.listxattr("f")
  }
  acl.add("bad ACLs") { p in
    p.make("f")
    p.mkdir("d")
    p.setACL("f", [.owner(6)])
    p.setACL("f", [.owner(6), .user(1, 7), .group(4), .other(0)])
    p.setACL("f", [.owner(9), .group(4), .other(0)])
    p.setxattr("f", "system.posix_acl_access", [9, 0, 0, 0])
    p.setxattr("f", "system.posix_acl_access", [2, 0])
    p.setACL("f", [.owner(6), .group(4), .other(0)], default: true)
    p.symlink("f", "l")
    p.setxattr(
      "l", "system.posix_acl_access", aclBytes([.owner(6), .group(4), .other(0)]), follow: false)
    p.stat("f")
  }
  acl.add("a default ACL is inherited, and the umask ignored", rule: "O6") { p in
    p.mkdir("d")
    p.setACL(
      "d", [.owner(7), .user(1234, 7), .group(5), .mask(7), .other(0)], default: true)
    p.umask(0o077)
    p.make("d/f", mode: 0o666)
    p.mkdir("d/sub", 0o777)
    p.mknod("d/fifo", S_IFIFO | 0o666)
    p.symlink("f", "d/l")
    p.make("outside", mode: 0o666)
    for name: Path in ["d/f", "d/sub", "d/fifo", "d/l", "outside"] {
      p.stat(name)
      p.getACL(name)
    }
    p.getACL("d/sub", default: true)
    p.make("d/sub/deep", mode: 0o640)
    p.getACL("d/sub/deep")
    p.stat("d/sub/deep")
  }
  acl.add("O_TMPFILE under a default ACL") { p in
    p.mkdir("d")
    p.setACL(
      "d", [.owner(7), .user(1234, 6), .group(5), .mask(7), .other(0)], default: true)
    let file = p.open("d", px_O_TMPFILE | O_RDWR, mode: 0o666)
    p.fstat(file)
    p.link("/proc/self/fd/\(file)", "d/named", flags: px_AT_SYMLINK_FOLLOW)
    p.getACL("d/named")
  }
  acl.add("a default ACL is removed") { p in
    p.mkdir("d")
    p.setACL("d", [.owner(7), .group(0), .other(0)], default: true)
    p.make("d/before", mode: 0o666)
    p.removexattr("d", "system.posix_acl_default")
    p.make("d/after", mode: 0o666)
    p.stat("d/before")
    p.stat("d/after")
    p.getACL("d", default: true)
  }
  acl.add("an ACL admits and refuses", rule: "O6", needs: .otherUsers) { p in
    p.chmod(".", 0o755)
    p.make("f", "content", mode: 0o600)
    p.asUser(65534, 65534) { _ = p.open("f", O_RDONLY) }
    p.setACL("f", [.owner(6), .user(65534, 4), .group(0), .mask(4), .other(0)])
    p.asUser(65534, 65534) {
      _ = p.open("f", O_RDONLY)
      _ = p.open("f", O_RDWR)
    }
    p.setACL("f", [.owner(6), .user(65534, 6), .group(0), .mask(0), .other(7)])
    p.asUser(65534, 65534) { _ = p.open("f", O_RDONLY) }
    p.setACL("f", [.owner(6), .group(0), .namedGroup(65534, 6), .mask(6), .other(0)])
    p.asUser(65534, 65534) { _ = p.open("f", O_RDWR) }
  }
  acl.add("chmod changes the mask", rule: "O6") { p in
    p.make("f", mode: 0o640)
    p.setACL("f", [.owner(6), .user(1234, 7), .group(4), .mask(7), .other(0)])
    p.chmod("f", 0o705)
    p.getACL("f")
    p.stat("f")
    p.moves("f", "setting an ACL") {
      p.setACL("f", [.owner(6), .user(99, 7), .group(4), .mask(5), .other(0)])
    }
  }
  return acl.cases
}

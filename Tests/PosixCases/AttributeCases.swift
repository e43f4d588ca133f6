// Modes, owners, times, statfs, access.

import CPosixCases
import Glibc

func attributeCases() -> [PosixCase] {
  var attribute = CaseGroup("attributes")
  attribute.add("chmod and fchmod of files and directories", rule: "O1") { p in
    p.make("f")
    p.mkdir("d")
    for mode: UInt32 in [0, 0o400, 0o644, 0o777, 0o1644, 0o2755, 0o4755, 0o7777] {
      p.chmod("f", mode)
      p.stat("f")
      p.chmod("d", mode | 0o700)
      p.stat("d")
    }
    let file = p.open("f", O_RDONLY)
    p.fchmod(file, 0o600)
    p.stat("f")
    p.chmod("absent", 0o644)
    p.symlink("f", "l")
    p.chmod("l", 0o640)
    p.stat("l")
    p.stat("f")
  }
  attribute.add("chmod through one name shows on the other and on descriptors") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.link("f", "g")
    p.stat("g")
    p.chmod("f", 0o600)
    p.stat("g")
    p.fstat(file)
    p.fchmod(file, 0o640)
    p.stat("f")
    p.stat("g")
  }
  attribute.add("chown drops set-uid and set-gid", rule: "O6") { p in
    p.make("f")
    p.chmod("f", 0o6755)
    p.chown("f", UInt32.max, UInt32.max)
    p.stat("f")
    p.chmod("f", 0o6755)
    p.chown("f", 1234, 4321)
    p.stat("f")
    p.mkdir("d")
    p.chmod("d", 0o6755)
    p.chown("d", 1234, UInt32.max)
    p.stat("d")
  }
  attribute.add("owners, where permitted; symlinks have their own", rule: "O6") { p in
    p.make("f")
    p.symlink("f", "l")
    p.chown("l", 1000, 1001)
    p.lchown("l", 2000, 2001)
    p.stat("f")
    p.stat("l")
    let file = p.open("f", O_RDONLY)
    p.fchown(file, UInt32.max, 3000)
    p.stat("f")
    p.chown("absent", 1, 1)
  }
  attribute.add("times are set to the nanosecond") { p in
    p.make("f")
    p.utimens("f", access: (1_000_000_000, 123_456_789), modified: (1_100_000_000, 987_654_321))
    p.setTimes("f")
    p.utimens("f", access: (0, 1), modified: (0, 999_999_999))
    p.setTimes("f")
    p.utimens("f", access: (-1_000_000, 5), modified: (-1, 7))
    p.setTimes("f")
    p.utimens("f", access: (1, 1_000_000_000), modified: (1, 0))
    p.utimens("absent", access: (1, 0), modified: (1, 0))
    let file = p.open("f", O_RDONLY)
    p.futimens(file, access: (5, 6), modified: (7, 8))
    p.setTimes("f")
    p.mkdir("d")
    p.utimens("d", access: (11, 12), modified: (13, 14))
    p.setTimes("d")
  }
  attribute.add("UTIME_OMIT and UTIME_NOW") { p in
    p.make("f")
    p.utimens("f", access: (100, 1), modified: (200, 2))
    p.utimens("f", access: (0, px_UTIME_OMIT), modified: (300, 3))
    p.setTimes("f")
    p.utimens("f", access: (400, 4), modified: (0, px_UTIME_OMIT))
    p.setTimes("f")
    p.moves("f", "omitting both") {
      p.utimens("f", access: (0, px_UTIME_OMIT), modified: (0, px_UTIME_OMIT))
    }
    p.setTimes("f")
    p.moves("f", "UTIME_NOW") {
      p.utimens("f", access: (500, 5), modified: (0, px_UTIME_NOW))
    }
    p.utimens("f", access: (0, px_UTIME_NOW), modified: (600, 6))
    if let status = p.status("f") {
      p.note("now is recent: \(status.atime > 1_600_000_000_000_000_000), mtime \(status.mtime)")
    }
  }
  attribute.add("times of a symlink without following") { p in
    p.make("f")
    p.utimens("f", access: (1, 0), modified: (2, 0))
    p.symlink("f", "l")
    p.utimens("l", access: (3, 4), modified: (5, 6), flags: px_AT_SYMLINK_NOFOLLOW)
    p.setTimes("f")
    p.setTimes("l")
    p.utimens("l", access: (7, 8), modified: (9, 10))
    p.setTimes("f")
    p.symlink("absent", "dangling")
    p.utimens("dangling", access: (1, 2), modified: (3, 4))
    p.utimens("dangling", access: (1, 2), modified: (3, 4), flags: px_AT_SYMLINK_NOFOLLOW)
    p.setTimes("dangling")
  }
  attribute.add("set times survive what does not change the file") { p in
    p.make("f", "content")
    p.utimens("f", access: (1000, 1), modified: (2000, 2))
    p.chmod("f", 0o600)
    p.link("f", "g")
    p.rename("f", "h")
    let file = p.open("h", O_RDWR)
    p.close(file)
    if let status = p.status("h") { p.note("mtime \(status.mtime)") }
  }
  attribute.add("a set mtime survives the close after a write") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "content")
    p.futimens(file, access: (1000, 1), modified: (2000, 2))
    p.close(file)
    p.setTimes("f")
    p.content("f")
    if let status = p.status("f") { p.note("mtime \(status.mtime)") }
  }
  attribute.add("chmod, chown, link and rename move ctime") { p in
    p.make("f")
    p.moves("f", "chmod") { p.chmod("f", 0o600) }
    p.moves("f", "chown to the same") { p.chown("f", getuid(), getgid()) }
    p.moves("f", "setxattr") { p.setxattr("f", "user.a", "v") }
    p.moves("f", "access") { p.access("f", R_OK) }
    p.moves("f", "utimensat") { p.utimens("f", access: (1, 1), modified: (2, 2)) }
  }
  attribute.add("birth time") { p in
    p.make("f")
    guard let before = p.status("f") else { return }
    p.note("has birth time: \(before.has_btime)")
    p.note("not after mtime: \(before.btime <= before.mtime)")
    px_pause(12)
    p.make("f", "changed")
    p.chmod("f", 0o600)
    p.note("kept: \(p.status("f")?.btime == before.btime)")
    p.link("f", "g")
    p.note("of the second name: \(p.status("g")?.btime == before.btime)")
  }
  attribute.add("one device, inode numbers of their own", rule: "R7") { p in
    p.make("f")
    p.mkdir("d")
    p.make("d/g")
    guard let one = p.status("f"), let two = p.status("d"), let three = p.status("d/g") else {
      return
    }
    p.note("one device: \(one.dev == two.dev && two.dev == three.dev)")
    p.note("three inodes: \(Set([one.ino, two.ino, three.ino]).count)")
    p.note("stable: \(p.status("f")?.ino == one.ino)")
  }
  attribute.add("statfs") { p in
    p.make("f")
    guard let before = p.statfs("f") else { return }
    p.note("namelen \(before.namelen) bsize \(before.bsize)")
    p.note(
      "relations \(before.blocks > 0) \(before.bfree <= before.blocks) "
        + "\(before.bavail <= before.bfree) \(before.ffree <= before.files)")
    guard let whole = p.statfs(".") else { return }
    p.note("same total: \(whole.blocks == before.blocks) \(whole.files == before.files)")
    _ = p.statfs("absent")
  }
  attribute.add("access and faccessat") { p in
    p.make("f", mode: 0o640)
    p.mkdir("d")
    p.make("x", mode: 0o755)
    p.symlink("absent", "dangling")
    for name: Path in ["f", "d", "x", "dangling", "absent", "f/x"] {
      for mode in [F_OK, R_OK, W_OK, X_OK, R_OK | W_OK | X_OK] { p.access(name, mode) }
      p.access(name, W_OK, flags: px_AT_EACCESS)
    }
    p.access("dangling", F_OK, flags: px_AT_SYMLINK_NOFOLLOW)
    p.access("f", 99)
  }
  attribute.add("inode flags are readable where the file system has them") { p in
    p.make("f")
    p.mkdir("d")
    for name: Path in ["f", "d"] {
      let descriptor = p.open(name, O_RDONLY)
      var flags: UInt32 = 0
      if p.record("FS_IOC_GETFLAGS \(name)", unsafe px_getflags(descriptor, &flags)) {
        p.note("immutable or append-only: \(flags & 0x30 != 0)")
      }
    }
  }
  attribute.add("stat of many, twice") { p in
    for number in 0..<100 {
      p.make("f\(number)", String(repeating: "x", count: number), mode: UInt32(0o600 + number % 64))
    }
    for _ in 0..<2 {
      for number in 0..<100 { p.stat("f\(number)") }
    }
  }
  attribute.add("size, mode and owner after each change", rule: "O1") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.stat("f")
    p.write(file, "12345")
    p.stat("f")
    p.truncate("f", 2)
    p.stat("f")
    p.fchmod(file, 0o600)
    p.stat("f")
    p.pwrite(file, "x", 100)
    p.stat("f")
    p.mapStore(file, "map", at: 0, length: 101)
    p.stat("f")
    p.fallocate(file, 0, 0, 500)
    p.stat("f")
  }
  return attribute.cases
}

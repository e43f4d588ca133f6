// open and its flags, and what a name may be.

import CPosixCases
import Glibc

func openCases() -> [PosixCase] {
  var open = CaseGroup("open")
  open.add("a missing name is ENOENT") { p in
    _ = p.open("absent", O_RDONLY)
    _ = p.open("absent/below", O_RDONLY)
    p.stat("absent")
  }
  open.add("create, write, read back") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "hello")
    p.pread(file, 10, 0)
    p.fstat(file)
    p.close(file)
    p.content("f")
  }
  open.add("O_CREAT of what exists opens it, and keeps its mode") { p in
    p.make("f", "kept", mode: 0o600)
    let file = p.open("f", O_CREAT | O_RDWR, mode: 0o777)
    p.read(file, 10)
    p.stat("f")
  }
  open.add("O_EXCL") { p in
    p.make("f")
    p.symlink("nowhere", "dangling")
    p.mkdir("d")
    for name: Path in ["f", "dangling", "d", "new"] {
      _ = p.open(name, O_CREAT | O_EXCL | O_WRONLY)
    }
    p.list(".")
  }
  open.add("O_CREAT through a dangling symlink makes its target") { p in
    p.symlink("target", "dangling")
    _ = p.open("dangling", O_CREAT | O_WRONLY)
    p.list(".")
  }
  open.add("O_CREAT of a directory and below a file") { p in
    p.mkdir("d")
    p.make("f")
    _ = p.open("d", O_CREAT | O_RDWR)
    _ = p.open("f/x", O_CREAT | O_RDWR)
    _ = p.open("f/", O_RDONLY)
    _ = p.open("new/", O_CREAT | O_WRONLY)
  }
  open.add("O_TRUNC empties, also for an O_RDONLY opening") { p in
    p.make("f", "content")
    p.make("g", "content")
    p.moves("f", "O_TRUNC") { _ = p.open("f", O_WRONLY | O_TRUNC) }
    _ = p.open("g", O_RDONLY | O_TRUNC)
    p.stat("f")
    p.stat("g")
  }
  open.add("O_TRUNC of an empty file moves its times") { p in
    p.make("f")
    p.moves("f", "O_TRUNC") { _ = p.open("f", O_WRONLY | O_TRUNC) }
  }
  open.add("O_TRUNC is seen by a descriptor that was open") { p in
    p.make("f", "content")
    let old = p.open("f", O_RDWR)
    _ = p.open("f", O_WRONLY | O_TRUNC)
    p.fstat(old)
    p.read(old, 10)
    p.pwrite(old, "x", 3)
    p.content("f")
  }
  open.add("O_APPEND from two descriptors") { p in
    let one = p.open("f", O_CREAT | O_WRONLY | O_APPEND)
    let two = p.open("f", O_WRONLY | O_APPEND)
    for turn in 1...3 {
      p.write(one, "one\(turn) ")
      p.write(two, "two\(turn) ")
    }
    p.seek(one, 0, SEEK_CUR)
    p.content("f")
  }
  open.add("O_APPEND beside a plain descriptor") { p in
    let plain = p.open("f", O_CREAT | O_RDWR)
    let append = p.open("f", O_WRONLY | O_APPEND)
    p.write(plain, "0123456789")
    p.write(append, "end")
    p.pwrite(plain, "AB", 0)
    p.seek(append, 0, SEEK_SET)
    p.write(append, "more")
    p.pwrite(append, "P", 0)
    p.content("f")
  }
  open.add("O_APPEND switched on and off by F_SETFL") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.write(file, "a")
    p.setStatusFlags(file, O_APPEND)
    p.statusFlags(file, only: O_APPEND | O_ACCMODE)
    p.write(file, "b")
    p.seek(file, 2, SEEK_SET)
    p.setStatusFlags(file, 0)
    p.statusFlags(file, only: O_APPEND | O_ACCMODE)
    p.write(file, "c")
    p.content("f")
  }
  open.add("O_APPEND after the file was shortened by another descriptor") { p in
    let append = p.open("f", O_CREAT | O_WRONLY | O_APPEND)
    p.write(append, "0123456789")
    p.truncate("f", 4)
    p.write(append, "end")
    p.content("f")
  }
  open.add("access modes bind") { p in
    p.make("f", "content")
    let reader = p.open("f", O_RDONLY)
    let writer = p.open("f", O_WRONLY)
    p.write(reader, "x")
    p.read(writer, 3)
    p.ftruncate(reader, 0)
    p.fallocate(reader, 0, 0, 10)
    p.content("f")
  }
  open.add("O_DIRECTORY") { p in
    p.make("f")
    p.mkdir("d")
    p.symlink("d", "l")
    for name: Path in ["f", "d", "l", "absent"] { _ = p.open(name, O_RDONLY | O_DIRECTORY) }
    _ = p.open("l", O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }
  open.add("O_NOFOLLOW") { p in
    p.make("f")
    p.mkdir("d")
    p.make("d/inside")
    p.symlink("f", "l")
    p.symlink("d", "ld")
    for name: Path in ["f", "l", "ld", "ld/inside"] { _ = p.open(name, O_RDONLY | O_NOFOLLOW) }
  }
  open.add("directories open for reading only") { p in
    p.mkdir("d")
    _ = p.open("d", O_WRONLY)
    _ = p.open("d", O_RDWR)
    let directory = p.open("d", O_RDONLY)
    p.read(directory, 10)
    p.write(directory, "x")
    p.ftruncate(directory, 0)
  }
  open.add("O_PATH") { p in
    p.make("f", "content")
    p.symlink("f", "l")
    let file = p.open("f", px_O_PATH)
    p.fstat(file)
    p.read(file, 3)
    p.fchmod(file, 0o600)
    let link = p.open("l", px_O_PATH | O_NOFOLLOW)
    p.fstat(link)
    p.readlink("", at: link)
    p.mkdir("d")
    let directory = p.open("d", px_O_PATH | O_DIRECTORY)
    _ = p.open("made", O_CREAT | O_WRONLY, at: directory)
    p.list("d")
  }
  open.add("O_PATH without permission to read") { p in
    p.make("f", mode: 0)
    p.fstat(p.open("f", px_O_PATH))
  }
  open.add("O_TMPFILE has no name until it is linked") { p in
    let file = p.open(".", px_O_TMPFILE | O_RDWR, mode: 0o640)
    p.write(file, "anonymous")
    p.fstat(file)
    p.list(".")
    p.link("/proc/self/fd/\(file)", "named", flags: px_AT_SYMLINK_FOLLOW)
    p.fstat(file)
    p.write(file, ", named")
    p.content("named")
  }
  open.add("O_TMPFILE linked over an existing name") { p in
    p.make("taken", "old")
    let file = p.open(".", px_O_TMPFILE | O_RDWR)
    p.link("/proc/self/fd/\(file)", "taken", flags: px_AT_SYMLINK_FOLLOW)
    p.content("taken")
  }
  open.add("O_TMPFILE with O_EXCL can not be linked") { p in
    let file = p.open(".", px_O_TMPFILE | O_RDWR | O_EXCL)
    p.link("/proc/self/fd/\(file)", "named", flags: px_AT_SYMLINK_FOLLOW)
  }
  open.add("O_TMPFILE's errors") { p in
    p.make("f")
    _ = p.open("f", px_O_TMPFILE | O_RDWR)
    _ = p.open("absent", px_O_TMPFILE | O_RDWR)
    _ = p.open(".", px_O_TMPFILE | O_RDONLY)
  }
  open.add("O_DIRECT, aligned") { p in
    let file = p.open("f", O_CREAT | O_RDWR | px_O_DIRECT)
    p.directWrite(file, 0x41, 8192, 0)
    p.directWrite(file, 0x42, 4096, 8192)
    p.directRead(file, 0x41, 8192, 0)
    p.directRead(file, 0x42, 4096, 8192)
    p.directRead(file, 0x42, 4096, 12288)
    p.fstat(file)
  }
  open.add("O_DIRECT beside buffered descriptors") { p in
    let buffered = p.open("f", O_CREAT | O_RDWR)
    let direct = p.open("f", O_RDWR | px_O_DIRECT)
    p.pwrite(buffered, String(repeating: "a", count: 8192), 0)
    p.directRead(direct, 0x61, 4096, 4096)
    p.directWrite(direct, 0x62, 4096, 0)
    p.pread(buffered, 4, 0)
    p.pread(buffered, 4, 4096)
  }
  open.add(
    "O_DIRECT, misaligned",
    kernelLimit: "FUSE takes any alignment to the server, ext4 says EINVAL"
  ) { p in
    let file = p.open("f", O_CREAT | O_RDWR | px_O_DIRECT)
    p.directWrite(file, 0x41, 100, 0)
    p.directWrite(file, 0x41, 4096, 100)
    p.directWrite(file, 0x41, 4096, 0, misalign: 1)
  }
  open.add("O_SYNC and O_DSYNC") { p in
    for flag in [O_SYNC, O_DSYNC] {
      let file = p.open("f", O_CREAT | O_RDWR | flag)
      p.write(file, "synchronous")
      p.statusFlags(file, only: O_SYNC | O_DSYNC)
      p.content("f")
    }
  }
  open.add("O_NOATIME of one's own file") { p in
    p.make("f", "content")
    let file = p.open("f", O_RDONLY | px_O_NOATIME)
    p.read(file, 4)
  }
  open.add("mode 0444 at creation does not stop the writer") { p in
    let file = p.open("f", O_CREAT | O_EXCL | O_RDWR, mode: 0o444)
    p.write(file, "written")
    p.pread(file, 10, 0)
    p.fstat(file)
    p.close(file)
    p.content("f")
  }
  open.add("mode 0 at creation") { p in
    let file = p.open("f", O_CREAT | O_RDWR, mode: 0)
    p.write(file, "written")
    p.pread(file, 10, 0)
    p.stat("f")
  }
  open.add("openat2 beneath a directory") { p in
    p.mkdir("d")
    p.make("d/f", "inside")
    p.make("out", "outside")
    p.symlink("../out", "d/l")
    let directory = p.open("d", O_RDONLY | O_DIRECTORY)
    _ = p.openBeneath("f", O_RDONLY, at: directory)
    _ = p.openBeneath("../out", O_RDONLY, at: directory)
    _ = p.openBeneath("l", O_RDONLY, at: directory)
  }
  open.add("a replaced name opens the new file, an open descriptor keeps the old", rule: "R4") {
    p in
    p.make("f", "old")
    let old = p.open("f", O_RDONLY)
    p.make("g", "new")
    p.rename("g", "f")
    p.read(old, 10)
    p.fstat(old)
    p.content("f")
  }
  open.add("duplicates share offset and flags") { p in
    p.make("f", "0123456789")
    let one = p.open("f", O_RDWR)
    let two = p.duplicate(one)
    p.read(one, 3)
    p.read(two, 3)
    p.setStatusFlags(two, O_APPEND)
    p.statusFlags(one, only: O_APPEND)
    p.close(one)
    p.write(two, "end")
    p.content("f")
  }

  var names = CaseGroup("names")
  names.add("255 bytes are a name, 256 are ENAMETOOLONG", rule: "R5") { p in
    for length in [255, 256] {
      let name = Path.long(length)
      _ = p.open(name, O_CREAT | O_WRONLY)
      p.stat(name)
      p.mkdir(name + "/x")
      p.unlink(name)
      p.mkdir(name)
      p.list(".")
      p.rename(name, "short")
      p.rename("short", name)
      p.rmdir(name)
      p.symlink("t", name)
      p.readlink(name)
      p.unlink(name)
      p.mknod(name, S_IFIFO | 0o644)
      p.make("f")
      p.link("f", name)
      p.access(name, F_OK)
      p.setxattr(name, "user.a", "v")
      p.chmod(name, 0o600)
      p.truncate(name, 1)
    }
  }
  names.add("256 bytes in the middle of a path") { p in
    p.stat(Path.long(256) + "/f")
    p.stat("absent/" + Path.long(256))
    p.mkdir("d")
    p.rename("d", "absent/" + Path.long(256))
    p.link("d", Path.long(256))
  }
  names.add("PATH_MAX") { p in
    let slashes = Path(bytes: Array(repeating: 0x2f, count: 4088))
    p.make("f", "content")
    p.stat("." + slashes + "f")
    p.stat("." + slashes + "/////f")
    p.stat("." + slashes + "//////f")
  }
  names.add("a tree deeper than PATH_MAX, by chdir") { p in
    let component = Path.long(255)
    for _ in 0..<20 {
      p.mkdir(component)
      p.chdir(component)
    }
    p.make("f", "deep")
    p.stat("f")
    p.rename("f", "g")
    p.link("g", "h")
    p.symlink("g", "l")
    p.content("l")
    p.chmod("g", 0o600)
    p.truncate("g", 2)
    p.setxattr("g", "user.a", "v")
    p.list(".")
    p.unlink("h")
    p.getcwd()
    p.chdir("../..")
    p.list(".")
  }
  names.add("bytes that are no UTF-8", rule: "R5") { p in
    let odd = Path(bytes: [0xff, 0xfe, 0x80, 0x41])
    p.make(odd, "odd")
    p.content(odd)
    p.mkdir(Path(bytes: [0xc3]))
    p.rename(odd, Path(bytes: [0xc3, 0x2f, 0xa9]))
    p.list(".")
    p.list(Path(bytes: [0xc3]))
    p.symlink(odd, "l")
    p.readlink("l")
  }
  names.add("no case folding and no normalisation", rule: "R5") { p in
    p.make("Name", "upper")
    p.make("name", "lower")
    p.make(Path(bytes: [0xc3, 0xa9]), "composed")
    p.make(Path(bytes: [0x65, 0xcc, 0x81]), "decomposed")
    p.list(".")
    p.content("name")
  }
  names.add("control characters, blanks, backslash, dots") { p in
    let odd: [Path] = [
      "a b", " ", "\n", "\u{1}", "\\", "*", "...", "..a", "-rf", ".fuse_hidden0001", "a:b", "con",
    ]
    for name in odd { p.make(name, "x") }
    p.list(".")
    for name in odd { p.unlink(name) }
  }
  names.add("the empty path") { p in
    _ = p.open("", O_RDONLY)
    p.stat("")
    p.mkdir("")
    p.unlink("")
    p.make("f")
    p.rename("f", "")
    p.rename("", "f")
  }
  names.add("trailing slashes and dots") { p in
    p.mkdir("d/")
    p.mkdir("e///")
    p.make("f", "file")
    for path: Path in ["d/", "d/.", "d//..", "f/", "f/.", "f/.."] { p.stat(path) }
    p.unlink("f/")
    p.rename("f", "g/")
    p.rename("d/", "h/")
    p.list(".")
  }
  return open.cases + names.cases
}

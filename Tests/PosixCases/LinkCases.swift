// Hard links, unlink, link counts, symbolic links.

import CPosixCases
import Glibc

func linkCases() -> [PosixCase] {
  var link = CaseGroup("link")
  link.add("two names, one object", rule: "R7") { p in
    p.make("a", "content")
    p.link("a", "b")
    p.sameInode("a", "b")
    p.stat("a")
    p.stat("b")
    p.chmod("b", 0o600)
    p.stat("a")
    p.unlink("a")
    p.stat("b")
    p.content("b")
  }
  link.add("errors") { p in
    p.make("a")
    p.make("b")
    p.mkdir("d")
    p.link("a", "b")
    p.link("a", "a")
    p.link("absent", "c")
    p.link("d", "c")
    p.link("a", "absent/c")
    p.link("a", "b/c")
    p.link("a", "c/")
    p.list(".")
  }
  link.add("of a symlink, with and without following") { p in
    p.make("f", "content")
    p.symlink("f", "l")
    p.link("l", "hard")
    p.stat("hard")
    p.link("l", "followed", flags: px_AT_SYMLINK_FOLLOW)
    p.stat("followed")
    p.sameInode("f", "followed")
    p.sameInode("l", "hard")
    p.symlink("nowhere", "dangling")
    p.link("dangling", "d2")
    p.link("dangling", "d3", flags: px_AT_SYMLINK_FOLLOW)
  }
  link.add("of a descriptor by AT_EMPTY_PATH, where permitted") { p in
    p.make("f", "content")
    let file = p.open("f", O_RDONLY)
    p.link("", "g", flags: px_AT_EMPTY_PATH, from: file)
    p.stat("f")
    p.unlink("f")
    p.unlink("g")
    p.link("", "h", flags: px_AT_EMPTY_PATH, from: file)
    p.link("f", "h", flags: 0x8000)
  }
  link.add("of a descriptor by /proc") { p in
    p.make("f", "content")
    let file = p.open("f", O_RDONLY)
    p.link("/proc/self/fd/\(file)", "g", flags: px_AT_SYMLINK_FOLLOW)
    p.sameInode("f", "g")
    p.unlink("f")
    p.unlink("g")
    p.link("/proc/self/fd/\(file)", "h", flags: px_AT_SYMLINK_FOLLOW)
  }
  link.add("moves the times of directory and file") { p in
    p.mkdir("d")
    p.make("f")
    p.moves("d", "link") { p.link("f", "d/g") }
    p.moves("f", "link") { p.link("f", "h") }
    p.moves("f", "unlink") { p.unlink("h") }
    p.moves("d", "unlink") { p.unlink("d/g") }
  }
  link.add("link counts as seen through a descriptor") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.fstat(file)
    for number in 0..<5 { p.link("f", "l\(number)") }
    p.fstat(file)
    for number in 0..<5 { p.unlink("l\(number)") }
    p.fstat(file)
    p.unlink("f")
    p.fstat(file)
  }
  link.add("FIFOs, sockets and other types have links too") { p in
    p.mknod("fifo", S_IFIFO | 0o644)
    p.link("fifo", "fifo2")
    p.mknod("socket", S_IFSOCK | 0o644)
    p.link("socket", "socket2")
    p.stat("fifo2")
    p.stat("socket2")
  }
  link.add("a link made and the first name made anew") { p in
    p.make("f", "first")
    p.link("f", "g")
    p.unlink("f")
    p.make("f", "second")
    p.content("g")
    p.content("f")
    p.sameInode("f", "g")
    p.stat("g")
  }

  var unlink = CaseGroup("unlink")
  unlink.add("errors") { p in
    p.mkdir("d")
    p.make("f")
    p.unlink("d")
    p.unlink("d/")
    p.unlink("absent")
    p.unlink("f/x")
    p.unlink(".")
    p.unlink("..")
    p.unlink("f", flags: AT_REMOVEDIR)
    p.unlink("d", flags: AT_REMOVEDIR)
    p.unlink("f", flags: 0x8000)
    p.list(".")
  }
  unlink.add("a name can be made again, as another type", rule: "R3") { p in
    p.make("n", "file")
    p.unlink("n")
    p.mkdir("n")
    p.rmdir("n")
    p.symlink("target", "n")
    p.readlink("n")
    p.unlink("n")
    p.mknod("n", S_IFIFO | 0o600)
    p.unlink("n")
    p.stat("n")
    p.make("n", "file again")
    p.content("n")
  }
  unlink.add("of a read-only file and of a symlink") { p in
    p.make("f", mode: 0o400)
    p.symlink("f", "l")
    p.unlink("l")
    p.stat("f")
    p.unlink("f")
    p.list(".")
  }
  unlink.add("many names while one is open") { p in
    let file = p.open("f0", O_CREAT | O_RDWR)
    for number in 1..<40 { p.make("f\(number)") }
    for number in 0..<40 { p.unlink("f\(number)") }
    p.list(".")
    p.write(file, "still here")
    p.pread(file, 20, 0)
    p.rmdir(".")
  }

  var symlink = CaseGroup("symlink")
  symlink.add("text is kept byte for byte", rule: "R6") { p in
    let texts: [Path] = [
      "a", "/absolute/path", "../..", "a//b/./c/", "with blank", Path(bytes: [0xff, 0x01]),
    ]
    for (number, text) in texts.enumerated() {
      p.symlink(text, "l\(number)")
      p.readlink("l\(number)")
      p.stat("l\(number)")
    }
  }
  symlink.add("lengths", rule: "R6") { p in
    for length in [60, 1000, 4095, 4096] {
      p.symlink(Path.long(length), "l\(length)")
      p.readlink("l\(length)")
      p.stat("l\(length)")
    }
    p.symlink("", "empty")
    p.readlink("l60", size: 10)
    p.readlink("l60", size: 0)
  }
  symlink.add("resolution, dangling, loops") { p in
    p.make("f", "content")
    p.mkdir("d")
    p.symlink("f", "to-file")
    p.symlink("d", "to-directory")
    p.symlink("absent", "dangling")
    p.symlink("loop2", "loop1")
    p.symlink("loop1", "loop2")
    p.symlink("self", "self")
    for name: Path in ["to-file", "to-directory", "dangling", "loop1", "self"] {
      p.stat(name, follow: true)
      p.stat(name)
      _ = p.open(name, O_RDONLY)
      p.stat(name + "/", follow: true)
      p.stat(name + "/below")
    }
  }
  symlink.add("40 links are followed, 41 are ELOOP") { p in
    p.make("l0", "content")
    for number in 1...41 { p.symlink("l\(number - 1)", "l\(number)") }
    p.stat("l40", follow: true)
    p.stat("l41", follow: true)
  }
  symlink.add("over what exists") { p in
    p.make("f")
    p.mkdir("d")
    p.symlink("x", "f")
    p.symlink("x", "d")
    p.symlink("x", "d/")
    p.symlink("x", "absent/l")
    p.symlink("x", "f/l")
    p.list(".")
  }
  symlink.add("readlink of what is no link") { p in
    p.make("f")
    p.mkdir("d")
    p.readlink("f")
    p.readlink("d")
    p.readlink("absent")
  }
  symlink.add("into a directory and out again") { p in
    p.mkdir("d")
    p.make("f", "outside")
    p.make("d/f", "inside")
    p.symlink("../f", "d/up")
    p.symlink("d/f", "down")
    p.symlink("d", "l")
    p.content("d/up")
    p.content("down")
    p.content("l/f")
    p.content("l/../f")
    p.list("l/")
  }
  symlink.add("replaced text is seen at once", rule: "R3") { p in
    p.make("one", "1")
    p.make("two", "2")
    p.symlink("one", "l")
    p.content("l")
    p.unlink("l")
    p.symlink("two", "l")
    p.content("l")
    p.symlink("one", "m")
    p.rename("m", "l")
    p.content("l")
    p.readlink("l")
  }
  return link.cases + unlink.cases + symlink.cases
}

// Who may do what. Without root the results are refusals, with root mostly not: either way a mount
// must agree with the plain directory.

import CPosixCases
import Glibc

func permissionCases() -> [PosixCase] {
  var permission = CaseGroup("permission")
  permission.add("a file of mode 000", rule: "O6") { p in
    p.make("f", "content")
    p.chmod("f", 0)
    for flags in [O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC] { _ = p.open("f", flags) }
    p.truncate("f", 3)
    p.access("f", R_OK)
    p.stat("f")
    p.chmod("f", 0o644)
    p.content("f")
  }
  permission.add("a directory without x, without w, without r", rule: "O6") { p in
    p.mkdir("d")
    p.make("d/f", "content")
    p.mkdir("d/e")
    for mode: UInt32 in [0o600, 0o500, 0o300, 0] {
      p.chmod("d", mode)
      p.stat("d/f")
      p.content("d/f")
      p.make("d/new")
      p.unlink("d/new")
      p.rename("d/f", "d/g")
      p.rename("d/g", "d/f")
      p.rmdir("d/absent")
      p.chdir("d")
      p.chdir(".")
      p.getcwd()
      if p.status("e") != nil { p.chdir("..") }
      _ = p.open("d", O_RDONLY | O_DIRECTORY)
    }
    p.chmod("d", 0o755)
    p.list("d")
  }
  permission.add("a descriptor keeps its rights after chmod") { p in
    p.make("f", "content")
    let file = p.open("f", O_RDWR)
    p.chmod("f", 0)
    p.read(file, 3)
    p.write(file, "xyz")
    p.fstat(file)
    p.chmod("f", 0o600)
    p.content("f")
  }
  permission.add("exec permission") { p in
    p.make("script", "#!/bin/sh\nexit 3\n", mode: 0o644)
    p.run("./script", "")
    p.access("script", X_OK)
    p.chmod("script", 0o755)
    p.run("./script", "")
    p.access("script", X_OK)
  }
  permission.add("another user's files", rule: "O6", needs: .otherUsers) { p in
    p.make("private", "content", mode: 0o600)
    p.make("public", "content", mode: 0o644)
    p.mkdir("closed", 0o700)
    p.make("closed/f")
    p.mkdir("open", 0o755)
    p.chmod(".", 0o755)
    p.asUser(65534, 65534) {
      _ = p.open("private", O_RDONLY)
      _ = p.open("public", O_RDONLY)
      _ = p.open("public", O_RDWR)
      p.stat("closed/f")
      _ = p.open("open/new", O_CREAT | O_WRONLY)
      p.unlink("public")
      p.chmod("public", 0o777)
      p.chown("public", 65534, 65534)
      p.truncate("public", 0)
      p.utimens("public", access: (1, 1), modified: (1, 1))
      p.rename("public", "mine")
      p.mkdir("open/d")
      p.link("private", "open/l")
      p.setxattr("public", "user.a", "v")
      p.access("private", R_OK)
    }
  }
  permission.add("what another user makes is its own", rule: "O6", needs: .otherUsers) { p in
    p.chmod(".", 0o777)
    p.asUser(1234, 4321) {
      p.make("f", "content")
      p.mkdir("d")
      p.symlink("f", "l")
      p.mknod("fifo", S_IFIFO | 0o644)
      let file = p.open(".", px_O_TMPFILE | O_RDWR)
      p.link("/proc/self/fd/\(file)", "tmp", flags: px_AT_SYMLINK_FOLLOW)
      p.make("d/f", "inside")
      p.link("f", "hard")
      p.chmod("f", 0o600)
      p.rename("d", "e")
      _ = p.open("f", O_RDWR)
    }
    for name: Path in ["f", "e", "l", "fifo", "tmp", "e/f", "hard"] { p.stat(name) }
    p.asUser(1235, 4321) {
      _ = p.open("f", O_RDONLY)
      p.unlink("e/f")
    }
  }
  permission.add("sticky directories", rule: "O6", needs: .otherUsers) { p in
    p.mkdir("sticky")
    p.chmod("sticky", 0o1777)
    p.asUser(1234, 1234) { p.make("sticky/f", "1234's") }
    p.asUser(1235, 1235) {
      p.unlink("sticky/f")
      p.rename("sticky/f", "sticky/g")
      p.make("sticky/h", "1235's")
      p.rename("sticky/h", "sticky/f")
      p.link("sticky/f", "sticky/i")
    }
    p.asUser(1234, 1234) { p.rename("sticky/f", "sticky/g") }
    p.list("sticky")
  }
  permission.add(
    "set-gid directories for users outside of the group", rule: "O6", needs: .otherUsers
  ) { p in
    p.mkdir("d")
    p.chown("d", UInt32.max, 777)
    p.chmod("d", 0o2777)
    p.asUser(1234, 1234) {
      p.make("d/f", mode: 0o2755)
      p.mkdir("d/sub")
      p.make("own", mode: 0o644)
      p.chmod("d/f", 0o2755)
    }
    p.stat("d/f")
    p.stat("d/sub")
  }
  permission.add("chmod by a user outside of the file's group", rule: "O6", needs: .otherUsers) {
    p in
    p.chmod(".", 0o755)
    p.make("f", mode: 0o755)
    p.chown("f", 1234, 777)
    p.asUser(1234, 1234) {
      p.chmod("f", 0o6755)
      p.stat("f")
      p.chown("f", UInt32.max, 1234)
      p.stat("f")
      p.chown("f", UInt32.max, 1)
    }
  }
  permission.add("set-ID bits when the data changes", rule: "O7") { p in
    for mode: UInt32 in [0o6755, 0o2744, 0o4644, 0o6711] { p.setIDBitsGo(mode) }
  }
  permission.add("set-ID bits when another user changes the data", rule: "O6", needs: .otherUsers) {
    p in
    p.chmod(".", 0o777)
    for mode: UInt32 in [0o6777, 0o2766, 0o4666] {
      p.setIDBitsGo(mode) { steps in p.asUser(1234, 1234, steps) }
    }
  }
  permission.add("times: now for a writer, others for the owner", rule: "O6", needs: .otherUsers) {
    p in
    p.chmod(".", 0o755)
    p.make("f", mode: 0o666)
    p.chmod("f", 0o666)
    p.asUser(1234, 1234) {
      p.utimens("f", access: (0, px_UTIME_NOW), modified: (0, px_UTIME_NOW))
      p.utimens("f", access: (1, 0), modified: (2, 0))
      p.utimens("f", access: (0, px_UTIME_OMIT), modified: (0, px_UTIME_NOW))
    }
    p.chmod("f", 0o644)
    p.asUser(1234, 1234) {
      p.utimens("f", access: (0, px_UTIME_NOW), modified: (0, px_UTIME_NOW))
    }
  }
  return permission.cases
}

extension Probe {
  /// What is left of a file's mode after each way to change its data, with `changer` as who does it.
  fileprivate func setIDBitsGo(_ mode: UInt32, changer: (() -> Void) -> Void = { $0() }) {
    make("source", "0123456789")
    let changes: [(flags: Int32, name: String, change: (Int32) -> Void)] = [
      (O_WRONLY, "write", { self.write($0, "new") }),
      (O_WRONLY | O_APPEND, "append", { self.write($0, "new") }),
      (O_WRONLY | O_TRUNC, "O_TRUNC", { _ in }),
      (O_RDONLY, "truncate", { _ in self.truncate("f", 3) }),
      (O_RDWR, "ftruncate", { self.ftruncate($0, 30) }),
      (O_RDWR, "fallocate", { self.fallocate($0, 0, 0, 8192) }),
      (
        O_RDWR, "copy_file_range",
        { file in self.copyRange(self.open("source", O_RDONLY), 0, file, 2, 5) }
      ),
    ]
    for (flags, name, change) in changes {
      note("\(name), mode \(String(mode, radix: 8))")
      make("f", "content")
      chmod("f", mode)
      stat("f")
      changer {
        let file = self.open("f", flags)
        change(file)
        self.close(file)
      }
      stat("f")
      unlink("f")
    }
  }
}

func lockCases() -> [PosixCase] {
  var lock = CaseGroup("lock")
  lock.add("flock between two descriptors") { p in
    p.make("f")
    let one = p.open("f", O_RDWR)
    let two = p.open("f", O_RDWR)
    p.flock(one, LOCK_EX)
    p.flock(two, LOCK_EX | LOCK_NB)
    p.flock(two, LOCK_SH | LOCK_NB)
    p.flock(one, LOCK_SH)
    p.flock(two, LOCK_SH | LOCK_NB)
    p.flock(one, LOCK_EX | LOCK_NB)
    p.flock(two, LOCK_UN)
    p.flock(one, LOCK_EX | LOCK_NB)
    p.flock(one, LOCK_UN)
    p.flock(two, LOCK_EX | LOCK_NB)
    p.flock(two, 99)
  }
  lock.add("flock belongs to the open file, not to its duplicates or names") { p in
    p.make("f")
    p.link("f", "g")
    let one = p.open("f", O_RDONLY)
    let copy = p.duplicate(one)
    let other = p.open("g", O_RDONLY)
    p.flock(one, LOCK_EX)
    p.flock(copy, LOCK_EX | LOCK_NB)
    p.flock(other, LOCK_EX | LOCK_NB)
    p.close(one)
    p.flock(other, LOCK_EX | LOCK_NB)
    p.flock(copy, LOCK_UN)
    p.flock(other, LOCK_EX | LOCK_NB)
  }
  lock.add("flock of a directory") { p in
    p.mkdir("d")
    let one = p.open("d", O_RDONLY)
    let two = p.open("d", O_RDONLY)
    p.flock(one, LOCK_EX | LOCK_NB)
    p.flock(two, LOCK_SH | LOCK_NB)
    p.flock(one, LOCK_UN)
    p.flock(two, LOCK_SH | LOCK_NB)
  }
  lock.add("record locks against another process") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.setLock(file, F_WRLCK, 2, 4)
    p.childSeesLock(file, F_RDLCK, 0, 2)
    p.childSeesLock(file, F_RDLCK, 3, 1)
    p.childLocks(file, F_WRLCK, 5, 10)
    p.childLocks(file, F_WRLCK, 6, 10)
    p.setLock(file, F_RDLCK, 2, 4)
    p.childSeesLock(file, F_RDLCK, 0, 0)
    p.childSeesLock(file, F_WRLCK, 0, 0)
    p.setLock(file, F_UNLCK, 0, 0)
    p.childSeesLock(file, F_WRLCK, 0, 0)
  }
  lock.add("record locks go with any descriptor of the file") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    let other = p.open("f", O_RDONLY)
    p.setLock(file, F_WRLCK, 0, 0)
    p.childSeesLock(file, F_WRLCK, 0, 0)
    p.close(other)
    p.childSeesLock(file, F_WRLCK, 0, 0)
  }
  lock.add("record locks are split and joined") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.setLock(file, F_WRLCK, 0, 10)
    p.setLock(file, F_UNLCK, 4, 2)
    for start: Int64 in [0, 3, 4, 5, 6, 9, 10] { p.childSeesLock(file, F_WRLCK, start, 1) }
  }
  lock.add("record locks need the mode, and a range") { p in
    p.make("f", "0123456789")
    p.setLock(p.open("f", O_RDONLY), F_WRLCK, 0, 0)
    p.setLock(p.open("f", O_WRONLY), F_RDLCK, 0, 0)
    p.setLock(p.open("f", O_RDWR), F_WRLCK, -1, 5)
    p.setLock(p.open("f", O_RDWR), 99, 0, 0)
  }
  lock.add("a lock that waits is granted when the other goes") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.setLock(file, F_WRLCK, 0, 0)
    p.whileChildWaits(forRecordLockOn: file) { p.setLock(file, F_UNLCK, 0, 0) }
    p.flock(file, LOCK_EX)
    p.whileChildWaits(forFlockOf: "f") { p.flock(file, LOCK_UN) }
    p.childSeesLock(file, F_WRLCK, 0, 0)
    p.flock(file, LOCK_EX | LOCK_NB)
  }
  lock.add("a lock that waits is interrupted by a signal") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.setLock(file, F_WRLCK, 0, 0)
    p.whileChildWaits(forRecordLockOn: file, interrupted: true) {}
    p.setLock(file, F_UNLCK, 0, 0)
    p.childLocks(file, F_WRLCK, 0, 0)
    p.flock(file, LOCK_EX)
    p.whileChildWaits(forFlockOf: "f", interrupted: true) {}
    p.flock(file, LOCK_UN)
    p.flock(p.open("f", O_RDONLY), LOCK_EX | LOCK_NB)
  }
  return lock.cases
}

func programCases() -> [PosixCase] {
  var program = CaseGroup("program")
  program.add("a script and a copied binary run") { p in
    p.make("script", "#!/bin/sh\nexit $1\n", mode: 0o755)
    p.run("./script", "7")
    p.make("copy", "#!/bin/sh\ncp \"$1\" binary && chmod 755 binary\n", mode: 0o755)
    p.run("./copy", "/bin/false")
    p.run("./binary", "")
    p.unlink("binary")
    p.run("./binary", "")
  }
  program.add("a script without an interpreter and an empty program") { p in
    p.make("lost", "#!/absent/interpreter\n", mode: 0o755)
    p.make("empty", mode: 0o755)
    p.mkdir("d")
    p.run("./lost", "")
    p.run("./empty", "")
    p.run("./d", "")
    p.run("./absent", "")
  }
  program.add("ETXTBSY: a running binary is not written, a written one is not run") { p in
    p.make("copy", "#!/bin/sh\ncp \"$1\" binary && chmod 755 binary\n", mode: 0o755)
    p.run("./copy", "/bin/sleep")
    p.whileRunning("./binary", "30") {
      _ = p.open("binary", O_WRONLY)
      _ = p.open("binary", O_RDONLY)
      p.truncate("binary", 0)
      p.rename("binary", "moved")
    }
    let writer = p.open("moved", O_WRONLY)
    p.run("./moved", "0")
    p.close(writer)
    p.run("./moved", "0")
  }
  program.add("a program works in the directory: sh, cat, mv, ln, rm") { p in
    p.make(
      "script",
      """
      #!/bin/sh
      set -e
      umask 022
      mkdir -p a/b/c && cd a/b
      echo one > one && cat one >> one 2> /dev/null || true
      echo two >> one && cp -p one two && ln two three && ln -s two four
      mv three c/ && cat < four > five
      for name in 1 2 3 4 5; do echo "$name" > "n$name"; done
      rm n3 && cat n* > all && sort -r all > sorted && tail -c +1 sorted > /dev/null
      test "$(wc -l < all)" = 4
      """, mode: 0o755)
    p.run("./script", "")
    p.content("a/b/sorted")
    p.list("a/b")
  }
  return program.cases
}

// Reading, writing, seeking, copying, synchronising.

import CPosixCases
import Glibc

func dataCases() -> [PosixCase] {
  var data = CaseGroup("data")
  data.add("read at, across and past the end") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDONLY)
    p.read(file, 4)
    p.read(file, 100)
    p.read(file, 1)
    p.read(file, 0)
    p.pread(file, 5, 8)
    p.pread(file, 5, 10)
    p.pread(file, 5, 1 << 40)
    p.pread(file, 5, -1)
  }
  data.add("pread and pwrite leave the offset") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "0123456789")
    p.seek(file, 3, SEEK_SET)
    p.pwrite(file, "AB", 8)
    p.pread(file, 3, 0)
    p.seek(file, 0, SEEK_CUR)
    p.read(file, 20)
  }
  data.add("writing beyond the end leaves zeros") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "a")
    p.pwrite(file, "b", 10000)
    p.fstat(file)
    p.pread(file, 20, 0)
    p.pread(file, 20, 9990)
  }
  data.add("vectors") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.writev(file, "the quick brown fox jumps over the lazy dog", pieces: 5)
    p.seek(file, 4, SEEK_SET)
    p.readv(file, 30, pieces: 7)
    p.readv(file, 30, pieces: 7)
    p.content("f")
  }
  data.add("a megabyte in odd pieces") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    let piece = String(repeating: "0123456789abcdef!", count: 4001)
    for _ in 0..<16 { p.write(file, piece) }
    p.fstat(file)
    p.pread(file, 200_000, 131_000)
    p.content("f")
  }
  data.add("overwriting across page borders") { p in
    p.make("f", bytes: Array(repeating: 0x2e, count: 20000))
    let file = p.open("f", O_RDWR)
    p.pwrite(file, String(repeating: "x", count: 5000), 4000)
    p.pwrite(file, "y", 4095)
    p.pwrite(file, "yz", 8191)
    p.content("f")
  }
  data.add("two descriptors see one content") { p in
    let one = p.open("f", O_CREAT | O_RDWR)
    let two = p.open("f", O_RDWR)
    p.write(one, "written by one")
    p.read(two, 20)
    p.pwrite(two, "WRITTEN", 0)
    p.pread(one, 20, 0)
  }
  data.add("writing moves the times") { p in
    p.make("f", "x")
    let file = p.open("f", O_WRONLY)
    p.moves("f", "write") { p.write(file, "y") }
    p.moves("f", "empty write") { p.write(file, "") }
    p.moves("f", "close") { p.close(file) }
  }
  data.add("reading moves neither mtime nor ctime") { p in
    p.make("f", "content")
    p.moves("f", "read") { p.content("f") }
  }
  data.add("lseek and its errors") { p in
    p.make("f", "0123456789")
    let file = p.open("f", O_RDWR)
    p.seek(file, 3, SEEK_SET)
    p.seek(file, -2, SEEK_END)
    p.seek(file, 5, SEEK_CUR)
    p.seek(file, -1, SEEK_SET)
    p.seek(file, 0, 99)
    p.seek(file, -100, SEEK_CUR)
    p.seek(file, 1 << 40, SEEK_SET)
    p.read(file, 1)
  }
  data.add("SEEK_END follows a growing file") { p in
    p.make("f", "0123")
    let file = p.open("f", O_RDONLY)
    p.seek(file, 0, SEEK_END)
    let writer = p.open("f", O_WRONLY | O_APPEND)
    p.write(writer, "4567")
    p.seek(file, 0, SEEK_END)
  }
  data.add("SEEK_DATA and SEEK_HOLE in a sparse file") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.ftruncate(file, 1 << 20)
    p.pwrite(file, String(repeating: "d", count: 65536), 262_144)
    p.fsync(file)
    p.seek(file, 0, px_SEEK_DATA)
    p.seek(file, 262_144, px_SEEK_HOLE)
    p.seek(file, 300_000, px_SEEK_DATA)
    p.seek(file, 400_000, px_SEEK_DATA)
    p.seek(file, 0, px_SEEK_HOLE)
    p.seek(file, 1 << 20, px_SEEK_HOLE)
    p.seek(file, 2 << 20, px_SEEK_DATA)
    p.seek(file, -1, px_SEEK_HOLE)
  }
  data.add("SEEK_HOLE in a file without holes") { p in
    p.make("f", bytes: Array(repeating: 1, count: 5000))
    let file = p.open("f", O_RDONLY)
    p.seek(file, 0, px_SEEK_DATA)
    p.seek(file, 0, px_SEEK_HOLE)
    p.make("empty")
    let empty = p.open("empty", O_RDONLY)
    p.seek(empty, 0, px_SEEK_DATA)
    p.seek(empty, 0, px_SEEK_HOLE)
  }
  data.add("copy_file_range") { p in
    p.make("a", "0123456789")
    let input = p.open("a", O_RDONLY)
    let output = p.open("b", O_CREAT | O_RDWR)
    p.copyRange(input, 2, output, 0, 5)
    p.copyRange(input, 8, output, 5, 100)
    p.copyRange(input, 100, output, 0, 5)
    p.copyRange(input, 0, output, 20, 3)
    p.content("b")
    p.copyRange(output, 0, input, 0, 3)
  }
  data.add("copy_file_range within one file") { p in
    p.make("a", "0123456789")
    let file = p.open("a", O_RDWR)
    p.copyRange(file, 0, file, 10, 5)
    p.copyRange(file, 0, file, 2, 5)
    p.content("a")
  }
  data.add("copy_file_range over many pages, after writes not yet synchronised") { p in
    let input = p.open("a", O_CREAT | O_RDWR)
    let output = p.open("b", O_CREAT | O_RDWR)
    p.pwrite(input, String(repeating: "0123456789", count: 50000), 0)
    p.pwrite(output, String(repeating: "z", count: 600_000), 0)
    p.copyRange(input, 1000, output, 3000, 400_000)
    p.content("b")
  }
  data.add("copy_file_range refuses directories, appending and the wrong modes") { p in
    p.make("a", "0123456789")
    let input = p.open("a", O_RDONLY)
    let append = p.open("b", O_CREAT | O_WRONLY | O_APPEND)
    let directory = p.open(".", O_RDONLY)
    p.copyRange(input, 0, append, 0, 5)
    p.copyRange(directory, 0, append, 0, 5)
    p.copyRange(append, 0, input, 0, 5)
  }
  data.add("copying moves the times of the copy") { p in
    p.make("a", "0123456789")
    p.make("b", "x")
    let input = p.open("a", O_RDONLY)
    let output = p.open("b", O_WRONLY)
    p.moves("b", "copy_file_range") { p.copyRange(input, 0, output, 0, 10) }
  }
  data.add("sendfile") { p in
    p.make("a", "0123456789")
    let input = p.open("a", O_RDONLY)
    let output = p.open("b", O_CREAT | O_WRONLY)
    p.sendfile(output, input, 3, 4)
    p.sendfile(output, input, 8, 100)
    p.sendfile(output, input, 50, 4)
    p.content("b")
  }
  data.add("fsync, fdatasync and syncfs") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "content")
    p.fsync(file)
    p.fdatasync(file)
    p.syncfs(file)
    let directory = p.open(".", O_RDONLY)
    p.fsync(directory)
    p.fdatasync(directory)
    p.syncfs(directory)
    p.fsync(p.open("f", O_RDONLY))
    p.fsync(p.open("f", px_O_PATH))
  }
  data.add("advice") { p in
    p.make("f", bytes: Array(repeating: 7, count: 100_000))
    let file = p.open("f", O_RDONLY)
    for advice in [
      POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM, POSIX_FADV_WILLNEED,
      POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE, 99,
    ] {
      p.fadvise(file, advice)
    }
    p.pread(file, 100, 50000)
  }
  data.add("an unlinked open file works on", rule: "R4") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "content")
    p.unlink("f")
    p.fstat(file)
    p.pread(file, 20, 0)
    p.write(file, " and more")
    p.pread(file, 20, 0)
    p.ftruncate(file, 3)
    p.fchmod(file, 0o600)
    p.fchown(file, UInt32.max, UInt32.max)
    p.futimens(file, access: (1, 0), modified: (2, 0))
    p.fsetxattr(file, "user.a", "v")
    p.fallocate(file, 0, 0, 100)
    p.fstat(file)
    p.fsync(file)
    p.list(".")
  }
  data.add("an unlinked open file is opened again by its descriptor") { p in
    let file = p.open("f", O_CREAT | O_RDWR)
    p.write(file, "content")
    p.unlink("f")
    let again = p.open("/proc/self/fd/\(file)", O_RDWR)
    p.read(again, 10)
    p.write(again, "!")
    p.pread(file, 20, 0)
  }
  data.add("an unlinked file opened for reading only", rule: "R4") { p in
    p.make("f", "content")
    let file = p.open("f", O_RDONLY)
    p.unlink("f")
    p.make("f", "another")
    p.read(file, 20)
    p.fstat(file)
    p.content("f")
  }
  data.add("a file renamed over another while that is open") { p in
    p.make("a", "a")
    p.make("b", "b")
    let victim = p.open("b", O_RDWR)
    p.rename("a", "b")
    p.fstat(victim)
    p.write(victim, "still b")
    p.pread(victim, 10, 0)
    p.content("b")
  }
  data.add("a renamed file keeps its descriptors") { p in
    let file = p.open("a", O_CREAT | O_RDWR)
    p.write(file, "one")
    p.rename("a", "b")
    p.write(file, " two")
    p.mkdir("d")
    p.rename("b", "d/c")
    p.write(file, " three")
    p.fchmod(file, 0o600)
    p.content("d/c")
  }
  data.add("writing drops set-uid and set-gid") { p in
    p.make("f", "x")
    p.chmod("f", 0o6755)
    let file = p.open("f", O_WRONLY)
    p.write(file, "y")
    p.stat("f")
  }
  data.add("another user's write drops set-uid and set-gid", rule: "O6", needs: .otherUsers) { p in
    p.make("f", "xxxx")
    p.chmod("f", 0o6777)
    p.stat("f")
    p.asUser(65534, 65534) {
      let file = p.open("f", O_RDWR)
      p.write(file, "y")
    }
    p.stat("f")
    p.chmod("f", 0o6777)
    p.asUser(65534, 65534) { p.truncate("f", 2) }
    p.stat("f")
    p.chmod("f", 0o6777)
    p.asUser(65534, 65534) {
      let file = p.open("f", O_RDWR)
      p.fallocate(file, 0, 0, 100)
    }
    p.stat("f")
    p.chmod("f", 0o6777)
    p.asUser(65534, 65534) { p.mapStore(p.open("f", O_RDWR), "z", at: 0) }
    p.stat("f")
  }
  return data.cases
}

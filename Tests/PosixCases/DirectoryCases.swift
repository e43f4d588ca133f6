// Directories: made, removed, entered, listed, and their streams.

import CPosixCases
import Glibc

func directoryCases() -> [PosixCase] {
  var directory = CaseGroup("directory")
  directory.add("mkdir, rmdir and link counts") { p in
    p.mkdir("d")
    p.stat("d")
    p.mkdir("d/e")
    p.mkdir("d/f")
    p.make("d/file")
    p.stat("d")
    p.rmdir("d/e")
    p.stat("d")
    p.list("d")
  }
  directory.add("mkdir's errors") { p in
    p.make("f")
    p.mkdir("d")
    p.symlink("nowhere", "dangling")
    for name: Path in ["f", "d", "dangling", ".", "..", "/", "absent/d", "f/d", "d/", "dangling/"] {
      p.mkdir(name)
    }
  }
  directory.add("rmdir's errors") { p in
    p.make("f")
    p.mkdir("d")
    p.mkdir("d/e")
    p.symlink("d/e", "l")
    for name: Path in ["f", "d", "d/.", "d/e/..", "absent", "f/x", "l", "l/", ".", "d/e/"] {
      p.rmdir(name)
    }
    p.rmdir("d")
  }
  directory.add("modes and umask at creation") { p in
    p.mkdir("a", 0o777)
    p.mkdir("b", 0o1777)
    p.mkdir("c", 0o7777)
    p.umask(0o077)
    p.mkdir("d", 0o777)
    p.make("f", mode: 0o666)
    p.umask(0)
    p.mkdir("e", 0o777)
    p.make("g", mode: 0o666)
    p.mknod("fifo", S_IFIFO | 0o666)
    for name: Path in ["a", "b", "c", "d", "e", "f", "g", "fifo"] { p.stat(name) }
  }
  directory.add("set-gid is inherited by directories, the group by all") { p in
    p.mkdir("d")
    p.chown("d", UInt32.max, 4321)
    p.chmod("d", 0o2775)
    p.mkdir("d/sub")
    p.make("d/f")
    p.symlink("f", "d/l")
    p.mknod("d/fifo", S_IFIFO | 0o644)
    for name: Path in ["d", "d/sub", "d/f", "d/l", "d/fifo"] { p.stat(name) }
  }
  directory.add("an open directory that was removed", rule: "R4") { p in
    p.mkdir("d")
    let directory = p.open("d", O_RDONLY | O_DIRECTORY)
    p.rmdir("d")
    p.fstat(directory)
    _ = p.open("f", O_CREAT | O_WRONLY, at: directory)
    p.mkdir("e", at: directory)
    p.stat(".", at: directory)
    _ = p.open("f", O_RDONLY, at: directory)
    p.fchdir(directory)
    p.getcwd()
    p.list(".")
    p.make("f")
  }
  directory.add("a removed directory made again is another", rule: "R4") { p in
    p.mkdir("d")
    let old = p.open("d", O_RDONLY | O_DIRECTORY)
    p.rmdir("d")
    p.mkdir("d")
    p.make("d/f", "new")
    _ = p.open("f", O_RDONLY, at: old)
    p.content("d/f")
  }
  directory.add("chdir, fchdir, getcwd") { p in
    p.mkdir("a")
    p.mkdir("a/b")
    p.make("f")
    p.symlink("a/b", "l")
    p.getcwd()
    p.chdir("l")
    p.getcwd()
    p.chdir("..")
    p.getcwd()
    let here = p.open(".", O_RDONLY | O_DIRECTORY)
    p.chdir("..")
    p.fchdir(here)
    p.getcwd()
    p.chdir("../f")
    p.chdir("absent")
    p.fchdir(p.open("../f", O_RDONLY))
  }
  directory.add("relative to descriptors") { p in
    p.mkdir("d")
    p.make("f")
    let directory = p.open("d", O_RDONLY | O_DIRECTORY)
    let file = p.open("f", O_RDONLY)
    let made = p.open("x", O_CREAT | O_RDWR, at: directory)
    p.write(made, "content")
    p.stat("x", at: directory)
    p.stat("../f", at: directory)
    p.stat("x", at: file)
    p.mkdir("e", at: directory)
    p.unlink("e", at: directory, flags: AT_REMOVEDIR)
    p.unlink("x", at: directory)
    p.stat("x", at: 9999)
  }
  directory.add("a tree 200 deep") { p in
    for _ in 0..<200 {
      p.mkdir("d")
      p.chdir("d")
    }
    p.make("f", "bottom")
    p.content("f")
    p.getcwd()
    let bottom = p.open(".", O_RDONLY | O_DIRECTORY)
    for _ in 0..<100 { p.chdir("..") }
    p.getcwd()
    p.fchdir(bottom)
    p.content("f")
  }
  directory.add("making and removing move the times of the parent") { p in
    p.mkdir("d")
    p.moves("d", "mkdir") { p.mkdir("d/e") }
    p.moves("d", "rmdir") { p.rmdir("d/e") }
    p.moves("d", "symlink") { p.symlink("x", "d/l") }
    p.moves("d", "mknod") { p.mknod("d/p", S_IFIFO | 0o644) }
    p.moves("d", "create") { p.make("d/f") }
    p.moves("d", "write to an entry") { p.make("d/f", "content") }
    p.moves("d", "chmod of an entry") { p.chmod("d/f", 0o600) }
    p.moves("d", "listing") { p.list("d") }
    p.moves("d", "failing mkdir") { p.mkdir("d/f") }
  }
  return directory.cases
}

func streamCases() -> [PosixCase] {
  var stream = CaseGroup("listing")
  stream.add("every type, with d_type and d_ino", rule: "R7") { p in
    p.make("file")
    p.mkdir("directory")
    p.symlink("file", "symlink")
    p.mknod("fifo", S_IFIFO | 0o644)
    p.mknod("socket", S_IFSOCK | 0o644)
    p.link("file", "hard")
    p.list(".")
    p.mkdir("empty")
    p.list("empty")
  }
  stream.add("dot and dot-dot are entries") { p in
    p.mkdir("d")
    guard let entries = p.openStream("d") else { return }
    var dots: [String] = []
    while let entry = p.next(entries) {
      dots.append("\(entry.name) of type \(entry.type)")
      if entry.name.bytes.count == 1 {
        p.note("d_ino of dot is the directory's: \(entry.inode == p.status("d")?.ino)")
      }
    }
    p.closeStream(entries)
    p.note(dots.sorted().joined(separator: ", "))
  }
  stream.add("errors") { p in
    p.make("f")
    p.list("f")
    p.list("absent")
    p.symlink("f", "l")
    p.list("l")
  }
  stream.add("2,000 entries, each once") { p in
    for number in 0..<2000 { p.make("entry-with-a-name-of-some-length-\(number)") }
    guard let entries = p.openStream(".") else { return }
    let names = p.remaining(entries)
    p.note("entries \(names.count), different \(Set(names).count)")
    p.rewind(entries)
    p.note("after rewinddir \(p.remaining(entries).count)")
    p.closeStream(entries)
  }
  stream.add("telldir and seekdir") { p in
    for number in 0..<300 { p.make("f\(number)") }
    guard let entries = p.openStream(".") else { return }
    var seen: [(String, Int64)] = []
    while let entry = p.next(entries) { seen.append(("\(entry.name)", entry.position)) }
    var right = 0
    for index in stride(from: seen.count - 2, to: 0, by: -7) {
      p.seek(entries, seen[index].1)
      if let entry = p.next(entries), "\(entry.name)" == seen[index + 1].0 { right += 1 }
    }
    p.note("positions that lead to the next entry: \(right)")
    if let last = seen.last { p.seek(entries, last.1) }
    p.note("after the last: \(p.remaining(entries).count)")
    p.seek(entries, 0)
    p.note("from 0: \(p.remaining(entries).count)")
    p.closeStream(entries)
  }
  stream.add("deleting while listing skips nothing") { p in
    for number in 0..<1000 { p.make("f\(number)") }
    guard let entries = p.openStream(".") else { return }
    var count = 0
    while let entry = p.next(entries) {
      if entry.isDot { continue }
      count += 1
      let result = unsafe px_unlink(AT_FDCWD, entry.name.text, 0)
      if result < 0 { p.record("unlink \(entry.name)", result) }
    }
    p.closeStream(entries)
    p.note("deleted \(count)")
    p.list(".")
  }
  stream.add("what stays is listed once while others come and go") { p in
    for number in 0..<500 { p.make("stays\(number)") }
    guard let entries = p.openStream(".") else { return }
    var stays: [String] = []
    var turn = 0
    while let entry = p.next(entries) {
      let name = "\(entry.name)"
      if name.hasPrefix("stays") { stays.append(name) }
      turn += 1
      // New names only for a while: the stream may or may not show them.
      if turn.isMultiple(of: 10), turn < 400 { p.make("comes\(turn)") }
    }
    p.closeStream(entries)
    p.note("stayed \(stays.count), different \(Set(stays).count)")
  }
  stream.add("rewinddir shows what was made since") { p in
    p.make("a")
    guard let entries = p.openStream(".") else { return }
    p.note(p.remaining(entries).sorted().joined(separator: " "))
    p.make("b")
    p.unlink("a")
    p.rewind(entries)
    p.note(p.remaining(entries).sorted().joined(separator: " "))
    p.closeStream(entries)
  }
  stream.add("two streams are independent") { p in
    for number in 0..<50 { p.make("f\(number)") }
    guard let one = p.openStream("."), let two = p.openStream(".") else { return }
    var begun = 0
    for _ in 0..<10 where p.next(one)?.isDot == false { begun += 1 }
    p.note("second \(p.remaining(two).count), first \(begun + p.remaining(one).count)")
    p.closeStream(one)
    p.closeStream(two)
  }
  stream.add("a stream of a removed directory ends") { p in
    p.mkdir("d")
    guard let entries = p.openStream("d") else { return }
    p.rmdir("d")
    p.note("entries \(p.remaining(entries).count)")
    p.closeStream(entries)
  }
  stream.add("each change is in the next listing", rule: "R3") { p in
    p.list(".")
    p.make("a")
    p.list(".")
    p.mkdir("b")
    p.list(".")
    p.rename("a", "c")
    p.list(".")
    p.link("c", "d")
    p.list(".")
    p.unlink("c")
    p.rmdir("b")
    p.symlink("x", "b")
    p.list(".")
    p.mkdir("e")
    p.rename("b", "e/b")
    p.list(".")
    p.list("e")
  }
  stream.add("names of 255 bytes") { p in
    for number in 0..<60 { p.make(Path.long(252) + "\(100 + number)") }
    guard let entries = p.openStream(".") else { return }
    p.note("entries \(p.remaining(entries).count)")
    p.closeStream(entries)
  }
  return stream.cases
}

func nodeCases() -> [PosixCase] {
  var node = CaseGroup("node")
  node.add("mknod of each type that an ordinary user may make") { p in
    p.mknod("regular", S_IFREG | 0o640)
    p.mknod("untyped", 0o600)
    p.mknod("fifo", S_IFIFO | 0o622)
    p.mknod("socket", S_IFSOCK | 0o755)
    for name: Path in ["regular", "untyped", "fifo", "socket"] { p.stat(name) }
  }
  node.add("mknod's errors") { p in
    p.make("f")
    p.mknod("f", S_IFIFO | 0o644)
    p.mknod("d", S_IFDIR | 0o755)
    p.mknod("l", S_IFLNK | 0o777)
    p.mknod("absent/x", S_IFIFO | 0o644)
    p.mknod("f/x", S_IFREG | 0o644)
    p.mknod("odd", 0o170000)
  }
  node.add("devices, where permitted") { p in
    p.mknod("character", S_IFCHR | 0o600, major: 1, minor: 3)
    p.mknod("block", S_IFBLK | 0o600, major: 7, minor: 200)
    p.stat("character")
    p.stat("block")
  }
  node.add("a FIFO passes data") { p in
    p.mknod("fifo", S_IFIFO | 0o644)
    _ = p.open("fifo", O_WRONLY | O_NONBLOCK)
    let reader = p.open("fifo", O_RDONLY | O_NONBLOCK)
    let writer = p.open("fifo", O_WRONLY)
    p.write(writer, "through the pipe")
    p.read(reader, 7)
    p.read(reader, 100)
    p.read(reader, 100)
    p.seek(reader, 0, SEEK_SET)
    p.close(writer)
    p.read(reader, 100)
    p.stat("fifo")
  }
  node.add("a FIFO under two names and after rename") { p in
    p.mknod("fifo", S_IFIFO | 0o644)
    let both = p.open("fifo", O_RDWR)
    p.link("fifo", "second")
    p.rename("fifo", "third")
    let other = p.open("second", O_RDWR | O_NONBLOCK)
    p.write(both, "message")
    p.read(other, 100)
    p.unlink("second")
    p.unlink("third")
    p.write(other, "again")
    p.read(both, 5)
  }
  node.add("a socket is bound, connected to, and gone") { p in
    let listener = p.bindSocket("socket")
    p.stat("socket")
    p.connect(listener, "socket")
    _ = p.bindSocket("socket")
    _ = p.open("socket", O_RDWR)
    p.chmod("socket", 0o600)
    p.rename("socket", "moved")
    p.connect(listener, "moved")
    p.unlink("moved")
    p.connect(listener, "moved")
  }
  node.add("connecting to what is no socket") { p in
    p.make("f")
    let listener = p.bindSocket("socket")
    p.close(listener)
    p.connect(-1, "f")
    p.connect(-1, "socket")
  }
  return node.cases
}

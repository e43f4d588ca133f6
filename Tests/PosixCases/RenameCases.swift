// rename in all its forms.

import CPosixCases
import Glibc

func renameCases() -> [PosixCase] {
  var rename = CaseGroup("rename")
  rename.add("a file to a new name", rule: "O4") { p in
    p.make("a", "content")
    p.rename("a", "b")
    p.stat("a")
    p.content("b")
  }
  rename.add("a file over a file", rule: "O4") { p in
    p.make("a", "a")
    p.make("b", "b")
    p.rename("a", "b")
    p.list(".")
    p.content("b")
  }
  rename.add("files, directories and symlinks over each other") { p in
    p.make("f")
    p.mkdir("d")
    p.symlink("x", "l")
    p.rename("f", "d")
    p.rename("d", "f")
    p.rename("d", "l")
    p.rename("l", "d")
    p.rename("f", "l")
    p.list(".")
    p.symlink("f2", "l2")
    p.rename("l2", "l")
    p.readlink("l2")
    p.stat("l")
  }
  rename.add("a directory over an empty one and over a full one") { p in
    p.mkdir("a")
    p.make("a/inside", "inside")
    p.mkdir("empty")
    p.mkdir("full")
    p.make("full/other")
    p.rename("a", "full")
    p.rename("a", "empty")
    p.list("empty")
    p.rename("empty", "full")
    p.list("full")
  }
  rename.add("onto itself and onto a hard link of itself") { p in
    p.make("a", "content")
    p.link("a", "b")
    p.rename("a", "a")
    p.rename("a", "b")
    p.list(".")
    p.stat("a")
    p.mkdir("d")
    p.rename("d", "d")
  }
  rename.add("into its own subdirectory is EINVAL") { p in
    p.mkdir("d")
    p.mkdir("d/e")
    p.rename("d", "d/e/f")
    p.rename("d", "d/e")
    p.rename("d/e", "d")
    p.list("d")
  }
  rename.add("dots") { p in
    p.mkdir("d")
    p.rename("d/.", "e")
    p.rename("d/..", "e")
    p.rename("d", ".")
    p.rename("d", "..")
    p.rename(".", "e")
  }
  rename.add("missing names and parents that are files") { p in
    p.make("f")
    p.rename("absent", "b")
    p.rename("f", "absent/b")
    p.rename("f", "f/b")
    p.rename("f/x", "b")
    p.list(".")
  }
  rename.add("between directories, nlink of both") { p in
    p.mkdir("one")
    p.mkdir("two")
    p.mkdir("one/d")
    p.make("one/d/f", "deep")
    p.stat("one")
    p.stat("two")
    p.rename("one/d", "two/e")
    p.stat("one")
    p.stat("two")
    p.content("two/e/f")
    p.stat("two/e/..")
    p.sameInode("two", "two/e/..")
  }
  rename.add("moves the times of both directories") { p in
    p.mkdir("one")
    p.mkdir("two")
    p.make("one/f")
    p.moves("one", "rename") { p.rename("one/f", "two/f") }
    p.moves("two", "rename") { p.rename("two/f", "one/f") }
    p.moves("one/f", "chmod") { p.chmod("one/f", 0o600) }
  }
  rename.add("keeps the inode") { p in
    p.make("a")
    let before = p.status("a")?.ino
    p.rename("a", "b")
    p.note("same inode: \(before == p.status("b")?.ino)")
    p.mkdir("d")
    let directory = p.status("d")?.ino
    p.rename("d", "e")
    p.note("same inode: \(directory == p.status("e")?.ino)")
  }
  rename.add("NOREPLACE") { p in
    p.make("a", "a")
    p.make("b", "b")
    p.mkdir("d")
    p.symlink("x", "l")
    for name: Path in ["b", "d", "l", "a", "new"] {
      p.rename("a", name, flags: px_RENAME_NOREPLACE)
    }
    p.list(".")
  }
  rename.add("EXCHANGE of files, of a file and a directory, of directories") { p in
    p.make("a", "a")
    p.make("b", "b")
    p.mkdir("d")
    p.make("d/inside")
    p.mkdir("e")
    p.rename("a", "b", flags: px_RENAME_EXCHANGE)
    p.content("a")
    p.rename("a", "d", flags: px_RENAME_EXCHANGE)
    p.stat("d")
    p.list("a")
    p.rename("a", "e", flags: px_RENAME_EXCHANGE)
    p.list("e")
    p.rename("a", "absent", flags: px_RENAME_EXCHANGE)
    p.rename("e", "e/inside", flags: px_RENAME_EXCHANGE)
  }
  rename.add("EXCHANGE between directories") { p in
    p.mkdir("one")
    p.mkdir("two")
    p.mkdir("one/d")
    p.make("one/d/x", "x")
    p.make("two/f", "f")
    p.rename("one/d", "two/f", flags: px_RENAME_EXCHANGE)
    p.content("two/f/x")
    p.content("one/d")
    p.stat("one")
    p.stat("two")
  }
  rename.add("EXCHANGE while both are open") { p in
    p.make("a", "a")
    p.make("b", "b")
    let one = p.open("a", O_RDWR)
    let two = p.open("b", O_RDWR)
    p.rename("a", "b", flags: px_RENAME_EXCHANGE)
    p.write(one, "was a")
    p.write(two, "was b")
    p.content("a")
    p.content("b")
  }
  rename.add("flags that exclude each other, and unknown ones") { p in
    p.make("a")
    p.make("b")
    p.rename("a", "b", flags: px_RENAME_EXCHANGE | px_RENAME_NOREPLACE)
    p.rename("a", "b", flags: px_RENAME_WHITEOUT | px_RENAME_EXCHANGE)
    p.rename("a", "b", flags: 0x100)
    p.list(".")
  }
  rename.add("WHITEOUT where it is permitted") { p in
    p.make("a", "content")
    p.rename("a", "b", flags: px_RENAME_WHITEOUT)
    p.stat("a")
    p.content("b")
  }
  rename.add("an open directory keeps working under its new name", rule: "R4") { p in
    p.mkdir("d")
    p.make("d/f", "content")
    let directory = p.open("d", O_RDONLY | O_DIRECTORY)
    p.rename("d", "e")
    _ = p.open("f", O_RDONLY, at: directory)
    _ = p.open("new", O_CREAT | O_WRONLY, at: directory)
    p.mkdir("sub", at: directory)
    p.list("e")
    p.unlink("f", at: directory)
    p.stat("e/f")
    p.stat("..", at: directory)
  }
  rename.add("a parent of the working directory moves") { p in
    p.mkdir("a")
    p.mkdir("a/b")
    p.chdir("a/b")
    p.getcwd()
    p.rename("../../a", "../../z")
    p.getcwd()
    p.make("made", "content")
    p.chdir("../..")
    p.content("z/b/made")
  }
  rename.add("over an open directory") { p in
    p.mkdir("a")
    p.mkdir("b")
    p.make("a/f")
    let old = p.open("b", O_RDONLY | O_DIRECTORY)
    p.rename("a", "b")
    _ = p.open("f", O_RDONLY, at: old)
    _ = p.open("new", O_CREAT | O_WRONLY, at: old)
    p.fstat(old)
    p.list("b")
  }
  rename.add("by directory descriptors") { p in
    p.mkdir("one")
    p.mkdir("two")
    p.make("one/f", "content")
    let one = p.open("one", O_RDONLY)
    let two = p.open("two", px_O_PATH)
    p.rename("f", "g", from: one, to: two)
    p.content("two/g")
    p.rename("g", "f", from: two, to: p.open("two/g", O_RDONLY))
  }
  rename.add("a chain of saves as editors do them", rule: "R3") { p in
    p.make("f", "version 0")
    for version in 1...5 {
      p.make(".f.tmp", "version \(version)")
      p.rename("f", "f~")
      p.rename(".f.tmp", "f")
      p.content("f")
      p.content("f~")
    }
    p.stat("f")
  }
  rename.add("of a symlink moves the link") { p in
    p.make("f", "content")
    p.symlink("f", "l")
    p.rename("l", "m")
    p.readlink("m")
    p.mkdir("d")
    p.symlink("d", "ld")
    p.rename("ld/", "me")
    p.rename("ld", "me")
    p.list(".")
  }
  rename.add("a deep tree moves with all that is in it") { p in
    var path: Path = "top"
    p.mkdir(path)
    for level in 0..<12 {
      path = path + "/d\(level)"
      p.mkdir(path)
      p.make(path + "/f", "level \(level)")
    }
    p.stat(path + "/f")
    p.rename("top", "moved")
    p.stat(path + "/f")
    p.content("moved/d0/d1/d2/d3/f")
  }
  return rename.cases
}

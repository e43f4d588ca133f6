// R6 to R8: symbolic links, inode numbers, listings, synthesised directories.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct IdentityTests {
    @Test("R6: a symbolic link's text is unchanged and the caller resolves it (46, 47)")
    func symbolicLinks() throws {
      try withView(
        ["b/d/f=one", "b/l>d/f", "b/abs>/etc/passwd", "b/up>../../x", "b/dangling>no"],
        "--empty", "--link", "/v=@/b"
      ) { view, host in
        #expect(view.readlink("v/l") == "d/f")
        #expect(view.readlink("v/abs") == "/etc/passwd")
        #expect(view.readlink("v/up") == "../../x")
        #expect(view.read("v/l") == "one")
        #expect(view.read("v/dangling") == "ENOENT")
        host.symlink("\(view.string)/v", "to-view")
        #expect(host.read("to-view/d/f") == "one")
        let result = view["v/d"].inside {
          #expect(WorkingDirectory.path == view["v/d"].string, "45")
        }
        #expect(result == "ok")
      }
    }

    @Test("R7: one device; one inode number for a file behind two links, not for a directory (43)")
    func inodes() throws {
      try withView(
        ["b/f=one", "b/d/g=two", "view/h=three"], "--link", "/v=@/b", "--link", "/w=@/b"
      ) { view, host in
        host.link("b/f", "b/second")
        let all: [Path] = ["v", "v/f", "v/d", "w/f", "w/d/g", "h", "."]
        #expect(Set(all.compactMap { view.status($0)?.dev }).count == 1)
        #expect(view.status()?.dev != host.status()?.dev)
        #expect(view.inode("v/f") == view.inode("w/f"))
        #expect(view.inode("v/d/g") == view.inode("w/d/g"))
        #expect(view.inode("v/f") == view.inode("w/second"))
        #expect(view.status("v/f")?.nlink == 2, "48")
        #expect(view.inode("v") != view.inode("w"))
        #expect(view.inode("v/d") != view.inode("w/d"))
        #expect(view.inode("v/f") != view.inode("v/d/g"))
        #expect(view.inode("v/f") == view.inode("v/f"))
      }
    }

    @Test("R7: a directory that is reachable below itself is no loop to find and cp")
    func noFalseLoop() throws {
      try withView(["b/d/f=one", "b/f=two"], "@/b", "--link", "/d/again=@/b") { view, host in
        #expect(view.read("d/again/d/f") == "one")
        #expect(view.kind("d/again/d/again") == "ENOENT")
        let found = try shell("find . | sort | tr '\\n' ' '", in: view.string)
        #expect(found.errors == "")
        #expect(found.output == ". ./d ./d/again ./d/again/d ./d/again/d/f ./d/again/f ./d/f ./f ")
        let copied = try run(["cp", "-a", "\(view.string)/.", "\(host.string)/copy"])
        #expect(copied.status == 0 && copied.errors == "", "\(copied)")
        #expect(host.read("copy/d/again/d/f") == "one")
      }
    }

    @Test("R7: inode numbers in listings are those of stat, whatever the entry is")
    func listedInodes() throws {
      try withView(
        [
          "view/kept/f=outer", "view/v/deep/e/x=outer", "b/f=one", "b/d/", "b/l>f", "c=file",
        ], "--link", "/v=@/b", "--link", "/v/root=@/b", "--link", "/v/file=@/c", "--link",
        "/made/up/here=@/b", "--parents", "--except", "/v/deep/e"
      ) { view, _ in
        for directory: Path in [".", "v", "v/deep", "v/deep/e", "v/root", "made", "made/up"] {
          let entries = try #require(view.entries(directory))
          #expect(!entries.isEmpty, "\(directory)")
          for entry in entries {
            let status = view[directory].status(entry.name)
            #expect(entry.inode == status?.ino, "\(directory)/\(entry.name)")
            #expect(UInt32(entry.type) == (status?.mode ?? 0) >> 12, "\(directory)/\(entry.name)")
          }
        }
      }
    }

    @Test("R7: inode numbers stay across a remount where the backing has one device")
    func remount() throws {
      let scratch = try Scratch(["b/d/f=one", "view/"])
      defer { scratch.remove() }
      let view = scratch.host["view"]
      var numbers: [[UInt64]] = []
      for _ in 0..<2 {
        #expect(try scratch.command(["mount", "@/b", "@/view"]).status == 0)
        numbers.append([view.inode("d"), view.inode("d/f")])
        #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      }
      #expect(numbers[0] == numbers[1])
    }

    @Test("R7, E6: a directory that two layers show has the subdirectories that each shows")
    func linkCounts() throws {
      try withView(
        ["t/a/d/c/x/"], "--anchor", "@/t", "--link", "/a=@/t/a/d,merged", "--except", "/a/**/x"
      ) { view, _ in
        #expect(view.list("a/d/c") == "x" && view.list("a/c") == "")
        for _ in 0..<2 {
          #expect(view.status("a/d/c")?.nlink == 3)
          #expect(view.status("a/c")?.nlink == 2)
        }
      }
    }

    @Test("R7, R8: synthesised directories: 0755, the mount's owner, one link, EROFS inside")
    func synthesised() throws {
      try withView(["b/f=one"], "--empty", "--link", "/a/b/v=@/b", "--parents") { view, _ in
        #expect(view.list() == "a" && view.list("a") == "b" && view.list("a/b") == "v")
        for directory: Path in [".", "a", "a/b"] {
          let status = try #require(view.status(directory))
          #expect(status.mode == S_IFDIR | 0o755, "\(directory)")
          #expect(status.uid == getuid() && status.gid == getgid(), "\(directory)")
          #expect(status.nlink == 1, "\(directory)")
          let place = view[directory]
          #expect(place.write("new", "x") == "EROFS")
          #expect(place.mkdir("new") == "EROFS")
          #expect(place.symlink("x", "new") == "EROFS")
          #expect(place.mkfifo("new") == "EROFS")
          #expect(place.bindSocket("new") == "EROFS")
          #expect(view.link("a/b/v/f", directory + "/new") == "EROFS")
          #expect(view.rename("a/b/v/f", directory + "/new") == "EROFS")
          #expect(view.open(directory, O_RDWR | Flags.temporary) == "EROFS")
          #expect(view.access(directory, R_OK | X_OK) == "ok")
        }
        #expect(view.read("a/b/v/f") == "one")
        #expect(view.read("a/b/other") == "ENOENT")
      }
    }

    @Test("P2: attributes of a synthesised directory: EROFS")
    func synthesisedAttributes() throws {
      try withView(["b/f=one"], "--empty", "--link", "/a/v=@/b", "--parents") { view, _ in
        #expect(view.chmod("a", 0o700) == "EROFS")
        #expect(view.chown("a", getuid(), getgid()) == "EROFS")
        #expect(view.setTimes("a") == "EROFS")
        #expect(view.setAttribute("a", "user.x", "1") == "EROFS")
        #expect(view.status("a")?.mode == S_IFDIR | 0o755)
      }
    }

    @Test("R8, O3: a synthesised directory can be neither removed nor renamed")
    func synthesisedStays() throws {
      try withView(["b/f=one"], "--empty", "--link", "/a/b/v=@/b", "--parents") { view, _ in
        #expect(["EROFS", "EBUSY"].contains(view.rmdir("a/b")))
        #expect(["EROFS", "EBUSY"].contains(view.rmdir("a")))
        #expect(["EROFS", "EBUSY"].contains(view.rename("a/b", "a/c")))
        #expect(["EROFS", "EBUSY"].contains(view.rename("a", "c")))
        #expect(view.read("a/b/v/f") == "one")
      }
    }

    @Test("R8: where the backing has something else than a directory, the way wins")
    func wayOverFile() throws {
      try withView(["t/way=file", "b/f=one"], "@/t", "--link", "/way/v=@/b", "--parents") {
        view, host in
        #expect(view.kind("way") == "directory")
        #expect(view.list("way") == "v")
        #expect(view.read("way/v/f") == "one")
        #expect(host.read("t/way") == "file")
      }
    }

    @Test("R8: an existing directory of the backing needs no way")
    func wayInBacking() throws {
      try withView(["t/d/x=own", "b/f=one"], "@/t", "--link", "/d/e/v=@/b", "--parents") {
        view, host in
        #expect(view.list("d") == "e x")
        #expect(view.write("d/new", "n") == "ok")
        #expect(view.write("d/e/new", "n") == "EROFS")
        #expect(host.list("t/d") == "new x")
        host.mkdir("t/d/e")
        #expect(view.write("d/e/new", "n") == "ok", "now the backing has it")
        #expect(host.list("t/d/e") == "new")
      }
    }

    @Test("R8, 110: a link stays reachable when its parent directory is deleted")
    func parentDeleted() throws {
      try withView(["t/p/", "b/f=one"], "@/t", "--link", "/p/v=@/b") { view, host in
        host.rmdir("t/p")
        #expect(view.read("p/v/f") == "one")
        #expect(view.list("p") == "v")
      }
    }
  }
}

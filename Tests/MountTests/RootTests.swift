// O1 to O3, O5: operations on links and their roots.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct RootTests {
    @Test("O1: attributes and extended attributes act on the backing (32)")
    func attributes() throws {
      try withView(["b/f=content", "view/x=1"], "--link", "/v=@/b") { view, host in
        #expect(view.chmod("v/f", 0o640) == "ok")
        #expect(view.truncate("v/f", 4) == "ok")
        #expect(view.setTimes("v/f") == "ok")
        let physical = try #require(host.status("b/f"))
        let virtual = try #require(view.status("v/f"))
        #expect(physical.mode == S_IFREG | 0o640 && virtual.mode == physical.mode)
        #expect(physical.mtime == 3_000_000_004 && virtual.mtime == physical.mtime)
        #expect(physical.size == 4 && virtual.size == 4)
        #expect(physical.ctime == virtual.ctime)
        #expect(
          host.setAttribute("b/f", "user.probe", "1")
            == view.setAttribute(
              "v/f", "user.probe", "1"))
        #expect(view.attribute("v/f", "user.probe") == host.attribute("b/f", "user.probe"))
        #expect(view.append("v/f", "-end") == "ok")
        #expect(host.read("b/f") == "cont-end")
      }
    }

    @Test(
      "O7: stores into mapped memory that the disk has no room for are an error of msync",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func fullDisk() throws {
      let scratch = try Scratch(["src/m/", "view/"])
      defer { scratch.remove() }
      #expect(Place.outcome(unsafe px_mount_tmpfs("\(scratch.path)/src/m")) == "ok")
      let disk = scratch.host["src/m"]
      #expect(disk.write("f", "") == "ok" && disk.truncate("f", 1 << 16) == "ok")
      var size = 1 << 20
      while disk.write("filler", String(repeating: "x", count: size)) != "ok" { size -= 4096 }
      #expect(disk.truncate("filler", Int64(size - (4 << 12))) == "ok")

      // With passthrough, as on the disk itself, the store is what fails, with SIGBUS.
      let options = ["-o", "no_passthrough"]
      #expect(try scratch.command(["mount", "@/src", "@/view"] + options).status == 0)
      let file = scratch.host.descriptor("view/m/f", O_RDWR)
      let stores = String(repeating: "y", count: 1 << 16)
      #expect(Place.outcome(unsafe px_map_store(file, 1, 1 << 16, 0, stores)) == "ENOSPC")
      #expect(disk.unlink("filler") == "ok")
      #expect(Place.outcome(unsafe px_map_store(file, 1, 1 << 16, 0, stores)) == "ok")
      close(file)
      #expect(disk.read("f") == stores)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
    }

    @Test("O7: many that wait for a lock hold up no other request, and all get it in the end")
    func waitingForALock() throws {
      try withView(["b/f=1"], "@/b") { view, _ in
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/bin/sh")
        holder.arguments = ["-c", "exec flock f cat"]
        holder.currentDirectoryURL = URL(fileURLWithPath: view.string)
        let input = Pipe()
        holder.standardInput = input
        try holder.run()
        px_pause(200)
        var waiters: [Process] = []
        for _ in 0..<150 {
          let waiter = Process()
          waiter.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
          waiter.arguments = ["\(view.string)/f", "true"]
          try waiter.run()
          waiters.append(waiter)
        }
        px_pause(200)
        #expect(view.read("f") == "1" && view.write("g", "2") == "ok" && view.list() == "f g")
        for waiter in waiters.prefix(20) { kill(waiter.processIdentifier, SIGKILL) }
        for waiter in waiters.prefix(20) {
          waiter.waitUntilExit()
          #expect(waiter.terminationReason == .uncaughtSignal)
        }
        #expect(waiters.dropFirst(20).allSatisfy { $0.isRunning })
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        for waiter in waiters.dropFirst(20) {
          waiter.waitUntilExit()
          #expect(waiter.terminationStatus == 0)
        }
      }
    }

    @Test("O7: a crowd that asks for a lock in one moment does not hold up the one who has it")
    func crowdForALock() throws {
      try withView(["b/f=1"], "@/b") { view, _ in
        for round in 0..<4 {
          #expect(unsafe px_crowd_for_lock("\(view.string)/f", 150, Int32(round % 2)) == 150)
        }
      }
    }

    @Test("O1: the anchor below a link is as it was after the view is gone (5)")
    func anchorUntouched() throws {
      let scratch = try Scratch(["view/V/Cat=c", "view/V/Dog=d", "b/Cow=m"])
      defer { scratch.remove() }
      let before = scratch.host["view"].tree
      #expect(try scratch.command(["mount", "@/view", "--link", "/V=@/b"]).status == 0)
      let view = scratch.host["view"]
      #expect(view.write("V/Cat", "new") == "ok")
      #expect(view.unlink("V/Cow") == "ok")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(scratch.host["view"].tree == before)
      #expect(scratch.host.read("b/Cat") == "new" && scratch.host.list("b") == "Cat")
    }

    @Test("O2: rmdir of a directory link's root removes the backing, mkdir makes it again (37)")
    func directoryRoot() throws {
      try withView(["view/v/f=outer", "b/f=1", "c/"], "--link", "/v=@/b") { view, host in
        #expect(view.rmdir("v") == "ENOTEMPTY")
        #expect(view.unlink("v") == "EISDIR")
        #expect(view.unlink("v/f") == "ok")
        #expect(view.rmdir("v") == "ok")
        #expect(host.kind("b") == "ENOENT")
        #expect(view.kind("v") == "ENOENT" && view.list() == "")
        #expect(view.mkdir("v", 0o750) == "ok")
        #expect(host.status("b")?.mode == S_IFDIR | 0o750)
        #expect(view.write("v/new", "n") == "ok")
        #expect(host.read("b/new") == "n")
        #expect(host.read("view/v/f") == "n" || view.list("v") == "new")
      }
    }

    @Test("O2: unlink of a file link's root removes the backing, creation makes it again (38)")
    func fileRoot() throws {
      try withView(["view/v=outer", "b=one"], "--link", "/v=@/b") { view, host in
        #expect(view.read("v") == "one")
        #expect(view.rmdir("v") == "ENOTDIR")
        #expect(view.unlink("v") == "ok")
        #expect(host.kind("b") == "ENOENT")
        #expect(view.read("v") == "ENOENT")
        #expect(view.write("v", "two", O_CREAT | O_EXCL | O_WRONLY) == "ok")
        #expect(host.read("b") == "two")
        #expect(view.unlink("v") == "ok")
        #expect(view.symlink("target", "v") == "ok")
        #expect(host.readlink("b") == "target")
        #expect(view.unlink("v") == "ok")
        #expect(view.mkfifo("v") == "ok")
        #expect(host.kind("b") == "fifo")
      }
    }

    @Test("P1, O2: the way stays while the link dangles, so that the root can be made again")
    func danglingWay() throws {
      try withView(["b/"], "--empty", "--link", "/a/b/v=@/b", "--parents") { view, host in
        #expect(view.rmdir("a/b/v") == "ok")
        #expect(view.list("a") == "b" && view.list("a/b") == "")
        #expect(view.write("a/b/other", "x") == "EROFS")
        #expect(view.mkdir("a/b/v") == "ok")
        #expect(host.kind("b") == "directory")
        #expect(view.rmdir("a/b/v") == "ok")
        host.write("other", "o")
        #expect(view.write("a/b/v", "now a file") == "ok")
        #expect(host.read("b") == "now a file")
      }
    }

    @Test("O3: rename onto a file link's root replaces the backing: an editor's atomic save")
    func atomicSave() throws {
      try withView(["b/config=old", "d/"], "@/d", "--link", "/config=@/b/config") { view, host in
        #expect(view.write("config.tmp", "new") == "ok")
        #expect(view.rename("config.tmp", "config") == "ok")
        #expect(view.read("config") == "new")
        #expect(host.read("b/config") == "new")
        #expect(host.list("d") == "")
        #expect(view.write("config.tmp", "no", O_CREAT | O_WRONLY) == "ok")
        #expect(view.rename("config.tmp", "config", Flags.noReplace) == "EEXIST")
        #expect(view.rename("config.tmp", "config", Flags.exchange) == "EBUSY", "O4")
        #expect(view.rename("config", "config.tmp", Flags.exchange) == "EBUSY", "O4")
      }
    }

    @Test("O3: rename of a file link's root moves the backing, the link stays")
    func fileRootMoves() throws {
      try withView(["b/config=old", "d/"], "@/d", "--link", "/config=@/b/config") { view, host in
        #expect(view.rename("config", "config~") == "ok")
        #expect(host.list("b") == "" && host.read("d/config~") == "old")
        #expect(view.kind("config") == "ENOENT")
        #expect(view.write("config", "new") == "ok")
        #expect(host.read("b/config") == "new")
        #expect(view.unlink("config") == "ok")
        #expect(view.rename("config~", "config") == "ok")
        #expect(host.read("b/config") == "old" && host.list("d") == "")
      }
    }

    @Test("O3, P4, 111: EBUSY of directory roots and of directories that contain a root")
    func busyRoots() throws {
      try withView(
        ["b/f=1", "t/p/q/", "t/empty/", "t/r/", "c/"], "@/t", "--link", "/p/q/v=@/b", "--link",
        "/r/w=@/c"
      ) { view, host in
        #expect(view.rename("p/q/v", "p/q/x") == "EBUSY")
        #expect(view.rename("r/w", "moved") == "EBUSY", "an empty one too")
        #expect(view.rename("empty", "r/w") == "EBUSY", "P4")
        #expect(view.rename("p/q/v", "empty", Flags.exchange) == "EBUSY")
        #expect(view.rename("empty", "p/q/v", Flags.exchange) == "EBUSY")
        #expect(view.rename("p/q", "x") == "EBUSY")
        #expect(view.rename("p", "x") == "EBUSY")
        #expect(view.rename("p", "x", Flags.noReplace) == "EBUSY")
        #expect(view.rename("p", "empty", Flags.exchange) == "EBUSY")
        #expect(view.rename("empty", "p", Flags.exchange) == "EBUSY")
        #expect(view.rename("empty", "r") == "EBUSY", "empty but for the root")
        #expect(view.rmdir("r") == "EBUSY")
        #expect(view.rmdir("p/q") == "EBUSY")
        #expect(host.list("t") == "empty p r" && host.list("b") == "f")
        #expect(view.rename("empty", "other") == "ok")
      }
    }

    @Test("O5: a backing file over an anchored directory, and the reverse (24-26)")
    func types() throws {
      try withView(
        ["view/dir/x=outer", "view/file=outer", "f=backing file", "d/y=in directory"], "--link",
        "/dir=@/f", "--link", "/file=@/d", "--link", "/new=@/f"
      ) { view, host in
        #expect(view.kind("dir") == "file" && view.read("dir") == "backing file")
        #expect(view.read("dir/x") == "ENOTDIR")
        #expect(view.kind("file") == "directory" && view.list("file") == "y")
        #expect(view.kind("new") == "file" && view.read("new") == "backing file")
        let types = view.entries()?.map { "\($0.name) \($0.type)" }.sorted()
        #expect(types == ["dir \(DT_REG)", "file \(DT_DIR)", "new \(DT_REG)"])
        #expect(view.write("dir", "changed") == "ok")
        #expect(host.read("f") == "changed")
      }
    }

    @Test("O4, 50: renames and hard links within and between links of one file system")
    func acrossLinks() throws {
      try withView(
        ["b/f=1", "b/d/e/g=2", "c/", "view/h=3"], "--link", "/v=@/b", "--link", "/w=@/c"
      ) { view, host in
        #expect(view.rename("v/f", "v/f2") == "ok")
        #expect(view.rename("v/f2", "w/f") == "ok")
        #expect(host.read("c/f") == "1")
        #expect(view.rename("v/d", "w/d") == "ok")
        #expect(view.read("w/d/e/g") == "2" && host.read("c/d/e/g") == "2")
        #expect(view.link("w/f", "v/linked") == "ok")
        #expect(host.inode("b/linked") == host.inode("c/f"))
        #expect(view.rename("h", "v/h") == "ok", "out of the anchor")
        #expect(view.rename("w/d", "d") == "ok", "into the anchor")
        #expect(view.read("d/e/g") == "2")
        #expect(view.write("v/one", "one") == "ok" && view.write("w/two", "two") == "ok")
        #expect(view.rename("v/one", "w/two", Flags.exchange) == "ok")
        #expect(view.read("v/one") == "two" && view.read("w/two") == "one")
        #expect(view.rename("v/one", "w/two", Flags.noReplace) == "EEXIST")
        #expect(host.list("b") == "h linked one" && host.list("c") == "f two")
      }
    }

    @Test("O4: across file systems EXDEV, and nothing is changed")
    func acrossFileSystems() throws {
      let memory = try #require(try? otherFileSystem())
      defer { _ = try? run(["rm", "-rf", memory]) }
      try withView(
        ["b/f=1", "b/d/"], "--empty", "--link", "/v=@/b", "--link", "/m=\(memory)", "--link",
        "/file=\(memory)/file"
      ) { view, host in
        #expect(view.write("m/g", "2") == "ok")
        #expect(view.status("m/g")?.dev == view.status("v/f")?.dev, "R7")
        #expect(view.inode("m") != view.inode("v"))
        #expect(view.rename("v/f", "m/f") == "EXDEV")
        #expect(view.rename("v/d", "m/d") == "EXDEV")
        #expect(view.rename("m/g", "v/f") == "EXDEV")
        #expect(view.rename("m/g", "v/f", Flags.exchange) == "EXDEV")
        #expect(view.link("v/f", "m/f") == "EXDEV")
        #expect(view.link("m/g", "v/g") == "EXDEV")
        #expect(view.rename("v/f", "file") == "EXDEV", "O3")
        #expect(view.list("v") == "d f" && view.list("m") == "file g")
        let moved = try shell("mv v/f m/f && cat m/f", in: view.string)
        #expect(moved.output == "1", "\(moved)")
        for entry in view.entries("m") ?? [] {
          #expect(entry.inode == view["m"].inode(entry.name))
        }
      }
    }

    private func otherFileSystem() throws -> String {
      let made = try shell("d=$(mktemp -d /dev/shm/view.XXXXXX) && echo file > $d/file && echo $d")
      return String(made.output.dropLast())
    }
  }
}

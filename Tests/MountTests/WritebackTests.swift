// Views whose kernel keeps what is written and hands it on later (-o writeback).
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(
    .serialized,
    .enabled(
      if: !ViewMode.noOpen && Situation.cache != "never",
      "nothing is written back without opens or by what keeps nothing"))
  struct WritebackTests {
    private static let writeback = ["-o", "writeback"]

    @Test("many small writes are few messages, and are in the backing when the file is closed")
    func fewMessages() throws {
      let sent = try trace(["src/"], "-o writeback") { view, host in
        let file = view.descriptor("f", O_WRONLY | O_CREAT)
        for number in 0..<512 { #expect(Place.write(file, "\(number % 10)") == "ok") }
        close(file)
        #expect(host.status("src/f")?.size == 512)
        #expect(host.read("src/f") == String(repeating: "0123456789", count: 52).prefix(512))
      }
      #expect((1..<4).contains(count("WRITE", in: sent)))
    }

    @Test("fsync, syncfs and the end of a server write what the kernel has kept", arguments: 0..<3)
    func synchronised(_ way: Int) throws {
      let scratch = try Scratch(["src/f=old content", "view/"])
      defer { scratch.remove() }
      #expect(try scratch.command(["mount", "@/src", "@/view"] + Self.writeback).status == 0)
      let file = scratch.host.descriptor("view/f", O_RDWR)
      defer { close(file) }
      #expect(Place.write(file, "new") == "ok")
      switch way {
      case 0: #expect(px_fsync(file) == 0)
      case 1:
        // It does not wait for the answers.
        #expect(px_syncfs(file) == 0)
        for _ in 0..<100 where scratch.host.read("src/f") == "old content" { px_pause(10) }
      default:
        let server = try #require(scratch.servers.first)
        kill(server, SIGTERM)
        #expect(hasEnded(server))
      }
      #expect(scratch.host.read("src/f") == "new content")
      if way < 2 { #expect(try scratch.command(["unmount", "@/view", "--lazy"]).status == 0) }
    }

    @Test("a part of a page is written through a descriptor that cannot read; also of mode 0200")
    func writeOnly() throws {
      try withView(["b/f=0123456789", "b/g=0123456789"], ["@/b"] + Self.writeback) { view, host in
        host.chmod("b/g", 0o200)
        for name: Path in ["f", "new"] {
          let file = view.descriptor(name, O_WRONLY | O_CREAT, mode: 0o200)
          try #require(file >= 0)
          #expect(unsafe px_pwrite(file, "ab", 2, 4) == 2)
          close(file)
        }
        host.chmod("b/new", 0o600)
        #expect(host.read("b/f") == "0123ab6789" && host.read("b/new") == "\0\0\0\0ab")
        // Who may not read cannot have the rest of the page; a whole file is written all the same.
        if Situation.present == .user {
          let file = view.descriptor("g", O_WRONLY)
          #expect(Place.outcome(unsafe px_pwrite(file, "ab", 2, 4)) == "EACCES")
          close(file)
        }
        #expect(view.write("g", "whole", O_WRONLY | O_TRUNC) == "ok")
        host.chmod("b/g", 0o600)
        #expect(host.read("b/g") == "whole")
      }
    }

    @Test("size and times are those of the last write, before and after it is handed on")
    func times() throws {
      try withView(["b/f=1"], ["@/b"] + Self.writeback) { view, host in
        let file = view.descriptor("f", O_WRONLY | O_APPEND)
        #expect(Place.write(file, "23") == "ok")
        let before = try #require(view.status("f"))
        #expect(before.size == 3)
        px_pause(30)
        close(file)
        let (after, real) = (try #require(view.status("f")), try #require(host.status("b/f")))
        #expect(after.mtime == before.mtime && after.size == 3)
        #expect(real.mtime == before.mtime && real.size == 3)
      }
    }

    @Test(
      "what the disk has no room for is an error of fsync",
      .enabled(if: Situation.canMount, "mount(2) is not allowed here"))
    func fullDisk() throws {
      let scratch = try Scratch(["src/", "view/"])
      defer { scratch.remove() }
      #expect(Place.outcome(unsafe px_mount_tmpfs("\(scratch.path)/src")) == "ok")
      #expect(try scratch.command(["mount", "@/src", "@/view"] + Self.writeback).status == 0)
      let file = scratch.host.descriptor("view/f", O_WRONLY | O_CREAT)
      #expect(Place.write(file, String(repeating: "x", count: 2 << 20)) == "ok")
      #expect(Place.outcome(px_fsync(file)) == "ENOSPC")
      close(file)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
    }

    @Test(
      "another user's file is written, and its time moves",
      .enabled(if: Situation.isRoot, "only root can make another user's file"))
    func ofAnotherUser() throws {
      try withView(["b/f=1"], "@/b", "-o", "writeback,allow_other") { view, host in
        host.chown("b/f", 1001, 1001)
        host.chmod("b/f", 0o666)
        let outcome = try run(
          OtherUserTests.someone + ["sh", "-c", "echo 2 >>f; stat -c %s f"], in: view.string)
        #expect(outcome.status == 0 && outcome.output == "3\n", "\(outcome)")
        #expect(host.read("b/f") == "12\n")
      }
    }

    @Test(
      "what cannot be together is refused",
      arguments: [["--no-open"], ["--read-only"], ["--cache", "never"]])
    func refused(_ options: [String]) throws {
      let scratch = try Scratch(["src/", "view/"])
      defer { scratch.remove() }
      let outcome = try scratch.command(["mount", "@/src", "@/view"] + Self.writeback + options)
      #expect(outcome.status == 64 && outcome.errors.hasSuffix("(EINVAL)\n"), "\(outcome)")
      #expect(scratch.mounts == [])
    }
  }
}

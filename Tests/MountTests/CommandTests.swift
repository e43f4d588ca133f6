// The command around a mount: ready on return, the ways to end it, nothing left behind.
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct CommandTests {
    private func mounted(_ scratch: Scratch, _ arguments: [String]) throws -> pid_t {
      let outcome = try scratch.command(arguments)
      try #require(outcome.status == 0 && outcome.output == "" && outcome.errors == "")
      return try #require(scratch.servers.first)
    }

    private func isGone(_ scratch: Scratch, _ server: pid_t) -> Bool {
      hasEnded(server) && scratch.mounts == [] && scratch.servers == []
    }

    @Test("mount returns when the view is ready; the mount table names it")
    func ready() throws {
      for _ in 0..<5 {
        try withView(["b/f=1"], "@/b") { view, host in
          #expect(view.read("f") == "1")
          let table = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
          let line = try #require(table.split(separator: "\n").first { $0.contains(view.string) })
          #expect(line.contains(" - fuse.bindlink \(host.string)/b rw"))
          #expect(line.contains("nosuid") && line.contains("nodev"))
        }
      }
    }

    @Test("SIGINT, SIGTERM and SIGHUP unmount", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(_ signal: Int32) throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      #expect(scratch.host.read("view/f") == "1")
      kill(server, signal)
      #expect(isGone(scratch, server))
      #expect(scratch.host.list("view") == "")
    }

    @Test(
      "-f stays in the foreground and ends with 0 on a signal",
      arguments: [SIGINT, SIGTERM, SIGHUP])
    func foreground(_ signal: Int32) throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Situation.binary)
      process.arguments = ["mount", "-f"] + ["@/b", "@/view"].map(scratch.expand)
      process.standardError = FileHandle.nullDevice
      try process.run()
      for _ in 0..<250 where scratch.host.read("view/f") != "1" { usleep(20_000) }
      #expect(scratch.host.read("view/f") == "1")
      #expect(process.isRunning)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 0)
      #expect(scratch.mounts == [])
    }

    static let unmounts =
      (Situation.canMount ? [["umount"], ["umount", "-l"]] : [])
      + (Situation.present == .namespace ? [] : [["fusermount3", "-u"]])

    @Test("umount and fusermount3 -u end the server too", arguments: unmounts)
    func otherUnmounts(_ program: [String]) throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      #expect(try run(program + [scratch.path + "/view"]).status == 0)
      #expect(isGone(scratch, server))
    }

    @Test("unmount of a view in use: EBUSY; lazily it vanishes and ends with its last user")
    func busy() throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      let file = scratch.host.descriptor("view/f", O_RDWR)
      let refused = try scratch.command(["unmount", "@/view"])
      #expect(refused.status == 1 && refused.errors.hasSuffix("(EBUSY)\n"), "\(refused)")
      #expect(scratch.host.read("view/f") == "1")
      #expect(try scratch.command(["unmount", "@/view", "--lazy"]).status == 0)
      #expect(scratch.mounts == [] && scratch.host.list("view") == "")
      #expect(Place.read(file) == "1")
      #expect(Place.write(file, "2") == "ok")
      #expect(scratch.servers == [server])
      close(file)
      #expect(isGone(scratch, server))
      #expect(scratch.host.read("b/f") == "2")
    }

    @Test("a view whose server was killed can be unmounted and mounted again")
    func killed() throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      kill(server, SIGKILL)
      #expect(hasEnded(server))
      // ECONNABORTED until the kernel has closed the server's device.
      for _ in 0..<250 where scratch.host.read("view/f") != "ENOTCONN" { usleep(20_000) }
      #expect(scratch.host.read("view/f") == "ENOTCONN")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(scratch.mounts == [])
      let second = try mounted(scratch, ["mount", "@/b", "@/view"])
      #expect(scratch.host.read("view/f") == "1")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(isGone(scratch, second))
    }

    @Test("a view that is mounted while the server of the former one is still ending stays")
    func mountedMeanwhile() throws {
      let scratch = try Scratch(["b/f=1", "c/f=2", "view/"])
      defer { scratch.remove() }
      let first = try mounted(scratch, ["mount", "@/b", "@/view"])
      kill(first, SIGSTOP)
      defer { kill(first, SIGCONT) }
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      let outcome = try scratch.command(["mount", "@/c", "@/view"])
      #expect(outcome.status == 0, "\(outcome)")
      let second = try #require(scratch.servers.first { $0 != first })
      kill(first, SIGCONT)
      #expect(hasEnded(first))
      #expect(scratch.host.read("view/f") == "2" && scratch.mounts.count == 1)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(isGone(scratch, second))
    }

    @Test(
      "a forced umount of a view in use ends the view and the mount",
      .enabled(if: Situation.canMount))
    func forcedUnmount() throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      let file = scratch.host.descriptor("view/f", O_RDONLY)
      defer { close(file) }
      #expect(try run(["umount", "-f", scratch.path + "/view"]).status != 0)
      #expect(isGone(scratch, server))
      #expect(scratch.host.list("view") == "")
    }

    @Test("a relative source, mountpoint and backing are taken from the working directory")
    func relative() throws {
      let scratch = try Scratch(["b/f=1", "c/g=2", "view/"])
      defer { scratch.remove() }
      let server = try mounted(
        scratch,
        [
          "mount", "b", "view", "--link", "/v=c", "-o", "fsname=@",
        ])
      #expect(scratch.host.read("view/f") == "1" && scratch.host.read("view/v/g") == "2")
      #expect(try scratch.command(["unmount", "view"]).status == 0)
      #expect(isGone(scratch, server))
    }

    @Test("the server holds no more descriptors after work than before, and not the caller's")
    func descriptors() throws {
      let scratch = try Scratch((0..<50).map { "b/d\($0)/f=\($0)" } + ["view/"])
      defer { scratch.remove() }
      let server = try mounted(scratch, ["mount", "@/b", "@/view"])
      let view = scratch.host["view"]
      func work() {
        for number in 0..<50 {
          let directory: Path = "d\(number)"
          _ = view.read(directory + "/f")
          _ = view.list(directory)
          view[directory].write("new", "x")
          view[directory].rename("new", "newer")
          view[directory].unlink("newer")
        }
      }
      func count() throws -> Int {
        // Rings come with those who ask at the same time.
        try openDescriptors(of: server).count { !isRing($0) }
      }
      work()
      let first = try count()
      for _ in 0..<5 { work() }
      #expect(try count() <= first + 2)
      #expect(first < 256)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(isGone(scratch, server))
    }

    @Test("mount.fuse.bindlink, as mount(8) calls it")
    func mountHelper() throws {
      let scratch = try Scratch(["b/f=1", "b/secret=2", "c/g=3", "view/"])
      defer { scratch.remove() }
      let helper = scratch.path + "/mount.fuse.bindlink"
      try FileManager.default.createSymbolicLink(
        atPath: helper, withDestinationPath: Situation.binary)
      let options =
        "rw,nofail,noauto,_netdev,x-systemd.automount,except=/secret,link=/v=@/c\\,read-only"
      let outcome = try run([helper] + ["@/b", "@/view", "-o", options].map(scratch.expand))
      #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
      let server = try #require(scratch.servers.first)
      let view = scratch.host["view"]
      #expect(view.list() == "f v")
      #expect(view.write("v/g", "x") == "EROFS")
      #expect(view.read("v/g") == "3")
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(isGone(scratch, server))
    }

    @Test("--anchor and --empty")
    func anchors() throws {
      try withView(["a/x=1", "view/under=2", "b/f=3"], "--anchor", "@/a", "--link", "/v=@/b") {
        view, host in
        #expect(view.list() == "v x")
        #expect(view.write("new", "n") == "ok" && host.read("a/new") == "n")
      }
      try withView(["view/under=2", "b/f=3"], "--empty", "--link", "/v=@/b") { view, _ in
        #expect(view.list() == "v")
        #expect(view.write("new", "n") == "EROFS")
      }
      try withView(["view/under=2"]) { view, _ in
        #expect(view.list() == "under")
        #expect(view.write("new", "n") == "ok")
      }
    }

    @Test("mounts in parallel, and 20 threads' worth of files in one of them (49)")
    func manyReaders() throws {
      try withView((0..<200).map { "b/f\($0)=\($0)" }, "@/b") { view, _ in
        let failures = try shell(
          "for i in $(seq 20); do (for f in *; do [ \"f$(cat $f)\" = $f ] || echo $f; done) & done; "
            + "wait", in: view.string)
        #expect(failures.output == "" && failures.errors == "")
      }
    }
  }
}

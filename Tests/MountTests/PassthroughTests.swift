// Files that the kernel reads and writes itself, as root: the server has no part in it, and what it and
// the kernel know of the file stays true.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(
    .serialized,
    .enabled(
      if: Situation.isRoot && !ViewMode.noOpen,
      "only root passes through, and only what is opened by a message"))
  struct PassthroughTests {
    private func withPlainView(
      _ items: [String], _ arguments: String..., body: (_ view: Place, _ host: Place) throws -> Void
    ) throws {
      try withView(items, ["@/b"] + arguments, body: body)
    }

    @Test("an open file is read and written while the server stands still")
    func withoutTheServer() throws {
      try withPlainView(["b/f=content"]) { view, host in
        let file = view.descriptor("f", O_RDWR)
        defer { close(file) }
        let server = try #require(Scratch.servers(of: host.string).first)
        // The first one asks for the file's capabilities.
        #expect(Place.write(file, "c") == "ok")
        do {
          kill(server, SIGSTOP)
          defer { kill(server, SIGCONT) }
          #expect(Place.read(file) == "content")
          #expect(Place.write(file, "ON") == "ok")
          #expect(unsafe px_map_store(file, 1, 7, 3, "TenT") == 0)
          #expect(Place.read(file) == "cONTenT")
        }
        #expect(host.read("b/f") == "cONTenT")
      }
    }

    private static let uses: [(name: String, items: [String], path: Path, flags: Int32)] = [
      ("an old file", ["src/f=content"], "f", O_RDWR),
      ("a new file", ["src/"], "f", O_RDWR | O_CREAT | O_EXCL),
      ("a temporary file", ["src/"], ".", O_RDWR | Flags.temporary),
      ("a truncated file", ["src/f=content"], "f", O_RDWR | O_TRUNC),
      ("O_DIRECT", ["src/f=content"], "f", O_RDWR | px_O_DIRECT),
    ]

    @Test(
      "the server hears of opening and closing only; with no_passthrough of each write",
      arguments: ["passthrough", "no_passthrough"])
    func messages(_ option: String) throws {
      for use in Self.uses {
        let sent = try trace(use.items, "-o \(option)") { view, _ in
          let file = view.descriptor(use.path, use.flags)
          try #require(file >= 0)
          for _ in 0..<10 { #expect(px_direct_write(file, 0x41, 4096, 0, 0) == 4096) }
          for _ in 0..<10 { #expect(px_direct_read(file, 0x41, 4096, 0) == 4096) }
          close(file)
        }
        #expect(count("WRITE", in: sent) == (option == "passthrough" ? 0 : 10), "\(use.name)")
        #expect(option == "no_passthrough" || count("READ", in: sent) == 0, "\(use.name)")
        // Whether the file has capabilities is asked for once, and once more after O_TRUNC.
        #expect(count("GETXATTR", in: sent) <= 2, "\(use.name)")
      }
    }

    @Test("one file through two links, and by two names: each place sees what the other wrote")
    func severalPlaces() throws {
      try withView(["b/f=content", "view/"], "--link", "/one=@/b", "--link", "/two=@/b") {
        view, host in
        host.link("b/f", "b/g")
        let files = ["one/f", "two/f", "one/g"].map { view.descriptor("\($0)", O_RDWR) }
        defer { for file in files { close(file) } }
        for (file, text) in zip(files, ["1", "2", "3"]) {
          #expect(unsafe px_pwrite(file, text, 1, 0) == 1)
          for other in files { #expect(Place.read(other) == "\(text)ontent") }
        }
        #expect(view.truncate("two/f", 3) == "ok")
        #expect(files.map { Place.read($0) } == ["3on", "3on", "3on"])
        #expect(view.status("one/f")?.size == 3)
      }
    }

    @Test("size and times follow what the kernel writes, also through a map of a closed file")
    func attributes() throws {
      try withPlainView(["b/f=content"]) { view, host in
        func isTrue() -> Bool {
          guard let seen = view.status("f"), let real = host.status("b/f") else { return false }
          return seen.size == real.size && seen.mtime == real.mtime && seen.blocks == real.blocks
        }
        #expect(isTrue())
        let file = view.descriptor("f", O_RDWR)
        #expect(isTrue())
        #expect(Place.write(file, "longer content") == "ok")
        #expect(isTrue())
        px_pause(20)
        let map = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)!
        for isOpen in [true, false] {
          px_pause(20)
          unsafe map.storeBytes(of: 0x2e, as: UInt8.self)
          #expect(unsafe msync(map, 4096, MS_SYNC) == 0)
          #expect(isTrue(), "open: \(isOpen)")
          if isOpen { close(file) }
        }
        unsafe munmap(map, 4096)
        #expect(view.read("f") == ".onger content")
        #expect(isTrue())
      }
    }

    @Test("what is appended on the host is read, and appended after")
    func appended() throws {
      try withPlainView(["b/f=1"]) { view, host in
        let file = view.descriptor("f", O_RDWR | O_APPEND)
        defer { close(file) }
        for number in 2..<6 {
          #expect(host.append("b/f", "\(number)") == "ok")
          #expect(Place.write(file, "-") == "ok")
        }
        #expect(Place.read(file) == "12-3-4-5-")
      }
    }

    @Test("a file with set-ID bits stays with the server, with all its openings")
    func notPassed() throws {
      let sent = try trace(["src/f=content"], "") { view, host in
        host.chmod("src/f", 0o4755)
        let file = view.descriptor("f")
        host.chmod("src/f", 0o755)
        let second = view.descriptor("f", O_RDWR)
        #expect(second >= 0 && Place.write(second, "CONTENT") == "ok")
        #expect(Place.read(file) == "CONTENT")
        close(file)
        close(second)
      }
      #expect(count("WRITE", in: sent) == 1)
    }

    @Test("set-ID bits go from an open file by the writing of whoever may not set them")
    func setIDBits() throws {
      try withPlainView(["b/f=content"], "-o", "allow_other,suid") { view, host in
        host.chown("b/f", 1000, 1000)
        let file = view.descriptor("f", O_RDWR)
        defer { close(file) }
        #expect(view.chmod("f", 0o6755) == "ok")
        #expect(view.status("f")?.mode == S_IFREG | 0o6755)
        let outcome = try run(
          OtherUserTests.someone + ["sh", "-c", "echo new >>f"], in: view.string)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(host.status("b/f")?.mode == S_IFREG | 0o755)
        for _ in 0..<50 where view.status("f")?.mode != S_IFREG | 0o755 { px_pause(20) }
        #expect(view.status("f")?.mode == S_IFREG | 0o755)
      }
    }

    @Test("many openings of one file at a time, while its kind changes: none fails")
    func crowd() throws {
      try withPlainView(["b/f=0123456789"]) { view, host in
        let script = """
          i=0; while [ $i -lt 150 ]; do
            head -c 10 f >/dev/null || exit 1
            printf 0123456789 1<>f || exit 2
            i=$((i+1))
          done
          """
        let toggle = """
          i=0; while [ $i -lt 150 ]; do chmod u+s f || exit 3; chmod u-s f || exit 4; i=$((i+1)); done
          """
        var processes: [Process] = []
        for script in [script, script, script, script, toggle] {
          let process = Process()
          process.executableURL = URL(fileURLWithPath: "/bin/sh")
          process.arguments = ["-c", script]
          process.currentDirectoryURL = URL(fileURLWithPath: view.string)
          try process.run()
          processes.append(process)
        }
        for process in processes {
          process.waitUntilExit()
          #expect(process.terminationStatus == 0)
        }
        #expect(view.read("f") == "0123456789" && host.read("b/f") == "0123456789")
      }
    }
  }
}

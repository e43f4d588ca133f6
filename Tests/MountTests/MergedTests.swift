// M1 to M7, W3, E7, P5: merged links on real mounts; BEHAVIOURS 51 to 70, 74 to 77, 91.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct MergedTests {
    private static let link = ["--link", "/v=@/b,merged"]

    @Test("M1: the union, at each level; the backing wins (51, 52, 53, 67, 68)")
    func union() throws {
      try withView(
        [
          "view/v/Cat=u", "view/v/Dog=u", "b/Cow=b", "b/Mouse=b", "view/v/x=u", "b/x=b",
          "view/v/s/t/u=u", "view/v/s/t/x=u", "b/s/t/b=b", "b/s/t/x=b", "b/f=file",
          "view/v/f/in=u", "b/d/b=b", "view/v/d=u",
        ], Self.link
      ) { view, _ in
        #expect(view.list("v") == "Cat Cow Dog Mouse d f s x")
        #expect(view.read("v/Cat") == "u" && view.read("v/Cow") == "b" && view.read("v/x") == "b")
        #expect(view.list("v/s") == "t" && view.list("v/s/t") == "b u x")
        #expect(view.read("v/s/t/x") == "b" && view.read("v/s/t/u") == "u")
        #expect(view.read("v/f") == "file" && view.read("v/f/in") == "ENOTDIR")
        #expect(view.list("v/d") == "b")
        #expect(view.status("v")?.nlink == 1 && view.status("v/s/t")?.nlink == 1, "R7")
        for entry in view.entries("v") ?? [] {
          #expect(view.inode("v/" + entry.name) == entry.inode, "R7: \(entry.name)")
        }
      }
    }

    @Test("M2, M3, M4: making, changing and removing (54-60, 69)")
    func changes() throws {
      try withView(["view/v/u=u", "view/v/x=u", "view/v/o/f=u", "b/b=b", "b/x=b"], Self.link) {
        view, host in
        #expect(view.write("v/new", "new") == "ok" && host.read("b/new") == "new")
        #expect(view.mkdir("v/dir") == "ok" && host.kind("b/dir") == "directory")
        #expect(view.symlink("x", "v/sym") == "ok" && host.readlink("b/sym") == "x")
        #expect(view.link("v/u", "v/hard") == "ok" && host.read("b/hard") == "u")
        #expect(view.append("v/u", "+") == "ok" && host.kind("b/u") == "ENOENT")
        #expect(view.read("v/u") == "u+")
        #expect(view.append("v/b", "+") == "ok" && host.read("b/b") == "b+")
        #expect(view.append("v/x", "+") == "ok" && host.read("b/x") == "b+")
        #expect(view.write("v/o/new", "o") == "ok" && host.kind("b/o") == "ENOENT", "69")
        #expect(view.list("v/o") == "f new")
        #expect(view.unlink("v/x") == "ok" && view.read("v/x") == "u", "54")
        #expect(view.list("v") == "b dir hard new o sym u x")
        #expect(view.unlink("v/x") == "ok" && view.read("v/x") == "ENOENT", "55")
        #expect(view.unlink("v/u") == "ok" && view.unlink("v/hard") == "ok")
        #expect(view.list("v") == "b dir new o sym")
        #expect(host.list("b") == "b dir new sym", "70: nothing but what was made")
      }
    }

    @Test("M5, P5: rename (61, 63, 64)")
    func renames() throws {
      try withView(
        [
          "view/v/u=u", "view/v/x=u", "view/v/m=u", "view/v/o/f=u", "b/x=b", "b/c=b", "b/d/f=b",
          "view/v/s/", "b/s/", "view/v/full/f=u",
        ], Self.link
      ) { view, host in
        #expect(view.rename("v/u", "v/n") == "ok" && host.read("b/n") == "u", "61")
        #expect(view.rename("v/x", "v/y") == "ok", "63")
        #expect(view.read("v/y") == "b" && view.read("v/x") == "u")
        let masked = view.descriptor("v/m")
        defer { close(masked) }
        #expect(view.rename("v/c", "v/m") == "ok" && view.read("v/m") == "b", "64")
        #expect(Place.read(masked) == "u")
        #expect(view.rename("v/n", "v/m", Flags.noReplace) == "EEXIST")
        #expect(view.rename("v/n", "v/x", Flags.noReplace) == "EEXIST")
        #expect(view.rename("v/n", "v/x", Flags.exchange) == "EXDEV")
        #expect(view.rename("v/n", "v/y", Flags.exchange) == "ok" && view.read("v/y") == "u")
        #expect(view.rename("v/s", "v/t") == "EXDEV")
        #expect(view.rename("v/d", "v/s") == "EXDEV")
        #expect(view.rename("v/d", "v/full") == "ENOTEMPTY")
        #expect(view.rename("v/n", "v/s") == "EISDIR" && view.rename("v/d", "v/x") == "ENOTDIR")
        #expect(view.rename("v/o", "v/p") == "ok" && view.list("v/p") == "f")
        #expect(host.list("b/p") == "f")
        #expect(view.rename("v", "w") == "EBUSY", "P4")
        #expect(view.rename("v/p/f", "out") == "ok" && view.rename("out", "v/p/f") == "ok")
      }
    }

    @Test("M5: a directory that is in use moves with what is open in it (R4)")
    func movedInUse() throws {
      try withView(["view/v/o/p/f=u", "b/"], Self.link) { view, host in
        var lines: [String] = []
        let result = view["v/o/p"].inside {
          let here = WorkingDirectory.here
          lines.append(view.rename("v/o", "v/moved"))
          lines.append(here.read("f"))
          lines.append(here.write("g", "new"))
          lines.append(here.list("."))
        }
        #expect(result == "ok" && lines == ["ok", "u", "ok", "f g"])
        #expect(host.list("b/moved/p") == "f g" && view.list("v/moved/p") == "f g")
      }
    }

    @Test("M6: rmdir (66)")
    func removal() throws {
      try withView(
        ["view/v/s/u=u", "b/s/b=b", "view/v/o/", "b/i/"], Self.link
      ) { view, host in
        #expect(view.rmdir("v/s") == "ENOTEMPTY")
        #expect(view.unlink("v/s/u") == "ok" && view.rmdir("v/s") == "ENOTEMPTY")
        #expect(view.unlink("v/s/b") == "ok" && view.rmdir("v/s") == "ok")
        #expect(view.rmdir("v/o") == "ok" && view.rmdir("v/i") == "ok")
        #expect(view.list("v") == "" && host.list("b") == "")
        #expect(view.mkdir("v/s") == "ok" && host.kind("b/s") == "directory")
      }
    }

    @Test("M6: rmdir where both sides are one directory")
    func removalOfOneObject() throws {
      try withView(
        ["a/v/d/", "a/v/f/g=1"], "--anchor", "@/a", "--link", "/v=@/a/v,merged"
      ) { view, host in
        #expect(view.rmdir("v/d") == "ok" && view.rmdir("v/f") == "ENOTEMPTY")
        #expect(view.list("v") == "f" && host.list("a/v") == "f")
      }
    }

    @Test("M7: O_EXCL and mkdir see both sides (65)")
    func exclusive() throws {
      try withView(["view/v/u=u", "b/b=b"], Self.link) { view, host in
        for name: Path in ["v/u", "v/b"] {
          #expect(view.open(name, O_CREAT | O_EXCL | O_RDWR) == "EEXIST")
          #expect(view.mkdir(name) == "EEXIST" && view.symlink("x", name) == "EEXIST")
          #expect(view.link("v/b", name) == "EEXIST" && view.mkfifo(name) == "EEXIST")
          #expect(view.open(name, O_CREAT | O_RDWR) == "ok")
        }
        #expect(host.list("b") == "b")
      }
    }

    @Test("W3: read-only and merged (74, 75, 76, 77)")
    func readOnly() throws {
      try withView(
        ["view/v/u=u", "view/v/x=u", "b/b=b", "b/x=b", "b/o/b=b"], "--link",
        "/v=@/b,read-only,merged"
      ) { view, host in
        let before = host["b"].tree
        #expect(view.append("v/u", "+") == "ok" && view.read("v/u") == "u+", "74")
        #expect(view.append("v/b", "+") == "EROFS" && view.kind("v/b") == "file", "75")
        #expect(view.write("v/new", "n") == "ok" && view.read("v/new") == "n", "76")
        #expect(view.append("v/x", "+") == "EROFS" && view.unlink("v/x") == "EROFS", "77")
        #expect(view.write("v/o/new", "n") == "EROFS" && view.mkdir("v/o/d") == "EROFS")
        #expect(view.rename("v/u", "v/b") == "EROFS" && view.rename("v/b", "v/n") == "EROFS")
        #expect(view.rename("v/u", "v/w") == "ok" && view.unlink("v/w") == "ok")
        #expect(view.list("v") == "b new o x")
        #expect(host["b"].tree == before)
      }
    }

    @Test("E7: an exception shows the outer view only (91)")
    func exception() throws {
      try withView(
        ["view/v/e/u=u", "b/e/b=b", "b/hidden=b", "b/a.o=b", "view/v/c.o=u"],
        Self.link + ["--except", "/v/e", "--except", "/v/hidden", "--except", "/v/**/*.o"]
      ) { view, host in
        #expect(view.list("v") == "c.o e" && view.list("v/e") == "u")
        #expect(view.read("v/hidden") == "ENOENT" && view.read("v/a.o") == "ENOENT")
        #expect(view.write("v/e/new", "n") == "ok" && host.kind("b/e/new") == "ENOENT")
      }
    }

    @Test(
      "M5, M6: over two file systems (62)",
      .enabled(
        if: FileManager.default.isWritableFile(atPath: "/dev/shm"), "there is no second file system"
      ))
    func otherFileSystem() throws {
      var template = Array("/dev/shm/bindlink-merged-XXXXXX".utf8CString)
      let other = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
      defer { try? FileManager.default.removeItem(atPath: other) }
      try withView(["view/v/u=u", "view/v/s/"], "--link", "/v=\(other),merged") { view, host in
        let backing = Place("\(other)")
        backing.make(["b=b", "s/"])
        #expect(view.rename("v/u", "v/n") == "EXDEV" && view.read("v/u") == "u")
        #expect(view.rename("v/b", "v/u") == "ok" && view.read("v/u") == "b")
        #expect(view.unlink("v/u") == "ok" && view.read("v/u") == "u")
        #expect(view.rmdir("v/s") == "ok" && backing.list() == "")
        #expect(view.list("v") == "u")
      }
    }

    @Test("M7: 100,000 entries, telldir and seekdir while entries come and go")
    func largeListing() throws {
      try withView(["a/v/", "b/"], ["--anchor", "@/a"] + Self.link) { view, host in
        for number in 0..<50_000 {
          #expect(host["a/v"].open("outer-\(number)", O_CREAT | O_WRONLY) == "ok")
          #expect(host["b"].open("inner-\(number)", O_CREAT | O_WRONLY) == "ok")
        }
        let clock = ContinuousClock.now
        let names = (view.entries("v") ?? []).map(\.name)
        print("100,000 merged entries listed in \(ContinuousClock.now - clock)")
        #expect(names.count == 100_000 && Set(names.map(\.description)).count == 100_000)

        guard let stream = unsafe opendir(view["v"].string) else { throw POSIXError(.ENOENT) }
        defer { unsafe closedir(stream) }
        func read(_ count: Int) -> [String] {
          var names: [String] = []
          while names.count < count, let entry = unsafe readdir(stream) {
            names.append(
              unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(
                  cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
              })
          }
          return names
        }
        let first = read(50_000)
        let told = unsafe telldir(stream)
        let rest = read(.max)
        #expect(Set(first + rest).count == 100_002)
        let gone = Set(rest.indices.filter { $0.isMultiple(of: 97) }.map { rest[$0] })
        for name in gone { #expect(view.unlink("v/\(name)") == "ok") }
        unsafe seekdir(stream, told)
        let again = read(.max)
        #expect(again == rest.filter { !gone.contains($0) })
      }
    }
  }
}

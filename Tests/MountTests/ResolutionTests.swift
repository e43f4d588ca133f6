// R1 to R5: which link governs a path, and what becomes of it when the backing changes.
import CPosixCases
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct ResolutionTests {
    @Test(
      "R1: the longest prefix governs, in whatever order the links are given",
      arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func order(_ order: [Int]) throws {
      let links = ["/Foo/Bar=@/t", "/Foo=@/t2", "/Foo/Bar/Baz=@/t3"]
      try withView(
        ["t/Cat=cat", "t2/Dog=dog", "t3/Eel=eel"],
        ["--empty"] + order.flatMap { ["--link", links[$0]] }
      ) { view, host in
        #expect(view.list() == "Foo")
        #expect(view.list("Foo") == "Bar Dog")
        #expect(view.list("Foo/Bar") == "Baz Cat")
        #expect(view.list("Foo/Bar/Baz") == "Eel")
        #expect(view.read("Foo/Bar/Baz/Eel") == "eel")
        #expect(host.list("t") == "Cat" && host.list("t2") == "Dog", "nested links: 102")
      }
    }

    @Test(
      "R1: a link over a file of the outer link wins, in either order (101)",
      arguments: [["/F=@/t", "/F/Bar=@/t2"], ["/F/Bar=@/t2", "/F=@/t"]])
    func fileUnderLink(_ links: [String]) throws {
      try withView(
        ["t/Bar=file", "t2/Cat=cat"], ["--empty"] + links.flatMap { ["--link", $0] }
      ) { view, host in
        #expect(view.kind("F/Bar") == "directory")
        #expect(view.list("F/Bar") == "Cat")
        #expect(host.read("t/Bar") == "file")
      }
    }

    @Test("R1, E2: prefixes are whole components")
    func components() throws {
      try withView(
        ["view/ab/f=anchor", "view/a/f=anchor", "b/f=linked"], "--link", "/a=@/b"
      ) { view, _ in
        #expect(view.read("a/f") == "linked")
        #expect(view.read("ab/f") == "anchor")
      }
    }

    @Test("R2: a link's root is above an exception, an exception above the backing")
    func precedence() throws {
      try withView(
        ["view/v/x/f=outer", "view/v/y=outer", "b/x/f=backing", "b/y=backing", "c/f=root"],
        "--link", "/v=@/b", "--link", "/v/x=@/c", "--except", "/v/y"
      ) { view, _ in
        #expect(view.read("v/x/f") == "root")
        #expect(view.read("v/y") == "outer")
        #expect(view.list("v") == "x y")
      }
    }

    @Test("R3: a backing that is deleted is ENOENT and absent; made again, it works again (35, 36)")
    func deletedBacking() throws {
      try withView(["b/f=one"], "--empty", "--link", "/v=@/b", "--link", "/w=@/b") { view, host in
        #expect(view.read("v/f") == "one")
        host.rename("b", "gone")
        #expect(view.read("v/f") == "ENOENT")
        #expect(view.kind("v") == "ENOENT")
        #expect(view.list() == "")
        host.make(["b/f=two"])
        #expect(view.read("v/f") == "two")
        #expect(view.list() == "v w")
      }
    }

    @Test("R3: the outer view does not show in a dangling link's place")
    func danglingOverAnchor() throws {
      try withView(["view/v/f=outer", "b/"], "--link", "/v=@/b") { view, host in
        host.rmdir("b")
        #expect(view.kind("v") == "ENOENT")
        #expect(view.list() == "")
        #expect(view.read("v/f") == "ENOENT")
      }
    }

    @Test("R3: an atomic replacement of a backing file is seen (33, 34)")
    func replacedBacking() throws {
      try withView(["b=one", "d/f=one"], "--empty", "--link", "/v=@/b", "--link", "/d=@/d") {
        view, host in
        #expect(view.read("v") == "one")
        let before = view.inode("v")
        host.write("b.new", "second")
        host.rename("b.new", "b")
        #expect(view.read("v") == "second")
        #expect(view.status("v")?.size == 6)
        #expect(view.inode("v") != before)
        host.write("d/f", "changed directly")
        #expect(view.read("d/f") == "changed directly")
        host.unlink("d/f")
        #expect(view.read("d/f") == "ENOENT")
        host.write("d/f", "again")
        #expect(view.read("d/f") == "again")
      }
    }

    @Test("R3: a backing that becomes a file, a directory, a symbolic link")
    func changedType() throws {
      try withView(["b/f=one"], "--empty", "--link", "/v=@/b") { view, host in
        #expect(view.kind("v") == "directory")
        host.rename("b", "c")
        host.write("b", "file")
        #expect(view.kind("v") == "file")
        #expect(view.read("v") == "file")
        #expect(view.read("v/f") == "ENOTDIR")
      }
    }

    @Test(
      "R4: an open file keeps its object when the backing is replaced or removed",
      .shows(.firstUse))
    func openHandle() throws {
      try withView(["b/f=first"], "@/b") { view, host in
        let file = view.descriptor("f", O_RDWR)
        defer { close(file) }
        host.write("b/g", "second")
        host.rename("b/g", "b/f")
        #expect(Place.read(file) == "first")
        #expect(view.read("f") == "second")
        #expect(Place.write(file, "FIRST") == "ok")
        #expect(Place.read(file) == "FIRST")
        #expect(view.read("f") == "second")
      }
    }

    @Test("R4: an open file and a working directory survive the loss of the link's root")
    func workingDirectory() throws {
      try withView(["b/d/f=one"], "--empty", "--link", "/v=@/b") { view, host in
        let result = view["v/d"].inside {
          let here = WorkingDirectory.here
          #expect(here.list() == "f")
          #expect(here.write("g", "two") == "ok")
          host.rename("b", "gone")
          #expect(here.kind(".") == "directory")
          #expect(view.kind("v") == "ENOENT")
          host.rename("gone", "b")
          #expect(here.read("f") == "one")
          #expect(here.write("h", "three") == "ok")
        }
        #expect(result == "ok")
        #expect(host.read("b/d/g") == "two" && host.read("b/d/h") == "three")
      }
    }

    @Test("R5: names are bytes")
    func bytes() throws {
      let names = [
        Path(bytes: [0xFF, 0xFE]), Path(bytes: [0x61, 0xCC, 0x88]), Path(bytes: [0xC3, 0xA4]),
        Path(bytes: [0x0A, 0x5C]), "A", "a", Path(bytes: Array(repeating: 0x80, count: 255)),
      ]
      try withView(["b/"], "--empty", "--link", "/v=@/b") { view, host in
        for (index, name) in names.enumerated() { view["v"].write(name, "\(index)") }
        for (index, name) in names.enumerated() {
          #expect(view["v"].read(name) == "\(index)")
          #expect(host["b"].read(name) == "\(index)")
        }
        #expect(view.entries("v")?.count == names.count)
        #expect(view.list("v") == host.list("b"))
      }
    }

    @Test("R1: 200 links under one parent are listed and work (27)")
    func manyLinks() throws {
      let numbers = 0..<200
      try withView(
        numbers.map { "b/\($0)/f=\($0)" },
        ["--empty"] + numbers.flatMap { ["--link", "/p/l\($0)=@/b/\($0)"] } + ["--parents"]
      ) { view, _ in
        #expect(view.entries("p")?.count == 200)
        for number in numbers { #expect(view.read("p/l\(number)/f") == "\(number)") }
      }
    }

    @Test("R1: what a link creates is created in its backing alone (1-4, 28-31)")
    func passThrough() throws {
      try withView(
        ["view/V/Cat=c", "view/V/Dog=d", "b/Cow=moo", "b/Mouse=m"], "--link", "/V=@/b"
      ) { view, host in
        #expect(view.list() == "V")
        #expect(view.list("V") == "Cow Mouse")
        #expect(view.write("V/new", "text") == "ok")
        #expect(view.write("V/Cow", "MOO") == "ok")
        #expect(view.unlink("V/Mouse") == "ok")
        #expect(view.mkdir("V/d") == "ok")
        #expect(view.symlink("anything", "V/s") == "ok")
        #expect(view.mkfifo("V/p") == "ok")
        #expect(view.bindSocket("V/socket") == "ok")
        #expect(host.list("b") == "Cow d new p s socket")
        #expect(host.read("b/Cow") == "MOO")
        #expect(host.kind("b/p") == "fifo")
        #expect(host.kind("b/socket") == "socket")
        #expect(host.status("b/d")?.uid == getuid())
      }
    }
  }
}

// Hard links and their names on plain directories.
import Bindlink
import Foundation
import SystemPackage
import Testing

@Suite struct HardLinkTests {
  @Test("H1: a file gets a further name")
  func further() throws {
    let scratch = try ScratchDirectory()
    try scratch.make("f=1", "d/")
    try HardLink.create(at: scratch["d/g"], existing: scratch["f"])
    #expect(scratch.tree() == ["d/", "d/g=1", "f=1"])
    #expect(try scratch.identity("f") == scratch.identity("d/g"))
    #expect(try scratch.identity("f").names == 2)
  }

  @Test("H1: a symbolic link as the existing path links its target")
  func throughSymbolicLink() throws {
    let scratch = try ScratchDirectory()
    try scratch.make("f=1", "l>m", "m>f")
    try HardLink.create(at: scratch["g"], existing: scratch["l"])
    #expect(scratch.tree() == ["f=1", "g=1", "l>m", "m>f"])
    #expect(try scratch.identity("f").inode == scratch.identity("g").inode)
  }

  @Test(
    "H1: what cannot be linked names the path, and what Windows calls the reason",
    arguments: [
      ("new", "d", .notPermitted, .accessDenied, "d is a directory"),
      ("new", "toDirectory", .notPermitted, .accessDenied, "is a directory"),
      ("new", "none", .noSuchFileOrDirectory, .fileNotFound, "none does not exist"),
      ("new", "none/f", .noSuchFileOrDirectory, .pathNotFound, "none/f does not exist"),
      ("new", "dangling", .noSuchFileOrDirectory, .fileNotFound, "dangling does not exist"),
      ("f", "f", .fileExists, .alreadyExists, "f exists"),
      ("d", "f", .fileExists, .alreadyExists, "d exists"),
      ("dangling", "f", .fileExists, .alreadyExists, "dangling exists"),
      ("none/new", "f", .noSuchFileOrDirectory, .pathNotFound, "none does not exist"),
      ("f/new", "f", .notDirectory, .pathNotFound, "f is not a directory"),
    ] as [(String, String, Errno, WindowsError, String)])
  func refusals(
    name: String, existing: String, errno: Errno, code: WindowsError, why: String
  ) throws {
    let scratch = try ScratchDirectory()
    try scratch.make("f=1", "d/", "dangling>nowhere", "toDirectory>d")
    let before = scratch.tree()
    let error = #expect(throws: BindlinkError.self) {
      try HardLink.create(at: scratch[name], existing: scratch[existing])
    }
    #expect(error?.errno == errno && error?.rule == "H1", "\(String(describing: error))")
    #expect(error?.windowsError == code, "\(String(describing: error))")
    #expect(error?.why.contains(why) == true, "\(String(describing: error))")
    #expect(scratch.tree() == before)
  }

  @Test("H1: across file systems it is EXDEV")
  func otherFileSystem() throws {
    let scratch = try ScratchDirectory()
    let other = try #require(try ScratchDirectory.elsewhere(than: scratch))
    try scratch.make("f=1")
    let error = #expect(throws: BindlinkError.self) {
      try HardLink.create(at: other["g"], existing: scratch["f"])
    }
    #expect(error?.errno == .improperLink && error?.windowsError == .notSameDevice)
    #expect(other.tree() == [])
  }

  @Test("H1: NTFS allows 1,023 further names; the 1,024th is EMLINK where its limit is asked for")
  func limit() throws {
    let scratch = try ScratchDirectory()
    try scratch.make("f=1")
    for number in 1...1023 {
      try HardLink.create(at: scratch["n\(number)"], existing: scratch["f"], limit: .ntfs)
    }
    #expect(try scratch.identity("f").names == 1024)
    let error = #expect(throws: BindlinkError.self) {
      try HardLink.create(at: scratch["n1024"], existing: scratch["n7"], limit: .ntfs)
    }
    #expect(error?.errno == .tooManyLinks && error?.windowsError == .tooManyLinks)
    #expect(try scratch.identity("f").names == 1024)
    #expect(scratch.look("n1024") == nil)
    try HardLink.create(at: scratch["n1024"], existing: scratch["f"], limit: .backing)
    #expect(try scratch.identity("f").names == 1025)
  }

  @Test("H1: all names of a file below a directory are found")
  func names() throws {
    let scratch = try ScratchDirectory()
    try scratch.make("f=1", "d/e/", "other=1", "l>f", "to-d>d")
    for name in ["g", "d/h", "d/e/i"] {
      try HardLink.create(at: scratch[name], existing: scratch["f"])
    }
    let names = try HardLink.names(of: scratch["l"], in: scratch[""])
    #expect(names.paths == ["d/e/i", "d/h", "f", "g"].map { scratch[$0] })
    #expect(names.linkCount == 4 && names.unread.isEmpty)
    #expect(
      try HardLink.names(of: scratch["f"], in: scratch["to-d"]).paths
        == ["d/e/i", "d/h"].map { scratch[$0] })
    #expect(try HardLink.names(of: scratch["other"], in: scratch[""]).paths == [scratch["other"]])
  }

  @Test("H1: names are not looked for in another mount, and a directory has none")
  func noNames() throws {
    let scratch = try ScratchDirectory()
    let other = try #require(try ScratchDirectory.elsewhere(than: scratch))
    try scratch.make("f=1", "d/")
    func errno(_ file: String, _ directory: FilePath) -> Errno? {
      do throws(BindlinkError) {
        _ = try HardLink.names(of: scratch[file], in: directory)
        return nil
      } catch {
        return error.errno
      }
    }
    #expect(errno("f", other[""]) == .improperLink)
    #expect(errno("d", scratch[""]) == .notPermitted)
    #expect(errno("none", scratch[""]) == .noSuchFileOrDirectory)
    #expect(errno("f", scratch["none"]) == .noSuchFileOrDirectory)
    #expect(errno("f", scratch["f"]) == .notDirectory)
  }
}

// Symbolic links on plain directories.
import Bindlink
import SystemPackage
import Testing

@Suite struct SymbolicLinkTests {
  @Test(
    "S1, S2: a link stores its target, which need not exist",
    arguments: [
      ("none", "none"), ("/a//b/", "/a//b/"), (#"..\theta"#, "../theta"),
      (#"\Windows\System32"#, "/Windows/System32"), (#"C:\alpha\beta"#, "/alpha/beta"),
      (#"D:\x"#, "/mnt/data/x"), (#"\\machineB\share\x"#, "/srv/share/x"),
    ])
  func stores(target: String, stored: String) throws {
    let scratch = try ScratchDirectory()
    let drives = try DriveTable(parsing: #"D:=/mnt/data;\\machineB\share=/srv/share"#.utf8)
    let text = try SymbolicLink.create(
      at: scratch["link"], target: LinkTarget(target), drives: drives)
    #expect(text == Array(stored.utf8))
    #expect(scratch.tree() == ["link>\(stored)"])
  }

  @Test("S2: a drive-relative target is absolute, from the working directory at creation")
  func driveRelative() throws {
    let scratch = try ScratchDirectory()
    let here = try #require(FilePath(scratch.path).removingLastComponent().isAbsolute ? "." : nil)
    let text = try SymbolicLink.create(
      at: scratch["link"], target: LinkTarget("C:File.txt"), drives: DriveTable())
    let stored = String(decoding: text, as: UTF8.self)
    #expect(stored == FilePath(try working(here)).appending("File.txt").string)
  }

  private func working(_ path: String) throws -> String {
    try DriveTable().hostPath("C:.".utf8).string
  }

  @Test("S1: flags: file, directory, unprivileged; any other bit is EINVAL", arguments: 0...4)
  func options(bit: Int) throws {
    let scratch = try ScratchDirectory()
    let options = SymbolicLink.Options(rawValue: bit == 0 ? 0 : 1 << UInt32(bit - 1))
    func create() throws(BindlinkError) {
      try SymbolicLink.create(at: scratch["link"], target: .posix([0x61]), options: options)
    }
    if bit <= 2 {
      try create()
      #expect(scratch.tree() == ["link>a"])
    } else {
      let error = #expect(throws: BindlinkError.self) { try create() }
      #expect(error?.errno == .invalidArgument && error?.rule == "S1")
      #expect(scratch.tree() == [])
    }
  }

  @Test(
    "S1: what cannot be made names the path, and what Windows calls the reason",
    arguments: [
      ("there", "x", .fileExists, .alreadyExists, "there"),
      ("dangling", "x", .fileExists, .alreadyExists, "dangling"),
      ("none/link", "x", .noSuchFileOrDirectory, .pathNotFound, "none"),
      ("there/link", "x", .notDirectory, .pathNotFound, "there"),
      (".", "x", .fileExists, .alreadyExists, "."),
      ("link", "", .noSuchFileOrDirectory, .fileNotFound, ""),
      ("link", #"E:\x"#, .invalidArgument, .invalidParameter, "E:"),
    ] as [(String, String, Errno, WindowsError, String)])
  func refusals(
    name: String, target: String, errno: Errno, code: WindowsError, subject: String
  ) throws {
    let scratch = try ScratchDirectory()
    try scratch.make("there=1", "dangling>none")
    let before = scratch.tree()
    let error = #expect(throws: BindlinkError.self) {
      try SymbolicLink.create(
        at: scratch[name], target: LinkTarget(target), drives: DriveTable())
    }
    #expect(error?.errno == errno && error?.windowsError == code, "\(String(describing: error))")
    #expect(error?.why.contains(subject) == true, "\(String(describing: error))")
    #expect(scratch.tree() == before)
  }

  @Test("S1: a relative name starts in the working directory")
  func emptyName() {
    let error = #expect(throws: BindlinkError.self) {
      try SymbolicLink.create(at: "", target: .posix([0x61]))
    }
    #expect(error?.errno == .noSuchFileOrDirectory)
  }
}

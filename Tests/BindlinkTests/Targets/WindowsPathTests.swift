// Windows' forms of paths and what they are on this machine.
import SystemPackage
import Testing

@testable import Bindlink

@Suite struct WindowsPathTests {
  private static func names(_ text: String) -> [[UInt8]] {
    text.split(separator: " ").map { Array($0.utf8) }
  }

  @Test(
    "S2: each form of a path is taken apart",
    arguments: [
      (#"..\theta"#, .relative, ".. theta"), (#"a/b\c"#, .relative, "a b c"),
      (#"\Windows\System32"#, .rootRelative, "Windows System32"),
      ("C:File.txt", .driveRelative("C"), "File.txt"), ("d:", .driveRelative("D"), ""),
      (#"C:\alpha\beta"#, .driveAbsolute("C"), "alpha beta"), ("z:/", .driveAbsolute("Z"), ""),
      (#"\\?\C:\a\.\b"#, .driveAbsolute("C"), "a . b"),
      (
        #"\\machineB\share\a"#,
        .share(server: Array("machineB".utf8), name: Array("share".utf8)), "a"
      ),
      (
        #"\\?\unc\machineB\share\"#,
        .share(server: Array("machineB".utf8), name: Array("share".utf8)), ""
      ),
    ] as [(String, WindowsPath.Form, String)])
  func forms(text: String, form: WindowsPath.Form, names: String) throws {
    let path = try WindowsPath(text.utf8)
    #expect(path.form == form)
    #expect(path.components == Self.names(names))
  }

  @Test(
    "S2: what is no path of Windows is EINVAL",
    arguments: [
      "", "a\0b", #"\\"#, #"\\server"#, #"\\server\"#, #"\\\server\share"#, #"\\.\COM1"#,
      #"\\?\Volume\a"#, #"\\?\UNC\server"#,
    ])
  func refused(text: String) {
    let error = #expect(throws: BindlinkError.self) { try WindowsPath(text.utf8) }
    #expect(error?.errno == .invalidArgument && error?.rule == "S2")
  }

  @Test(
    "S2: Windows' forms are told from POSIX paths",
    arguments: [
      ("C:a", true), ("c:", true), (#"a\b"#, true), (#"\a"#, true), (#"\\s\t"#, true),
      ("a/b", false), ("/a", false), (#"/a\b"#, false), ("", false), ("ab:c", false),
      ("1:a", false), ("[:a", false), ("./C:a", false), ("//server/share", false),
    ])
  func recognition(text: String, isWindows: Bool) {
    #expect(WindowsPath.describes(text.utf8) == isWindows)
  }

  private static func table() throws -> DriveTable {
    try DriveTable(parsing: #"d:=/mnt/data;\\MachineB\Share=/srv/share"#.utf8)
  }

  @Test(
    "S2: paths go through the table of drives and shares",
    arguments: [
      (#"C:\alpha\file"#, "/alpha/file"), (#"C:\"#, "/"), (#"c:\a\..\b\.\c"#, "/a/../b"),
      (#"D:\x"#, "/mnt/data/x"), (#"D:\"#, "/mnt/data"),
      (#"\\machineb\SHARE\a\b"#, "/srv/share/a/b"),
      (#"\\machineB\share"#, "/srv/share"), (#"\Windows\System32"#, "/Windows/System32"),
      ("C:File.txt", "/home/me/File.txt"), ("C:", "/home/me"), (#"C:..\x"#, "/home/x"),
      (#"D:File.txt"#, "/mnt/data/File.txt"), (#"..\theta"#, "../theta"), (#".\"#, "."),
      ("/posix/./a", "/posix/./a"), ("posix/../a", "posix/../a"),
    ])
  func hostPaths(text: String, path: String) throws {
    let table = try Self.table()
    let expected: FilePath = text == #"c:\a\..\b\.\c"# ? "/b/c" : FilePath(path)
    if WindowsPath.describes(text.utf8) {
      #expect(
        try table.hostPath(of: WindowsPath(text.utf8), workingDirectory: "/home/me") == expected)
    } else {
      #expect(try table.hostPath(text.utf8) == expected)
    }
  }

  @Test("S2: drive-relative and root-relative paths on another drive than C:")
  func otherDrive() throws {
    let table = try Self.table()
    func path(_ text: String) throws -> FilePath {
      try table.hostPath(of: WindowsPath(text.utf8), workingDirectory: "/mnt/data/x/y")
    }
    #expect(try path("D:File") == "/mnt/data/x/y/File")
    #expect(try path(#"D:..\File"#) == "/mnt/data/x/File")
    #expect(try path(#"\File"#) == "/mnt/data/File")
    #expect(throws: BindlinkError.self) { try path(#"D:..\..\..\File"#) }
  }

  @Test(
    "S2: a drive or share without an entry, and more '..' than names, are EINVAL",
    arguments: [
      (#"E:\x"#, "E:"), ("E:x", "E:"), (#"\\machineB\other\x"#, #"\\machineB\other"#),
      (#"\\other\share"#, #"\\other\share"#), (#"C:\a\..\..\b"#, "'..'"), (#"\..\b"#, "'..'"),
      (#"D:\.."#, "'..'"), ("a\0\\b", "NUL"),
    ])
  func unknown(text: String, part: String) throws {
    let table = try Self.table()
    let error = #expect(throws: BindlinkError.self) { try table.hostPath(text.utf8) }
    #expect(error?.errno == .invalidArgument && error?.rule == "S2")
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test("S2: the working directory of the process counts for the text form")
  func processWorkingDirectory() throws {
    let here = try FilePath(".").resolved()
    #expect(try DriveTable().hostPath("C:File.txt".utf8) == here.appending("File.txt"))
  }

  @Test("S2: C: is / unless said otherwise")
  func driveC() throws {
    var table = DriveTable()
    #expect(table.directory(ofDrive: "c") == "/")
    #expect(table.directory(ofDrive: "D") == nil)
    #expect(table.entries.isEmpty)
    try table.set("c:", to: "/drive")
    #expect(table.directory(ofDrive: "C") == "/drive")
    #expect(try table.hostPath(#"C:\x"#.utf8) == "/drive/x")
  }

  @Test("S2: one table takes over what another says")
  func merging() throws {
    var table = try DriveTable(parsing: #"D:=/d;E:=/e;\\s\x=/x"#.utf8)
    table.merge(try DriveTable(parsing: #"e:\=/other;\\S\Y=/y"#.utf8))
    #expect(
      table.entries.map { "\(String(bytes: $0.name))=\($0.directory)" } == [
        "D:=/d", "E:=/other", #"\\s\x=/x"#, #"\\s\y=/y"#,
      ])
  }

  @Test(
    "S2: a table that cannot be understood is EINVAL",
    arguments: [
      "D:", "D:=", "D:=relative", "D=/d", "=/d", #"\\server=/d"#, #"D:\x=/d"#, #"x\y=/d"#,
      #"\x=/d"#, "D:=/a\0b",
    ])
  func badTables(text: String) {
    let error = #expect(throws: BindlinkError.self) { try DriveTable(parsing: text.utf8) }
    #expect(error?.errno == .invalidArgument && error?.rule == "S2")
  }

  @Test(
    "S2: what a link stores; a root-relative target leads to the root of the view",
    arguments: [
      (#"..\theta"#, nil, "../theta"), ("../theta", nil, "../theta"), (#"a\.\..\b"#, 2, "a/./../b"),
      (#"\Windows\System32"#, nil, "/Windows/System32"), (#"\"#, nil, "/"),
      (#"\Windows\System32"#, 0, "Windows/System32"), (#"\"#, 0, "."),
      (#"\Windows\System32"#, 2, "../../Windows/System32"), (#"\"#, 1, ".."),
      ("C:File.txt", 2, "/home/me/File.txt"), (#"D:\a"#, 2, "/mnt/data/a"),
      (#"\\machineB\share\a"#, nil, "/srv/share/a"), ("/a//b/", 1, "/a//b/"), ("", nil, ""),
    ] as [(String, Int?, String)])
  func storedTargets(text: String, depth: Int?, stored: String) throws {
    let bytes = try LinkTarget(text).stored(
      drives: try Self.table(), depthInView: { depth }, workingDirectory: { "/home/me" })
    #expect(String(bytes: bytes) == stored)
  }

  @Test("S2: POSIX targets are stored byte for byte, whatever they look like")
  func posixTargets() throws {
    func stored(_ text: [UInt8]) throws -> [UInt8] {
      try LinkTarget.posix(text).stored(
        drives: DriveTable(), depthInView: { 1 }, workingDirectory: { "/" })
    }
    for text in [#"a\b"#, "C:x", "\u{FF}//x/."] {
      #expect(try stored(Array(text.utf8)) == Array(text.utf8))
    }
    #expect(try stored([0xFF, 0x5C]) == [0xFF, 0x5C])
    #expect(throws: BindlinkError.self) { try stored([0x61, 0]) }
  }
}

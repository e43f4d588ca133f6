// Results for C programs, and C programs' arguments: what goes out and comes in again is the same.
import Bindlink
import CBindlink
import Glibc
import SystemPackage
import Testing

@testable import BindlinkLibrary

@Suite struct ResultTests {
  static let tables: [Configuration] = {
    var link = BindLink("/a b", backing: "/host/\u{FC}ber", isReadOnly: true, isMerged: true)
    link.createsParents = true
    link.keepsSymbolicLinksInside = true
    link.exceptions = ["*.pem", ExceptionLine(bytes: [0xFF, 0xFE, 1])]
    link.inherited = [
      InheritedExceptions(base: "/", exceptions: []),
      InheritedExceptions(base: "/sub", exceptions: ["x", "!y"]),
    ]
    var full = Configuration()
    full.links = [link, BindLink("/", backing: "/")]
    full.exceptions = ["**/.env"]
    full.anchorExceptions = ["/etc", "/root"]
    full.anchor = .directory("/srv")
    full.createsParents = true
    var empty = Configuration()
    empty.links = []
    empty.exceptions = []
    empty.anchorExceptions = []
    empty.anchor = View.Anchor.none
    var other = Configuration()
    other.anchor = .underMountpoint
    return [Configuration(), full, empty, other]
  }()

  @Test(
    "C6, C8: a table that goes out to a C program and comes in again is the same", arguments: tables
  )
  func table(_ table: Configuration) throws {
    let result = unsafe ResultBlock(table).allocate(as: bindlink_table.self)!
    defer { unsafe bindlink_free(result) }
    #expect(try unsafe Configuration(UnsafePointer(result)) == table)
  }

  @Test func error() {
    let error = BindlinkError(
      "cannot do", "it\nfails", .fileExists, rule: "C1", subject: "/\u{FC}", remedy: "try")
    let block = ResultBlock(error, windowsCode: error.windowsError.rawValue)
    let result = unsafe block.allocate(as: bindlink_error.self)!
    defer { unsafe bindlink_free(result) }
    let members = unsafe [
      result.pointee.message, result.pointee.what, result.pointee.why, result.pointee.rule,
      result.pointee.subject, result.pointee.remedy,
    ].map { unsafe $0.map { unsafe String(cString: $0) } }
    #expect(
      members == [
        "cannot do: it\\nfails; try (EEXIST, C1)", "cannot do", "it\nfails", "C1", "/\u{FC}", "try",
      ])
    #expect(unsafe result.pointee.number == EEXIST)
    #expect(unsafe result.pointee.windows_code == UInt32(ERROR_ALREADY_EXISTS))
    #expect(unsafe result.pointee.exit_status == 1)
  }

  @Test func absentTextIsNull() {
    let block = ResultBlock(BindlinkError("a", "b", .ioError), windowsCode: 0)
    let result = unsafe block.allocate(as: bindlink_error.self)!
    defer { unsafe bindlink_free(result) }
    #expect(unsafe result.pointee.rule == nil && result.pointee.subject == nil)
    #expect(unsafe result.pointee.remedy == nil)
  }

  @Test func wideText() throws {
    let cow: [WCHAR] = [0x61, 0xD83D, 0xDC2E, 0]
    #expect(try unsafe bytes(cow, "text") == Array("a\u{1F42E}".utf8))
    for lone: [WCHAR] in [[0xD83D, 0], [0xDC2E, 0], [0xDC2E, 0xD83D, 0], [0xD83D, 0x61, 0]] {
      #expect(throws: BindlinkError.self) { _ = try unsafe bytes(lone, "text") }
    }
  }
}

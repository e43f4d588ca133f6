// C1, C2: one virtual path, however it is spelled.

import BindlinkMap
import Testing

@Suite struct VirtualPathTests {
  @Test(
    "C2: spellings", arguments: ["/src", "/src/", "/src/.", "//src", "/x/../src", "/./src//"])
  func folds(spelling: String) throws {
    #expect(try path(spelling).bytes == Array("/src".utf8))
  }

  @Test("C1: refused", arguments: ["", "src", "./src", "/..", "/a/../..", "/a\0b"])
  func refuses(spelling: String) {
    #expect {
      try path(spelling)
    } throws: { error in
      (error as? LinkError)?.errno == .invalid && (error as? LinkError)?.rule == "C1"
    }
  }

  @Test("C2: names are added and taken away") func rootHasNoParent() throws {
    #expect(VirtualPath.root.description == "/")
    #expect(VirtualPath.root.parent == nil)
    #expect(try path("/a").parent == .root)
    #expect(try path("/a/b").parent == path("/a"))
    #expect(try path("/a").appending(Array("b".utf8)) == path("/a/b"))
    #expect(try path("/a/../..hidden/...").description == "/..hidden/...")
  }

  @Test("E2: prefixes are whole components") func prefixes() throws {
    let directory = try path("/v/Ba")
    #expect(directory.isPrefix(of: directory))
    #expect(VirtualPath.root.isPrefix(of: directory))
    #expect(try directory.isPrefix(of: path("/v/Ba/x")))
    #expect(try !directory.isPrefix(of: path("/v/Baz")))
    #expect(try !directory.isPrefix(of: path("/v")))
  }

  @Test("R5: bytes that are no text") func bytes() throws {
    let raw: [UInt8] = [0x2f, 0xff, 0xfe, 0x2f, 0x41]
    #expect(try VirtualPath(lexical: raw).bytes == raw)
  }
}

// What `--json` prints: the keys, their order, and bytes that are not UTF-8.
import Bindlink
import Foundation
import SystemPackage
import Testing

@testable import BindlinkCommand

@Suite struct JSONTests {
  @Test(arguments: [
    "plain", "\"quoted\" \\ \n\t\u{1}\u{7F}", "é\u{1F600}\u{2028}", "\u{10FFFF}",
  ])
  func textsAreReadBack(text: String) throws {
    let line = JSONValue.list([.text(text), .null, .flag(true)]).line
    let values = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
    #expect(values.first as? String == text)
    #expect(line.hasSuffix(", null, true]"))
    #expect(!line.contains("\n"))
  }

  @Test func bytesBecomePrivateCharacters() {
    let path = FilePath(bytes: Array("/a".utf8) + [0x80, 0xFF])
    #expect(JSONValue.text(path.text).line == #""/a\udbff\udf80\udbff\udfff""#)
  }

  @Test func listsAreOneValueALine() {
    #expect(JSONValue.list([]).lines == "[]")
    #expect(JSONValue.list([.flag(true), .null]).lines == "[\n  true,\n  null\n]")
  }
}

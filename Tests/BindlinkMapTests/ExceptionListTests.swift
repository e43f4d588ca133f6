// E2, E4: what a list's lines mean, and which are refused.

import BindlinkMap
import Testing

@Suite struct ExceptionListTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let lines: [String]
    let excepts: [String]
    let keeps: [String]

    init(_ lines: [String], excepts: [String], keeps: [String]) {
      self.lines = lines
      self.excepts = excepts
      self.keeps = keeps
    }

    var testDescription: String { "\(lines)" }
  }

  /// A path with a trailing slash is a directory.
  static let cases = [
    Case(
      ["secrets"], excepts: ["secrets", "a/secrets/", "secrets/x"], keeps: ["secret", "xsecrets"]),
    Case(["/secrets"], excepts: ["secrets", "secrets/"], keeps: ["a/secrets"]),
    Case(["a/b"], excepts: ["a/b", "a/b/c"], keeps: ["a", "b", "x/a/b", "a/bc"]),
    Case(["build/"], excepts: ["build/", "a/build/"], keeps: ["build", "a/build"]),
    Case(["/a/b/"], excepts: ["a/b/"], keeps: ["a/b", "a/"]),
    Case(["*.pem"], excepts: ["x.pem", ".pem", "a/b/x.pem"], keeps: ["pem", "x.pem2"]),
    Case(["**/name"], excepts: ["name", "a/name", "a/b/name"], keeps: ["names"]),
    Case(["**/**/name"], excepts: ["name", "a/b/name"], keeps: ["a/names"]),
    Case(["name/**"], excepts: ["name/x", "name/x/y/"], keeps: ["name/", "name", "a/name/x"]),
    Case(["a/**/b"], excepts: ["a/b", "a/x/b", "a/x/y/b"], keeps: ["a/xb", "b", "x/a/b"]),
    Case(["a/**/"], excepts: ["a/x/", "a/x/y"], keeps: ["a/x", "a/"]),
    Case(["a/***/b"], excepts: ["a/b", "a/x/b"], keeps: ["a/x"]),
    Case(["a/x**/b"], excepts: ["a/x/b", "a/xy/b"], keeps: ["a/xy/z/b", "a/b"]),
    Case(["/*/x"], excepts: ["a/x", ".a/x"], keeps: ["x", "a/b/x"]),
    Case(["**/a/b"], excepts: ["a/b", "x/a/b", "a/a/b"], keeps: ["a/x/b"]),
    Case(["**/a/*/a/b"], excepts: ["a/x/a/b", "a/a/a/x/a/b"], keeps: ["a/a/b"]),
    Case(["a?c"], excepts: ["abc", "a.c"], keeps: ["ac", "abbc", "a/c"]),
    Case(["[a-c]x"], excepts: ["ax", "cx"], keeps: ["dx", "-x"]),
    Case(["[!a]x", "[^b]y"], excepts: ["bx", "ay"], keeps: ["ax", "by"]),
    Case(["[]-]"], excepts: ["]", "-"], keeps: ["a"]),
    Case(["[[:digit:][:upper:]]"], excepts: ["7", "Q"], keeps: ["q", ":"]),
    Case(["[[:a]"], excepts: ["[", ":", "a"], keeps: ["b"]),
    Case([#"[\]]"#, #"[a-\c]!"#], excepts: ["]", "b!"], keeps: [#"\"#, "d!"]),
    Case(["\\#a", "\\!b", "\\*"], excepts: ["#a", "!b", "*"], keeps: ["a", "b", "c"]),
    Case(["# comment", "", "   ", "\r", "a"], excepts: ["a"], keeps: ["# comment", "comment"]),
    Case(["a  ", #"b\ "#, "c\r", "d \r"], excepts: ["a", "b ", "c", "d"], keeps: ["b", "a  "]),
    Case([" a"], excepts: [" a"], keeps: ["a"]),
    Case(["/a", "!/a"], excepts: [], keeps: ["a", "a/b"]),
    Case(["!/a", "/a"], excepts: ["a", "a/b"], keeps: ["b"]),
    Case(["*", "!keep"], excepts: ["a", "a/keep"], keeps: ["keep"]),
    Case(["a/*", "!a/keep"], excepts: ["a/x"], keeps: ["a/", "a/keep", "a/keep/x"]),
    Case(["a/", "!a/keep"], excepts: ["a/", "a/keep"], keeps: ["a"]),
    Case(["x", "!x/"], excepts: ["x", "a/x"], keeps: ["x/", "a/x/"]),
    Case([#"a\/b"#], excepts: ["a/b"], keeps: ["b"]),
    Case(["/**"], excepts: ["a", "a/b"], keeps: []),
    Case(["**/"], excepts: ["a/", "b/a/", "a/b"], keeps: ["a"]),
    Case(["É"], excepts: ["É"], keeps: ["é", "E\u{301}"]),
  ]

  @Test("E4: gitignore's rules", arguments: cases)
  func means(_ this: Case) throws {
    let list = try list(this.lines)
    for (paths, expected) in [(this.excepts, true), (this.keeps, false)] {
      for path in paths {
        let components = path.split(separator: "/").map { Array($0.utf8) }
        let actual = try isExcepted(
          components, isDirectory: path.hasSuffix("/"), by: list)
        #expect(actual == expected, "\(path)")
      }
    }
  }

  static let flawed = [
    "[a", "a/[", "[]", "[!]", "[a/b]", "a\\", "/", "!", "!/", "//", "a//b", "//a", "a//", "./a",
    "a/../b", "..", "[[:none:]]", "a\0b", #"[\"#, #"\/a"#, #"a\/"#,
  ]

  @Test("E4: what matches nothing is refused", arguments: flawed)
  func refuses(line: String) throws {
    var list = try list(["kept"])
    let error = #expect(throws: LinkError.self) { try list.append(line: line.utf8) }
    #expect(error?.errno == .invalid)
    #expect(error?.rule == "E4")
    #expect(error?.subject == line)
    let file = "fine\n\(line)\n"
    let inFile = #expect(throws: LinkError.self) { try list.append(contentsOf: file.utf8) }
    #expect(inFile?.reason.hasSuffix("(line 2)") == true)
    #expect(list.rules.map(\.source) == [Array("kept".utf8)])
  }

  @Test("E4: a file is read line by line") func readsAFile() throws {
    var list = ExceptionList()
    try list.append(contentsOf: "\u{feff}# keys\r\n*.pem\r\n\r\n/b\n!/c/d/".utf8)
    #expect(
      list.rules.map { String(decoding: $0.source, as: UTF8.self) } == ["*.pem\r", "/b", "!/c/d/"])
    #expect(list.rules.map(\.isPath) == [false, true, false])
    #expect(list.rules.map(\.isNegated) == [false, false, true])
    #expect(list.rules.map(\.directoriesOnly) == [false, false, true])
  }

  @Test(
    "R8, E4: an anchored line without wildcards is an exception path",
    arguments: [
      ("/a", true), ("a/b/", true), (#"/a\*"#, true), ("a", false), ("a/", false), ("/a*", false),
      ("!/a", false), ("**/a", false), ("/a/**", false),
    ])
  func recognisesPaths(line: String, isPath: Bool) throws {
    #expect(try list([line]).rules[0].isPath == isPath)
  }

  @Test(
    "E4, R5: a literal path reads back as itself",
    arguments: [
      "a/b", "*", "a?[b]", "!x", "#x", #"back\slash"#, "space ", " a/b ", "cr\r", "**/x",
    ])
  func writesPaths(path: String) throws {
    let components = path.split(separator: "/").map { Array($0.utf8) }
    var literal = ExceptionList()
    try literal.append(path: components)
    #expect(literal.rules[0].isPath)
    var read = ExceptionList()
    try read.append(line: literal.rules[0].source)
    #expect(read == literal)
    #expect(read.rules[0].isPath)
    #expect(try isExcepted(components, isDirectory: false, by: read))
  }

  @Test(
    "E2: an exception lies strictly below its link",
    arguments: [
      [], [""], [".."], ["a", "..", "b"], ["."], ["a/b"], ["a\0"],
    ])
  func refusesPaths(components: [String]) {
    var list = ExceptionList()
    let error = #expect(throws: LinkError.self) {
      try list.append(path: components.map { Array($0.utf8) })
    }
    #expect(error?.errno == .invalid)
    #expect(error?.rule == "E2")
    #expect(list.isEmpty)
  }

  /// Random bytes, of which many are pattern syntax.
  @Test("E4, R5: any bytes are a rule or are refused") func parsesAnyBytes() throws {
    var random = SeededGenerator(seed: 7)
    let syntax = Array(#"*?[]!^-\/#: ab"#.utf8) + [0, 10, 13, 0xff]
    var accepted = 0
    for _ in 0..<4000 {
      let bytes = random.list(0...12) {
        $0.chance(90) ? $0.pick(syntax) : UInt8.random(in: 0...255, using: &$0)
      }
      var list = ExceptionList()
      do throws(LinkError) {
        try list.append(line: bytes)
        accepted += 1
        let name = random.list(1...6) { $0.pick(syntax) }
        _ = try? isExcepted([name, name], isDirectory: false, by: list)
      } catch {
        #expect(error.errno == .invalid)
        #expect(list.isEmpty)
      }
    }
    #expect(accepted > 400)
  }

  @Test("E4: many stars take no exponential time") func manyStarsTakeNoExponentialTime() throws {
    let pattern = String(repeating: "a*", count: 120) + "b"
    let list = try list([pattern, String(repeating: "**/a*/", count: 40) + "b"])
    let name = [UInt8](repeating: UInt8(ascii: "a"), count: 255)
    let deep = [[UInt8]](repeating: name, count: 60)
    #expect(try !isExcepted(deep, isDirectory: true, by: list))
  }
}

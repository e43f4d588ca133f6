// Configuration files: every key, every way to get one wrong with its place, and export's text.
import Bindlink
import BindlinkConfiguration
import SystemPackage
import Testing

@Suite struct ConfigurationFileTests {
  private func file(_ text: String) -> ConfigurationFile { file(Array(text.utf8)) }

  private func file(_ text: [UInt8]) -> ConfigurationFile {
    ConfigurationFile(
      parsing: text, named: "c.yaml", directory: "/conf",
      environment: ["HOME": "/home/me", "NAME": "value", "EMPTY": ""])
  }

  @Test func readsEveryKey() throws {
    let configuration = try file(
      """
      except: ["**/id_rsa"]
      anchor: none
      anchor-except: [/private]
      parents: true
      cache: auto
      drives:
        "D:": data
        \\\\machineB\\share: ~/share
      links:
        - virtual: /
          backing: ~/project
          except: ["**/.env", "*.pem", /.git/hooks]
        - virtual: /docs
          backing: notes
          read-only: true
          merged: false
          parents: false
          keep-symlinks-inside: true
          inherited:
            - base: /sub
              except: ["!a"]
      """
    ).get()
    var expected = Configuration()
    expected.exceptions = ["**/id_rsa"]
    expected.anchor = View.Anchor.none
    expected.anchorExceptions = ["/private"]
    expected.createsParents = true
    expected.cache = .auto
    expected.drives = try DriveTable(
      parsing: #"D:=/conf/data;\\machineB\share=/home/me/share"#.utf8)
    expected.links = [
      BindLink(
        "/", backing: "/home/me/project", exceptions: ["**/.env", "*.pem", "/.git/hooks"]),
      BindLink(
        "/docs", backing: "/conf/notes", isReadOnly: true, createsParents: false,
        keepsSymbolicLinksInside: true,
        inherited: [InheritedExceptions(base: "/sub", exceptions: ["!a"])]),
    ]
    #expect(configuration == expected)
  }

  @Test(arguments: ["", "# nothing\n", "{}", "---\n...\n"])
  func whatIsAbsentIsNotSaid(text: String) throws {
    let file = file(text)
    #expect(file.problems.isEmpty == (text != "---\n...\n"))
    #expect(file.configuration == Configuration())
  }

  @Test func jsonIsYAML() throws {
    let configuration = try file(
      #"{"links": [{"virtual": "/a", "backing": "/b", "merged": true}], "except": []}"#
    ).get()
    #expect(configuration.links == [BindLink("/a", backing: "/b", isMerged: true)])
    #expect(configuration.exceptions == [])
    #expect(configuration.anchorExceptions == nil)
  }

  @Test(
    arguments: [
      ("~", nil), ("\"~\"", "/home/me"), ("~/x", "/home/me/x"), ("~other/x", "/conf/~other/x"),
      ("${NAME}/x", "/conf/value/x"), ("/${NAME}${NAME}", "/valuevalue"), ("/$NAME", "/$NAME"),
      ("/$${NAME}", "/${NAME}"), ("/$$${NAME}", "/$${NAME}"), ("/a$", "/a$"),
      ("${HOME}", "/home/me"),
      ("../x", "/conf/../x"), ("${EMPTY}", nil), ("${NONE}", nil), ("${", nil), ("${}", nil),
      ("${1A}", nil), ("${NAME", nil), ("\"\"", nil),
    ] as [(String, FilePath?)])
  func expandsBackings(text: String, path: FilePath?) {
    let file = file(
      "links: [{virtual: /v, backing: '\(text)'}]".replacing("'\"", with: "\"")
        .replacing("\"'", with: "\"").replacing("'~'", with: "~"))
    #expect(file.configuration.links?.first?.backing == path, "\(file.problems)")
    #expect(file.problems.isEmpty == (path != nil))
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }

    var testDescription: String { text }
  }

  @Test(arguments: [
    Wrong("lnks: []", "c.yaml:1:1: there is no key 'lnks' (EINVAL)"),
    Wrong(
      "except: []\nexcept: []",
      "c.yaml:2:1: the key 'except' stands twice, first in line 1 (EINVAL)"),
    Wrong(
      "parents: true\nlinks:\n  - virtual: /a\n    backing: /b\n    backing: /c\nparents: false",
      "c.yaml:5:5: the key 'backing' stands twice, first in line 4 (EINVAL)",
      "c.yaml:6:1: the key 'parents' stands twice, first in line 1 (EINVAL)"),
    Wrong(
      #"{"links": [], "except": [], "links": []}"#,
      "c.yaml:1:30: the key 'links' stands twice, first in line 1 (EINVAL)"),
    Wrong("links:", "c.yaml:1:7: 'links' is empty, not a list (EINVAL)"),
    Wrong("links: 3", "c.yaml:1:8: 'links' is a number, not a list (EINVAL)"),
    Wrong("links: [3]", "c.yaml:1:9: a link is a number, not a set of keys and values (EINVAL)"),
    Wrong("[]", "c.yaml:1:1: the file is a list, not a set of keys and values (EINVAL)"),
    Wrong("parents: yes", "c.yaml:1:10: 'parents' is a text, not true or false (EINVAL)"),
    Wrong("anchor: true", "c.yaml:1:9: 'anchor' is true or false, not a text: quote it (EINVAL)"),
    Wrong("anchor: [a]", "c.yaml:1:9: 'anchor' is a list, not a text (EINVAL)"),
    Wrong("except: a", "c.yaml:1:9: 'except' is a text, not a list (EINVAL)"),
    Wrong("except: [1]", "c.yaml:1:10: 'except' is a number, not a text: quote it (EINVAL)"),
    Wrong(
      "except: [!a b]", "c.yaml:1:10: 'except' is of the type !a, not a text: quote it (EINVAL)"),
    Wrong("except: [\"a[\"]", "c.yaml:1:10: a[ has a [ without its ] (EINVAL, E4)"),
    Wrong(
      "cache: [auto]", "c.yaml:1:8: 'cache' is a list, not a text (EINVAL)"
    ),
    Wrong("drives: [a]", "c.yaml:1:9: drives is a list, not a set of keys and values (EINVAL)"),
    Wrong(
      "drives: {D: /d}",
      "c.yaml:1:13: cannot use the drive 'D': it is more than a drive or a share (EINVAL, S2)"),
    Wrong("drives: {\"D:\": /d, \"d:\": /e}", "c.yaml:1:26: 'd:' stands twice (EINVAL)"),
    Wrong("cache: maybe", "c.yaml:1:8: 'cache' is 'maybe', not auto, always or never (EINVAL)"),
    Wrong(
      "links:\n- {}", "c.yaml:2:3: the link has no 'virtual' (EINVAL)",
      "c.yaml:2:3: the link has no 'backing' (EINVAL)"),
    Wrong(
      "links:\n- {virtual: a, backing: /b}", "c.yaml:2:13: a is not absolute (EINVAL, C1)"),
    Wrong(
      "links:\n- {virtual: /a, backing: /b}\n- {virtual: //a/, backing: /c}",
      "c.yaml:3:13: there are two links at /a, the first in line 2 (EEXIST, C1)"),
    Wrong(
      "links: [{virtual: /a, backing: '${NO}/b'}]",
      "c.yaml:1:32: the variable NO is not set, in 'backing' (EINVAL)"),
    Wrong(
      "links: [{virtual: /a, backing: /b, except-from: none}]",
      "c.yaml:1:49: /conf/none does not exist (ENOENT, E4)"),
    Wrong(
      "links: [{virtual: /a, backing: /b, inherited: [{base: /}]}]",
      "c.yaml:1:48: the inherited list lacks 'base' or 'except' (EINVAL)"),
    Wrong(
      "é: 1\nlinks: [{virtual: ä, backing: 2}]", "c.yaml:1:1: there is no key 'é' (EINVAL)",
      "c.yaml:2:19: ä is not absolute (EINVAL, C1)",
      "c.yaml:2:31: 'backing' is a number, not a text: quote it (EINVAL)"),
  ])
  func saysWhatIsWrongAndWhere(wrong: Wrong) {
    #expect(file(wrong.text).problems.map(\.error.description) == wrong.problems)
  }

  @Test(arguments: [
    ("a: [", 2, 1), ("a: b: c", 1, 5), ("\ta: 1", 1, 1), ("a: *b", 1, 4), ("a: \"", 1, 5),
    ("a: 1\n---\nb: 2", 2, 1), ("ab: \u{7}", 1, 5),
  ])
  func saysWhereItIsNoYAML(text: String, line: Int, column: Int) throws {
    let problems = file(text).problems
    let problem = try #require(problems.first)
    #expect(problems.count == 1)
    #expect(problem.line == line && problem.column == column, "\(problem.error)")
    #expect(problem.reason.hasPrefix("this is no YAML: "))
    #expect(problem.error.exitStatus == .failed)
  }

  @Test func saysWhereItIsNotUTF8() throws {
    let problem = try #require(file(Array("a:\n é".utf8) + [0xFF]).problems.first)
    #expect(problem.error.description == "c.yaml:2:3: this is not UTF-8 (EINVAL)")
  }

  @Test func deepNestingIsRefused() throws {
    let problems = file(String(repeating: "[", count: 100_000)).problems
    #expect(problems.count == 1)
  }

  @Test func exportedTextIsReadAsTheSame() throws {
    var configuration = Configuration()
    configuration.exceptions = ["**/a", "!b", "#c", "d ", "\"e\"\\\\", "\u{1}\u{2028}é", "${NAME}"]
    configuration.anchorExceptions = []
    configuration.anchor = .directory("/a ${NAME} $${b} ~")
    configuration.drives = try DriveTable(parsing: #"D:=/d ${x};\\s é\t=/s"#.utf8)
    let name = FilePath(bytes: Array("/a".utf8) + [0xFF, 0xC3] + Array("\n$${".utf8))
    configuration.links = [
      BindLink(
        name, backing: name, isReadOnly: true, isMerged: true, createsParents: true,
        keepsSymbolicLinksInside: true, exceptions: [ExceptionLine(bytes: [0x61, 0x80]), "/x"],
        inherited: [InheritedExceptions(base: name, exceptions: ["a"])]),
      BindLink("/b", backing: "/none", createsParents: false),
    ]
    let text = configuration.yaml
    let again = file(text)
    #expect(again.problems.isEmpty)
    #expect(again.configuration == configuration, "\(text)")
    #expect(again.configuration.yaml == text)
    #expect(try file(Configuration().yaml).get() == Configuration())
  }

  @Test func tenThousandLinksAreRead() throws {
    var configuration = Configuration()
    configuration.links = (0..<10_000).map {
      BindLink(
        FilePath("/d/l\($0)"), backing: FilePath("/data/\($0)"), createsParents: true,
        exceptions: ["*.o"])
    }
    #expect(try file(configuration.yaml).get() == configuration)
  }
}

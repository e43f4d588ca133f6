// Exception lists against git itself: at a link that stands at "/", a path is excepted exactly if
// git ignores it (E4).
//
// Left out of the generator, since the map differs on purpose:
// - what git takes and never matches, the map refuses: an unclosed "[", an unknown class, a lone
//   trailing backslash, "/" and "!" alone, "/" inside of "[...]", empty components, "." and "..";
// - "a/x**/b": git's matcher, against its own document, lets such stars cross a "/";
// - "a\/**\/b": an escaped slash after "**" keeps git from taking it for no component at all.

import BindlinkMap
import Foundation
import Testing

@Suite(.enabled(if: GitRepository.isInstalled, "git is not installed"))
struct GitComparisonTests {
  @Test("E4: what git ignores is excepted", arguments: 0..<6 as Range<UInt64>)
  func ignoresWhatGitIgnores(seed: UInt64) throws {
    var random = SeededGenerator(seed: 0x617 &+ seed)
    let repository = try GitRepository(paths: random.list(40...40) { Self.path(&$0) })
    defer { repository.remove() }
    var excepted = 0
    for number in 0..<40 {
      let lines = random.list(1...6) { Self.line(&$0) }
      let file = Array((lines.joined(separator: random.pick(["\n", "\r\n"])) + "\n").utf8)
      let ignored = try repository.ignored(by: file)
      var list = ExceptionList()
      try list.append(contentsOf: file)
      for entry in repository.entries {
        let expected = ignored.contains(entry.path)
        let actual = try isExcepted(entry.path, isDirectory: entry.isDirectory, by: list)
        excepted += actual ? 1 : 0
        if actual != expected {
          Issue.record(
            """
            seed \(seed), list \(number), \(lines): git \(expected ? "ignores" : "keeps") \
            \(joined([entry.path])[0])\(entry.isDirectory ? "/" : "")
            """)
        }
      }
    }
    #expect(excepted > 500)
  }

  private static let names = [
    "a", "b", "ab", "a.c", ".d", "B", "a b", "#x", "!y", "x ", "[z]", "a*b", "é", "d9", "back\\s",
  ]

  private static func path(_ random: inout SeededGenerator) -> [String] {
    random.list(1...4) { $0.chance(70) ? $0.pick(Array(names.prefix(5))) : $0.pick(names) }
  }

  private static func line(_ random: inout SeededGenerator) -> String {
    if random.chance(8) { return random.pick(["", "# a", "   ", "#", "a  ", "x\\ ", "x\\  "]) }
    let plain = ["a", "b", "ab", "a.c", ".d", "a b", "B"]
    let wild = [
      "*", "?", "a*", "*b", "*.c", ".*", "?b", "[ab]", "[!a]", "[^a]*", "[a-c]", "[]x!-]*",
      "\\a", "*a*b*", "[[:alpha:]]", "[[:alpha:][:digit:]]*", "[[]z]", "\\[z\\]", "a\\*b", "?y",
      "\\#x", "\\!y", "[[:punct:]]?", "*\\ *", "??", "d[0-9]", "[\\]z]*", "back\\\\s", "***",
      "[[:a]*", "[a-]*", "[z-a]", "é", "[!-~]*",
    ]
    let parts = random.list(1...4) { random in
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5: random.pick(plain)
      case 5..<8: random.pick(wild)
      default: "**"
      }
    }
    let separator = !parts.contains("**") && random.chance(8) ? "\\/" : "/"
    return (random.chance(25) ? "!" : "") + (random.chance(40) ? "/" : "")
      + parts.joined(separator: separator) + (random.chance(25) ? "/" : "")
  }
}

/// An empty repository with files and directories.
private struct GitRepository {
  struct Entry {
    let path: [[UInt8]]
    let isDirectory: Bool
  }

  let root: URL
  private(set) var entries: [Entry] = []

  private static let program = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static var isInstalled: Bool { program != nil }

  /// The last component of a path is a file unless another path goes through it.
  init(paths: [[String]]) throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("bindlink-git-\(UUID().uuidString)")
    var prefixes: Set<[String]> = []
    for path in paths {
      for count in 1...path.count { prefixes.insert(Array(path.prefix(count))) }
    }
    let parents = Set(prefixes.map { Array($0.dropLast()) })
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for prefix in prefixes.sorted(by: { $0.count < $1.count }) {
      let place = root.path + "/" + prefix.joined(separator: "/")
      if parents.contains(prefix) {
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: false)
      } else {
        try Data().write(to: URL(fileURLWithPath: place))
      }
      entries.append(
        Entry(path: prefix.map { Array($0.utf8) }, isDirectory: parents.contains(prefix)))
    }
    _ = try run(["init", "-q"], input: Data())
  }

  func remove() { try? FileManager.default.removeItem(at: root) }

  func ignored(by file: [UInt8]) throws -> Set<[[UInt8]]> {
    try Data(file).write(to: root.appendingPathComponent(".git/info/exclude"))
    let input = entries.map { $0.path.joined(separator: [UInt8(ascii: "/")]) + [0] }
    let output = try run(
      ["check-ignore", "--no-index", "-z", "--stdin"], input: Data(input.joined()))
    return Set(
      output.split(separator: 0).map { path in
        path.split(separator: UInt8(ascii: "/")).map { Array($0) }
      })
  }

  private func run(_ arguments: [String], input: Data) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program!)
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.environment = [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": root.path,
    ]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: input)
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    // check-ignore says 1 if nothing is ignored.
    try #require(process.terminationStatus <= 1)
    return output
  }
}

// The table of POSIX cases in plain directories: it is deterministic, and it sees something.

import Foundation
import PosixCases
import Testing

@Suite(.serialized) struct PosixCasesTests {
  private func withScratch<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let scratch = FileManager.default.temporaryDirectory.appending(
      path: "posix-cases-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    return try body(scratch)
  }

  @Test(arguments: posixCases) func isDeterministic(_ posixCase: PosixCase) throws {
    try withScratch { scratch in
      let other = scratch.appending(path: "a-longer-name/other")
      try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      #expect(posixCase.differences(between: scratch.path, and: other.path) == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == [])
    }
  }

  @Test func tableIsLarge() {
    #expect(posixCases.count >= 150)
    #expect(Set(posixCases.map(\.name)).count == posixCases.count)
    #expect(posixCases.count { $0.kernelLimit != nil } <= 3)
  }

  /// What POSIX and Linux say, and not merely twice the same.
  @Test(arguments: [
    ("open: a missing name is ENOENT", ["open absent 0x0 ENOENT", "lstat absent ENOENT"]),
    ("open: create, write, read back", ["content f = 'hello'", "pread 10 at 0 = 5 'hello'"]),
    ("open: O_EXCL", ["open f 0xc1 EEXIST", "open dangling 0xc1 EEXIST", "open new 0xc1 ok"]),
    (
      "open: O_APPEND from two descriptors",
      ["content f = 'one1 two1 one2 two2 one3 two3 '", "lseek 0 1 = 25"]
    ),
    (
      "names: 255 bytes are a name, 256 are ENAMETOOLONG",
      ["rmdir nnnnnnnnnnnnnnnnnnnn...[256] ENAMETOOLONG"]
    ),
    (
      "names: a tree deeper than PATH_MAX, by chdir", ["getcwd ENAMETOOLONG", "content l = 'deep'"]
    ),
    (
      "data: an unlinked open file works on",
      ["pread 20 at 0 = 16 'content and more'", "list . = "]
    ),
    ("rename: into its own subdirectory is EINVAL", ["rename d d/e/f 0 EINVAL"]),
    ("link: two names, one object", ["same inode a b: true"]),
    ("symlink: resolution, dangling, loops", ["stat loop1 ELOOP"]),
    ("directory: rmdir's errors", ["rmdir d ENOTEMPTY", "rmdir d/. EINVAL", "rmdir f ENOTDIR"]),
    ("listing: 2,000 entries, each once", ["entries 2000, different 2000"]),
    ("listing: deleting while listing skips nothing", ["deleted 1000", "list . = "]),
    ("node: a FIFO passes data", ["read 7 = 7 'through'", "read 100 = 9 ' the pipe'"]),
    ("lock: flock between two descriptors", ["flock 6 EAGAIN"]),
    ("lock: record locks against another process", ["child sees 0 3 1 = 1"]),
    ("program: a script and a copied binary run", ["run ./script 7 = 7", "run ./binary  = 1"]),
    ("map: a shared store is seen by read", ["pread 10 at 98 = 10 '..stored..'"]),
    (
      "attributes: times are set to the nanosecond",
      ["times f = 1000000000123456789 1100000000987654321"]
    ),
  ])
  func hasTheKnownResults(name: String, expected: [String]) throws {
    let posixCase = try #require(posixCases.first { $0.name == name })
    let lines = try withScratch { posixCase.log(in: $0.path) }
    for line in expected { #expect(lines.contains(line), "\(line) in \(lines)") }
  }

  @Test func logsAreLong() throws {
    let count = try withScratch { scratch in
      posixCases.reduce(0) { $0 + $1.log(in: scratch.path).count }
    }
    #expect(count >= 2500)
  }
}

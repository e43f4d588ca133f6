// Host paths: absolute forms, the home directory, bytes.

import Glibc
import SystemPackage
import Testing

@testable import Bindlink

@Suite struct HostPathTests {
  @Test func anAbsolutePathStaysAsItIs() throws {
    #expect(try FilePath("/a/../b/~").absolute() == "/a/../b/~")
  }

  @Test func aRelativePathStartsInTheWorkingDirectory() throws {
    let text = unsafe getcwd(nil, 0)!
    defer { unsafe free(text) }
    let directory = FilePath(unsafe String(cString: text))
    #expect(try FilePath("a/b").absolute() == directory.appending("a/b"))
    #expect(try FilePath("a~/b").absolute() == directory.appending("a~/b"))
  }

  @Test func aTildeIsTheHomeDirectory() throws {
    let home = unsafe getenv("HOME").map { unsafe String(cString: $0) }
    let expected = try #require(home)
    #expect(try FilePath("~/a").absolute() == FilePath(expected).appending("a"))
    #expect(try FilePath("~").absolute() == FilePath(expected))
  }

  @Test func anEmptyPathIsNone() {
    #expect(throws: Errno.noSuchFileOrDirectory) { try FilePath("").absolute() }
  }

  @Test func bytesSurvive() {
    let bytes = Array("/a/".utf8) + [0xFF, 0xC3]
    #expect(FilePath(bytes: bytes).bytes == bytes)
  }
}

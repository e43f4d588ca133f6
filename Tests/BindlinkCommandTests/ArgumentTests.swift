// From arguments to a view: order, bytes, and the form that mount(8) uses.
import ArgumentParser
import Bindlink
import SystemPackage
import Testing

@testable import BindlinkCommand

@Suite struct ArgumentTests {
  private func view(_ arguments: String...) throws -> View {
    let command = try MountCommand.parse(arguments)
    return try command.view(source: command.paths.count == 2 ? command.paths[0] : nil)
  }

  @Test func exceptionsAreOneOrderedList() throws {
    let view = try view(
      "--except", "a", "--except-from", "b", "-o", "except=c,except-from=d", "/mnt", "--except=!e",
      "--except-from=f")
    #expect(
      view.exceptions == [.rule("a"), .file("b"), .rule("c"), .file("d"), .rule("!e"), .file("f")])
  }

  @Test func aSourceStandsBeforeTheMountpoint() throws {
    #expect(try view("/src", "/mnt") == View(source: "/src"))
    #expect(try view("/mnt") == View())
  }

  @Test func readOnlyCountsWhateverTheMountOptions() throws {
    #expect(try view("/mnt", "--read-only", "-o", "rw").isReadOnly)
  }

  @Test func opensAreWithAMessageUnlessSaidOtherwise() throws {
    #expect(try view("/mnt").options.noOpen == nil)
    #expect(try view("/mnt", "--no-open", "-o", "open").options.noOpen == true)
    #expect(try view("/mnt", "--open").options.noOpen == false)
    #expect(try view("/mnt", "-o", "no_open,open").options.noOpen == false)
  }

  @Test(
    arguments: [
      [0x61], [0xFF], [0xC3, 0xA9], [0x61, 0xC3, 0x28], [0xF4, 0x8F, 0xBF, 0xBF], [],
      [0xED, 0xA0, 0x80], Array("\u{10FF80}é".utf8),
    ] as [[UInt8]])
  func bytesSurviveTheParser(bytes: [UInt8]) throws {
    let encoded = ByteText.encode(bytes)
    #expect(ByteText.decode(encoded) == bytes)
  }

  @Test func aPathThatIsNotTextReachesTheView() throws {
    let path = Array("/a".utf8) + [0xFF]
    let view = try view(ByteText.encode(path), "/mnt")
    #expect(view.source == FilePath(bytes: path))
  }

  @Test func mountHelperTakesWhatMountGives() throws {
    let helper = try MountHelper(parsing: ["/src", "/mnt", "-n", "-o", "rw,nofail,link=/a=/b"])
    #expect(helper.view.source == "/src")
    #expect(helper.view.options.fileSystemName == "/src")
    #expect(helper.view.links == [BindLink("/a", backing: "/b")])
    #expect(helper.mountpoint == "/mnt")
    #expect(!helper.isFake)
  }

  @Test(arguments: ["none", "bindlink", "-"])
  func mountHelperNeedsNoSource(name: String) throws {
    let helper = try MountHelper(parsing: ["-t", "fuse.bindlink", name, "/mnt"])
    #expect(helper.view.source == nil)
    #expect(helper.view.options.fileSystemName == name)
  }

  @Test func mountHelperToleratesOnlyWithSloppy() throws {
    #expect(try MountHelper(parsing: ["-sfnv", "none", "/mnt", "-obogus"]).isFake)
    #expect(throws: BindlinkError.self) {
      try MountHelper(parsing: ["none", "/mnt", "-o", "bogus"])
    }
  }

  @Test(arguments: [["/mnt"], ["a", "b", "c"], ["a", "b", "-x"], ["a", "b", "-o"], []])
  func mountHelperRefusesOtherForms(arguments: [String]) {
    let error = #expect(throws: BindlinkError.self) { try MountHelper(parsing: arguments) }
    #expect(error?.exitStatus == .usage)
  }
}

// Junctions and `createNTFSLink` on plain directories: what is made, what is replaced, what is not.
import Bindlink
import SystemPackage
import Testing

@Suite struct NTFSLinkTests {
  private func scratch() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    try scratch.make(
      "f=new", "d/", "d/x=1", "old=old", "empty/", "full/", "full/y=2", "link>old", "dangling>none",
      "toF>f", "toD>d")
    return scratch
  }

  private func failure(
    _ body: () async throws(BindlinkError) -> Void
  ) async -> BindlinkError? {
    do {
      try await body()
      return nil
    } catch {
      return error
    }
  }

  @Test("J1: a junction outside of views is an absolute symbolic link")
  func junction() async throws {
    let scratch = try scratch()
    #expect(
      try await Junction.create(at: scratch["new"], directory: scratch["d"]) == .symbolicLink)
    #expect(scratch.look("new") == "x")
    #expect(scratch.tree().contains("new>\(scratch["d"])"))
    let made = try await Junction.create(at: scratch["here"], directory: ".")
    #expect(made == .symbolicLink)
    let working = try DriveTable().hostPath("C:.".utf8)
    #expect(scratch.tree().contains { $0.hasPrefix("here>\(working)") }, "\(scratch.tree())")
  }

  @Test(
    "J1: what cannot be a junction",
    arguments: [
      ("new", "f", .notDirectory, "f is not a directory"),
      ("new", "none", .noSuchFileOrDirectory, "none does not exist"),
      ("none/new", "d", .noSuchFileOrDirectory, "none does not exist"),
      ("old", "d", .fileExists, "old exists"), ("empty", "d", .fileExists, "empty exists"),
      ("dangling", "d", .fileExists, "dangling exists"),
    ] as [(String, String, Errno, String)])
  func noJunction(name: String, directory: String, errno: Errno, why: String) async throws {
    let scratch = try scratch()
    let before = scratch.tree()
    let error = await failure { () async throws(BindlinkError) in
      try await Junction.create(at: scratch[name], directory: scratch[directory])
    }
    #expect(error?.errno == errno && error?.rule == "J1", "\(String(describing: error))")
    #expect(error?.why.contains(why) == true, "\(String(describing: error))")
    #expect(scratch.tree() == before)
  }

  @Test("J1: a file gets a hard link, through a symbolic link too", arguments: ["f", "toF"])
  func file(source: String) async throws {
    let scratch = try scratch()
    #expect(
      try await createNTFSLink(source: scratch[source], link: scratch["new"]) == .hardLink)
    #expect(try scratch.identity("new") == scratch.identity("f"))
    #expect(try scratch.identity("f").names == 2)
  }

  @Test("J1: a directory gets a junction, across file systems too")
  func directory() async throws {
    let scratch = try scratch()
    let other = try #require(try ScratchDirectory.elsewhere(than: scratch))
    #expect(
      try await createNTFSLink(source: scratch["d"], link: other["new"]) == .symbolicLink)
    #expect(other.tree() == ["new>\(scratch["d"])"])
    #expect(other.look("new") == "x")
  }

  @Test("J1, H1: a file on another file system is EXDEV", arguments: [false, true])
  func fileElsewhere(overwrite: Bool) async throws {
    let scratch = try scratch()
    let other = try #require(try ScratchDirectory.elsewhere(than: scratch))
    if overwrite { try other.make("new=old") }
    let before = other.tree()
    let error = await failure { () async throws(BindlinkError) in
      try await createNTFSLink(
        source: scratch["f"], link: other["new"], overwrite: overwrite)
    }
    #expect(error?.errno == .improperLink && error?.windowsError == .notSameDevice)
    #expect(other.tree() == before)
  }

  @Test(
    "J1: flag 0 fails where the link exists",
    arguments: ["f", "d"], ["old", "empty", "full", "link", "dangling", "f", "d"])
  func existing(source: String, link: String) async throws {
    let scratch = try scratch()
    let before = scratch.tree()
    let error = await failure { () async throws(BindlinkError) in
      try await createNTFSLink(source: scratch[source], link: scratch[link])
    }
    #expect(error?.errno == .fileExists && error?.rule == "J1")
    #expect(error?.windowsError == .alreadyExists)
    #expect(scratch.tree() == before)
  }

  @Test(
    "J1: flag 1 replaces a file, a symbolic link and an empty directory, and leaves nothing else",
    arguments: ["f", "d"], ["old", "empty", "link", "dangling", "toF", "toD"])
  func replaces(source: String, link: String) async throws {
    let scratch = try scratch()
    let kind = try await createNTFSLink(
      source: scratch[source], link: scratch[link], overwrite: true)
    #expect(kind == (source == "f" ? .hardLink : .symbolicLink))
    #expect(scratch.look(link) == (source == "f" ? "new" : "x"))
    if source == "f" {
      #expect(try scratch.identity(link) == scratch.identity("f"))
    } else {
      #expect(scratch.tree().contains("\(link)>\(scratch["d"])"))
    }
    #expect(
      scratch.tree().filter { !$0.hasPrefix(link) }
        == (try self.scratch()).tree().filter { !$0.hasPrefix(link) })
  }

  @Test("J1: a directory with something in it is never replaced", arguments: ["f", "d"])
  func fullDirectory(source: String) async throws {
    let scratch = try scratch()
    let before = scratch.tree()
    let error = await failure { () async throws(BindlinkError) in
      try await createNTFSLink(source: scratch[source], link: scratch["full"], overwrite: true)
    }
    #expect(error?.errno == .directoryNotEmpty && error?.rule == "J1")
    #expect(scratch.tree() == before)
  }

  @Test(
    "J1: where link and source are one file nothing changes",
    arguments: [
      ("f", "f"), ("f", "other"), ("other", "f"), ("toF", "f"), ("toF", "toF"), ("d", "d"),
      ("toD", "d"), ("toD", "toD"),
    ])
  func sameFile(source: String, link: String) async throws {
    let scratch = try scratch()
    try HardLink.create(at: scratch["other"], existing: scratch["f"])
    let before = scratch.tree()
    #expect(
      try await createNTFSLink(source: scratch[source], link: scratch[link], overwrite: true)
        == nil)
    #expect(scratch.tree() == before)
    #expect(try scratch.identity("f").names == 2)
  }

  @Test("J1: the parent of the link has to be there", arguments: ["f", "d"], [false, true])
  func parent(source: String, overwrite: Bool) async throws {
    let scratch = try scratch()
    for (link, errno) in [("none/new", Errno.noSuchFileOrDirectory), ("old/new", .notDirectory)] {
      let error = await failure { () async throws(BindlinkError) in
        try await createNTFSLink(
          source: scratch[source], link: scratch[link], overwrite: overwrite)
      }
      #expect(error?.errno == errno && error?.windowsError == .pathNotFound)
    }
    #expect(scratch.tree() == (try self.scratch()).tree().map { $0 })
  }

  @Test("J1: the source has to be there", arguments: [false, true])
  func source(overwrite: Bool) async throws {
    let scratch = try scratch()
    let before = scratch.tree()
    for (source, code) in [("none", WindowsError.fileNotFound), ("none/f", .pathNotFound)] {
      let error = await failure { () async throws(BindlinkError) in
        try await createNTFSLink(
          source: scratch[source], link: scratch["old"], overwrite: overwrite)
      }
      #expect(error?.errno == .noSuchFileOrDirectory && error?.windowsError == code)
    }
    #expect(scratch.tree() == before)
  }
}

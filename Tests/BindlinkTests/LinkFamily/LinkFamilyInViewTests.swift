// The link family in a view that this process mounts and serves.
import Foundation
import Synchronization
import SystemPackage
import Testing

@testable import Bindlink

@Suite(.serialized) struct LinkFamilyInViewTests {
  /// A view of "b" at "view", where "l" shows "c".
  private final class MountedScratch: Sendable {
    let scratch: ScratchDirectory
    let view: ViewControl
    private let mounted: MountedView

    init() throws {
      scratch = try ScratchDirectory()
      try scratch.make(
        "b/", "b/f=new", "b/d/", "b/d/x=1", "b/file=old", "b/empty/", "b/full/", "b/full/y=2",
        "b/link>full", "b/dangling>none", "b/deep/", "b/deep/er/", "c/", "c/z=3", "view/")
      var description = View(source: scratch["b"])
      description.links = [BindLink("/l", backing: scratch["c"])]
      let mounted = try description.mount(at: scratch["view"])
      self.mounted = mounted
      view = mounted.control
      Thread.detachNewThread { mounted.serve() }
    }

    func end() { try? mounted.unmount(lazily: true) }

    subscript(_ name: String) -> FilePath { scratch["view/\(name)"] }

    func look(_ name: String) -> String? { scratch.look("view/\(name)") }

    /// "/l -> c" for each link.
    func links() async throws -> [String] {
      try await view.links().map { status in
        "\(status.link.virtualPath) -> \(status.link.backing.lastComponent!)"
      }
    }
  }

  private func withView(_ body: (MountedScratch) async throws -> Void) async throws {
    let view = try MountedScratch()
    defer { view.end() }
    try await body(view)
  }

  private func errno(_ body: () async throws(BindlinkError) -> Void) async -> Errno? {
    do {
      try await body()
      return nil
    } catch {
      return error.errno
    }
  }

  @Test("J1, C4: a junction in a view is a bind link, which writes nothing to disk")
  func junction() async throws {
    try await withView { view async throws in
      let before = view.scratch.tree("b")
      #expect(
        try await Junction.create(at: view["deep/j"], directory: view.scratch["c"]) == .bindLink)
      #expect(view.look("deep/j") == "z")
      #expect(try await view.links() == ["/ -> b", "/deep/j -> c", "/l -> c"])
      #expect(view.scratch.tree("b") == before)
      for name in ["deep/j", "file", "empty", "l"] {
        #expect(
          await errno { () async throws(BindlinkError) in
            try await Junction.create(at: view[name], directory: view.scratch["c"])
          } == .fileExists)
      }
      #expect(
        await errno { () async throws(BindlinkError) in
          try await Junction.create(at: view["none/j"], directory: view.scratch["c"])
        } == .noSuchFileOrDirectory)
    }
  }

  @Test("J1, C3: a junction to a directory of the view shows what that shows")
  func junctionInside() async throws {
    try await withView { view async throws in
      #expect(try await Junction.create(at: view["j"], directory: view["l"]) == .bindLink)
      #expect(view.look("j") == "z")
    }
  }

  @Test("J1: a link beside a view is none in it")
  func beside() async throws {
    try await withView { view async throws in
      #expect(
        try await createNTFSLink(source: view["d"], link: view.scratch["beside"]) == .symbolicLink)
      #expect(view.scratch.look("beside") == "x")
    }
  }

  @Test("J1: in a view a directory gets a bind link, a file a hard link")
  func ntfsLink() async throws {
    try await withView { view async throws in
      #expect(try await createNTFSLink(source: view["d"], link: view["new"]) == .bindLink)
      #expect(view.look("new") == "x")
      #expect(try await createNTFSLink(source: view["f"], link: view["hard"]) == .hardLink)
      #expect(try view.scratch.identity("b/f").names == 2)
      #expect(view.scratch.look("b/hard") == "new" && view.scratch.look("b/new") == nil)
    }
  }

  @Test(
    "J1: flag 0 and 1 in a view where something exists",
    arguments: ["file", "empty", "dangling", "l"])
  func overwrite(name: String) async throws {
    try await withView { view async throws in
      let before = view.look(name)
      #expect(
        await errno { () async throws(BindlinkError) in
          _ = try await createNTFSLink(source: view["d"], link: view[name])
        } == .fileExists)
      #expect(view.look(name) == before)
      let outcome: Errno?
      do throws(BindlinkError) {
        try await createNTFSLink(source: view["d"], link: view[name], overwrite: true)
        outcome = nil
      } catch {
        outcome = error.errno
      }
      // A bind link would stand at the symbolic link's target.
      #expect(outcome == (name == "dangling" ? .fileExists : nil))
      #expect(view.look(name) == (name == "dangling" ? nil : "x"))
    }
  }

  @Test("J1: what is never replaced in a view")
  func kept() async throws {
    try await withView { view async throws in
      for (source, name, expected) in [
        ("d", "full", Errno.directoryNotEmpty), ("f", "full", .directoryNotEmpty),
        ("d", "link", .fileExists), ("f", "l", .resourceBusy),
      ] {
        let before = view.look(name)
        #expect(
          await errno { () async throws(BindlinkError) in
            _ = try await createNTFSLink(source: view[source], link: view[name], overwrite: true)
          } == expected, "\(source) \(name)")
        #expect(view.look(name) == before)
      }
      #expect(try await view.links() == ["/ -> b", "/l -> c"])
    }
  }

  @Test("J1: hard links replace files, symbolic links and empty directories of a view")
  func hardLinks() async throws {
    try await withView { view async throws in
      for name in ["file", "dangling", "link", "empty"] {
        #expect(
          try await createNTFSLink(source: view["f"], link: view[name], overwrite: true)
            == .hardLink)
        #expect(view.look(name) == "new")
      }
      #expect(try view.scratch.identity("b/f").names == 5)
      #expect(!view.scratch.tree("b").contains { $0.contains("bindlink-") })
    }
  }

  @Test("J1: a bind link that shows the source already stays as it is")
  func sameBacking() async throws {
    try await withView { view async throws in
      try await view.view.create(
        BindLink("/same", backing: view.scratch["c"], isReadOnly: true))
      #expect(
        try await createNTFSLink(source: view.scratch["c"], link: view["same"], overwrite: true)
          == nil)
      #expect(
        try await view.view.links().contains {
          $0.link.virtualPath == "/same" && $0.link.isReadOnly
        })
      #expect(
        try await createNTFSLink(source: view["f"], link: view["f"], overwrite: true) == nil)
    }
  }

  @Test("J1, R3: flag 1 replaces a bind link that is dangling, flag 0 does not")
  func danglingBindLink() async throws {
    try await withView { view async throws in
      try FileManager.default.removeItem(atPath: view.scratch["c"].string)
      #expect(view.look("l") == nil)
      #expect(
        await errno { () async throws(BindlinkError) in
          _ = try await createNTFSLink(source: view["d"], link: view["l"])
        } == .fileExists)
      #expect(
        try await createNTFSLink(source: view["d"], link: view["l"], overwrite: true) == .bindLink)
      #expect(view.look("l") == "x")
    }
  }

  @Test(
    "J1: whichever step fails in a view, the old name is not lost",
    arguments: ["file", "empty", "l"], ["f", "d"])
  func faults(name: String, source: String) async throws {
    try await withView { view async throws in
      let old = view.look(name)
      let new = source == "f" ? "new" : "x"
      for step in 1... {
        let left = Mutex(step)
        var operation = NTFSLink(source: view[source], link: view[name], overwrite: true)
        operation.calls = LinkCalls { _ throws(Errno) in
          let isMet = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isMet { throw .ioError }
        }
        do throws(BindlinkError) {
          _ = try operation.create()
          #expect(view.look(name) == new)
          break
        } catch {
          #expect(view.look(name) == old, "step \(step)")
          if error.errno == .resourceBusy, source == "f", name == "l" { break }
          #expect(error.errno == .ioError, "\(error)")
        }
        try #require(step < 40)
      }
    }
  }

  @Test("S2: a root-relative target leads to the root of the view, wherever it is mounted")
  func rootRelative() async throws {
    try await withView { view async throws in
      for (name, stored) in [("r", "d/x"), ("deep/r", "../d/x"), ("deep/er/r", "../../d/x")] {
        let text = try SymbolicLink.create(
          at: view[name], target: LinkTarget(#"\d\x"#), drives: DriveTable())
        #expect(String(decoding: text, as: UTF8.self) == stored)
        #expect(view.look(name) == "1")
      }
      try SymbolicLink.create(at: view["l/r"], target: LinkTarget(#"\f"#), drives: DriveTable())
      #expect(view.look("l/r") == "new")
    }
  }

  @Test("H1: names inside a view are found through two links; EXDEV where the mounts differ")
  func names() async throws {
    try await withView { view async throws in
      try await view.view.create(BindLink("/m", backing: view.scratch["c"]))
      try HardLink.create(at: view["l/z2"], existing: view["m/z"])
      let names = try HardLink.names(of: view["l/z"])
      #expect(names.paths == ["l/z", "l/z2", "m/z", "m/z2"].map { view[$0] })
      #expect(names.linkCount == 2 && names.unread.isEmpty)
      #expect(try HardLink.names(of: view["m/z"], in: view["l"]).paths.count == 2)
      let other = try #require(try ScratchDirectory.elsewhere(than: view.scratch))
      try await view.view.create(BindLink("/other", backing: other[""]))
      #expect(
        await errno { () async throws(BindlinkError) in
          try HardLink.create(at: view["other/f"], existing: view["f"])
        } == .improperLink)
    }
  }
}

// Which view a host path lies in, from tables of mounts that nobody has mounted: the directories on
// the way are real, what is in a view is not.
import BindlinkControl
import BindlinkMap
import Glibc
import Testing

@Suite final class ViewPlaceTests {
  private let scratch: String

  init() throws {
    var template = Array("/tmp/bindlink-place-XXXXXX".utf8CString)
    scratch = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
    for name in ["views", "views/one", "other"] { unsafe mkdir("\(scratch)/\(name)", 0o700) }
    unsafe symlink("views/one", "\(scratch)/relative")
    unsafe symlink("\(scratch)/other/../views", "\(scratch)/absolute")
    unsafe symlink("loop", "\(scratch)/loop")
  }

  deinit {
    for name in ["relative", "absolute", "loop"] { unsafe unlink("\(scratch)/\(name)") }
    for name in ["views/one", "views", "other", ""] { unsafe rmdir("\(scratch)/\(name)") }
  }

  /// "@" stands for the scratch directory.
  private func table(_ lines: String...) -> MountTable {
    let text = (["20 1 8:1 / / rw - ext4 /dev/root rw"] + lines).joined(separator: "\n")
    return MountTable(text: Array(expanded(text).utf8))
  }

  private func expanded(_ text: String) -> String {
    text.split(separator: "@", omittingEmptySubsequences: false).joined(separator: scratch)
  }

  /// "mountpoint virtual path", "none", or the errno.
  private func place(_ path: String, _ table: MountTable) -> String {
    do throws(Errno) {
      guard let place = try ViewPlace(of: Array(expanded(path).utf8), in: table) else {
        return "none"
      }
      let mountpoint = String(decoding: place.mountpoint, as: UTF8.self)
      let inScratch = mountpoint.hasPrefix(scratch) ? mountpoint.dropFirst(scratch.count) : "?"
      return "@\(inScratch) \(String(decoding: place.virtualPath, as: UTF8.self))"
    } catch {
      return "\(error.rawValue)"
    }
  }

  private static let view = "30 20 0:40 / @/views/one rw - fuse.bindlink source rw"

  @Test("C2: a path below a mountpoint, whether it exists or not")
  func below() {
    let table = table(Self.view)
    for (path, expected) in [
      ("@/views/one", "/"), ("@/views/one/", "/"), ("@/views/one/a/b", "/a/b"),
      ("@/./views//one/a/../b/.", "/b"), ("@/relative/new", "/new"), ("@/absolute/one/x", "/x"),
      ("@/views/one/a/../../../other/../views/one/c", "/c"),
    ] {
      #expect(place(path, table) == "@/views/one \(expected)", "\(path)")
    }
  }

  @Test func elsewhere() {
    let table = table(Self.view)
    for path in ["/", "@/other", "@/views", "@/views/one/..", "@/views/one/a/../.."] {
      #expect(place(path, table) == "none", "\(path)")
    }
    #expect(place("@/nothing/x", table) == "\(ENOENT)")
    #expect(place("@/loop/x", table) == "\(ELOOP)")
    #expect(place("relative", table) == "\(EINVAL)")
    #expect(place("/a\0b", table) == "\(EINVAL)")
  }

  @Test("a bind mount of a part of a view, as a container has it")
  func part() {
    let table = table(
      "30 20 0:40 /sub/dir @/views/one rw - fuse.bindlink source rw",
      "31 20 0:41 /gone//deleted @/other rw - fuse.bindlink source rw")
    #expect(place("@/views/one", table) == "@/views/one /sub/dir")
    #expect(place("@/views/one/x", table) == "@/views/one /sub/dir/x")
    #expect(place("@/other/x", table) == "none")
  }

  @Test("the uppermost mount counts, and what is mounted inside of a view")
  func stacked() {
    let covered = table(Self.view, "31 30 0:41 / @/views/one rw - tmpfs none rw")
    #expect(place("@/views/one", covered) == "none")
    let covering = table(
      "30 20 0:40 / @/views/one rw - tmpfs none rw",
      "31 30 0:41 / @/views/one rw - fuse.bindlink source rw")
    #expect(place("@/views/one/x", covering) == "@/views/one /x")
    let inside = table(
      Self.view, "31 30 0:41 / @/views/one/a/b rw - tmpfs none rw",
      "32 31 0:42 / @/views/one/a/b/c rw - fuse.bindlink other rw")
    #expect(place("@/views/one/a/x", inside) == "@/views/one /a/x")
    #expect(place("@/views/one/a/b/c/x", inside) == "@/views/one/a/b/c /x")
    #expect(place("@/views/one/a/b/c/../../x", inside) == "@/views/one /a/x")
    // A mount whose parent is hidden by a later one is not reached.
    let hidden = table(
      "30 20 0:39 / @/views rw - fuse.bindlink outer rw",
      "31 20 0:40 / @/views/one rw - tmpfs none rw")
    #expect(place("@/views/one/x", hidden) == "@/views /one/x")
  }

  @Test("a table that changed while it was read, in which mounts lie over each other, has an end")
  func round() {
    let round = table(
      Self.view, "31 30 0:41 / @/views/one rw - fuse.bindlink b rw",
      "30 31 0:40 / @/views/one rw - fuse.bindlink source rw")
    #expect(place("@/views/one/x", round) == "@/views/one /x")
  }

  @Test("a view at / itself, and a root that is no mountpoint")
  func root() {
    let lines = MountTable(
      text: Array(
        """
        20 20 0:1 / / rw - rootfs rootfs rw
        21 20 0:40 /part / rw - fuse.bindlink source rw
        """.utf8))
    #expect(place("/a", lines) == "@? /part/a")
    let chroot = MountTable(
      text: Array(expanded("31 7 0:40 / @/views/one rw - fuse.bindlink source rw").utf8))
    #expect(place("@/views/one/x", chroot) == "@/views/one /x")
    #expect(place("@/views", chroot) == "none")
  }

  @Test func whatIsNoViewIsNotAsked() {
    for (path, errno) in [("/tmp", ENOTTY), ("/nonexistent/x", ENOENT), ("tmp", EINVAL)] {
      let failure = #expect(throws: ControlFailure.self) { try ViewPlace(of: Array(path.utf8)) }
      guard case .failed(let error, let subject, _)? = failure else {
        Issue.record("\(path): \(String(describing: failure))")
        continue
      }
      #expect(error.rawValue == errno && subject == Array(path.utf8))
    }
  }

  @Test func aClientOfWhatIsNoViewIsTold() throws {
    for (path, errno) in [("/tmp", ENOTTY), ("/dev/null", ENOTTY), ("/nonexistent", ENOENT)] {
      let failure = #expect(throws: ControlFailure.self) {
        let client = try ControlClient(view: Array(path.utf8))
        _ = try client.call(.list)
      }
      guard case .failed(let error, _, _)? = failure else {
        Issue.record("\(path): \(String(describing: failure))")
        continue
      }
      #expect(error.rawValue == errno, "\(path)")
    }
  }
}

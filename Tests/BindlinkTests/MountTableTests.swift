import Testing

// Reading /proc/self/mountinfo.
@testable import Bindlink

@Suite struct MountTableTests {
  private let table = MountTable(
    parsing: Array(
      #"""
      22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
      40 22 0:50 / /mnt/my\040view rw,nosuid,nodev master:2 propagate_from:1 - fuse.bindlink /src rw
      41 40 0:51 / /mnt/my\040view rw - tmpfs none rw
      42 22 0:52 / /a\134b rw - fuse.bindlink none rw
      not a mount
      """#.utf8))

  @Test func readsEachMount() {
    #expect(table.entries.map(\.type) == ["ext4", "fuse.bindlink", "tmpfs", "fuse.bindlink"])
    #expect(table.entry(42)?.mountpoint == Array(#"/a\b"#.utf8))
    #expect(table.entry(43) == nil)
  }

  @Test func findsTheTopmostMountOfAPlace() {
    #expect(table.top(at: Array("/mnt/my view".utf8))?.identifier == 41)
    #expect(table.top(at: Array("/mnt".utf8)) == nil)
  }

  @Test func readsTheTableOfThisProcess() throws {
    #expect(try MountTable.current().top(at: Array("/".utf8)) != nil)
  }
}

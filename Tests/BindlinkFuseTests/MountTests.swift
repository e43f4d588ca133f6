// What is said to mount(2), to fusermount3 and about the table of mounts, without mounting.
import BindlinkControl
import BindlinkFuse
import BindlinkMap
import Glibc
import Testing

@Suite struct MountTests {
  @Test func fusermountOptionsEscapeTheSource() {
    var options = MountOptions(source: "/a,b\\c d")
    #expect(options.fusermountText == "fsname=/a\\,b\\\\c d,subtype=bindlink")
    options.allowsOther = true
    options.defaultPermissions = true
    options.isReadOnly = true
    options.noSuid = false
    options.noExec = true
    options.maximumRead = 4096
    #expect(
      options.fusermountText.hasSuffix(
        ",subtype=bindlink,allow_other,default_permissions,max_read=4096,ro,suid,noexec"))
  }

  @Test func kernelOptionsNameTheDevice() {
    var options = MountOptions(source: "source, with a comma")
    options.allowsOther = true
    #expect(
      options.kernelText(device: 7)
        == "fd=7,rootmode=40000,user_id=\(getuid()),group_id=\(getgid()),allow_other")
  }

  @Test func theMountTableIsReadWithItsEscapes() throws {
    let text = """
      22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
      40 22 0:39 / /tmp/with\\040space rw,nosuid - fuse.bindlink a,b\\134c rw,user_id=0
      41 40 0:40 / /tmp/with\\040space rw shared:2 master:1 - tmpfs none rw
      broken line
      """
    let table = MountTable(text: Array(text.utf8))
    let view = try #require(table.mount(at: "/tmp/with space", mountID: 40))
    #expect(view.type == "fuse.bindlink")
    #expect(table.mount(at: "/tmp/with space", mountID: 41)?.type == "tmpfs")
    #expect(table.mount(at: "/tmp/with space", mountID: 22) == nil)
    #expect(table.mount(at: "/tmp/with", mountID: 40) == nil)
    #expect(table.mount(at: "/", mountID: 22)?.type == "ext4")
  }

  @Test func whatIsNoViewIsNotUnmounted() {
    for (place, errno) in [("/tmp", EINVAL), ("/proc", EINVAL), ("/nonexistent", ENOENT)] {
      let failure = #expect(throws: MountFailure.self) {
        try Mount.unmount(at: place, lazily: false)
      }
      #expect(failure?.errno == Errno(rawValue: errno))
    }
  }

  @Test func onlyADirectoryIsMountedOn() throws {
    let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let failure = #expect(throws: MountFailure.self) {
      _ = try Mount.attach(at: "/dev/null", under: descriptor, options: MountOptions(source: "x"))
    }
    #expect(failure?.errno == .notDirectory)
    #expect(failure?.isMissing == false)
  }
}

// `bindlink unmount`.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct UnmountCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmount",
    abstract: "Unmount a view; fusermount3 -u and umount do the same.",
    discussion: """
      A view that is in use is not unmounted (EBUSY) unless --lazy is given. Works where the server \
      hangs or has died, too.
      """)

  @Argument(
    help: ArgumentHelp("Where the view is mounted.", valueName: "mountpoint"),
    completion: .directory)
  var mountpoint: String

  @Flag(
    name: .customLong("lazy"),
    help: "Let the view vanish at once; it ends when nobody uses it any more.")
  var isLazy = false

  func execute() throws(BindlinkError) -> Int32 {
    if mountpoint.isEmpty {
      throw wrongUsage("the mountpoint is empty", see: "bindlink unmount --help")
    }
    try View.unmount(
      at: FilePath(bytes: ByteText.decode(mountpoint)), lazily: isLazy)
    return 0
  }
}

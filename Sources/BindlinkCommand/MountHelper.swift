// `mount.fuse.bindlink`, as mount(8) calls it for /etc/fstab and `mount -t fuse.bindlink`:
// `SOURCE MOUNTPOINT [-sfnv] [-o OPTIONS] [-t TYPE]`, options anywhere.
internal import Bindlink
internal import SystemPackage

struct MountHelper {
  static let name = "mount.fuse.bindlink"

  private static let help = """
    USAGE: mount.fuse.bindlink SOURCE MOUNTPOINT [-sfnv] [-o OPTIONS] [-t TYPE]

    Mounts a bindlink view for mount(8). "none", "bindlink" or "-" as SOURCE: a view of what lies
    under MOUNTPOINT.

      -o OPTIONS  as of 'bindlink mount', see 'bindlink mount --help'
      -s          pass over options that are not known
      -f          fake: check the arguments, mount nothing
      -n, -v, -t  accepted, without effect
    """

  private(set) var view = View()
  private(set) var mountpoint = FilePath()
  private(set) var isFake = false
  private(set) var wantsHelp = false

  /// - Throws: EINVAL, exit status 64, for anything else than the above.
  init(parsing arguments: [String]) throws(BindlinkError) {
    var operands: [String] = []
    var optionLists: [[UInt8]] = []
    var toleratesUnknown = false
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--help" {
        wantsHelp = true
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        operands.append(argument)
        continue
      }
      var letters = argument.dropFirst()
      while let letter = letters.popFirst() {
        switch letter {
        case "s": toleratesUnknown = true
        case "f": isFake = true
        case "n", "v": break
        case "h":
          wantsHelp = true
          return
        case "o", "t":
          guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
            throw wrongUsage("option '-\(letter)' has no value", see: "mount.fuse.bindlink --help")
          }
          letters = ""
          if letter == "o" { optionLists.append(ByteText.decode(value)) }
        default: throw wrongUsage("unknown option '-\(letter)'", see: "mount.fuse.bindlink --help")
        }
      }
    }

    guard operands.count == 2 else {
      throw wrongUsage("a source and a mountpoint are needed", see: "mount.fuse.bindlink --help")
    }
    if !["none", "bindlink", "-"].contains(operands[0]) {
      view.source = FilePath(bytes: ByteText.decode(operands[0]))
    }
    // As given, so that `mount -a` finds what is mounted already.
    view.options.fileSystemName = String(
      decoding: ByteText.decode(operands[0]), as: UTF8.self)
    mountpoint = FilePath(bytes: ByteText.decode(operands[1]))
    for list in optionLists {
      try view.apply(mountOptions: list, toleratingUnknown: toleratesUnknown)
    }
  }

  func run() throws(BindlinkError) -> Int32 {
    if wantsHelp {
      print(Self.help)
      return 0
    }
    if isFake { return 0 }
    return try Server(view: view, mountpoint: mountpoint).start(inForeground: false)
  }

}

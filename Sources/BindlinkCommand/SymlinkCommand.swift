// `bindlink symlink`.
internal import ArgumentParser
internal import Bindlink
internal import BindlinkConfiguration
internal import SystemPackage

struct SymlinkCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "symlink",
    abstract: "Make a symbolic link, whose target may be written as on Windows.",
    discussion: #"""
      In a view or anywhere else. The target need not exist. One that starts with a drive, or has \
      a '\' and does not start with '/', is taken for a path of Windows:

        ..\theta               relative: ../theta
        \Windows\System32      from the root of the view, or of the file system
        C:\alpha, \\srv\share  through the table of drives
        C:File.txt             absolute, from the working directory of now

      Any other is stored byte for byte. In the table of drives C: is / unless said otherwise; more \
      comes from the variable BINDLINK_DRIVES ('D:=/mnt/data;\\srv\share=/srv/share'), then from \
      --config, then from --drive.

      With --json an object with the keys link and target (what is stored).

      Example: bindlink symlink /mnt/view/bin/tool '..\lib\tool'
      """#)

  @Argument(help: ArgumentHelp("The new name.", valueName: "link"), completion: .file())
  var link: String

  @Argument(help: ArgumentHelp("Where it leads.", valueName: "target"), completion: .file())
  var target: String

  @Flag(name: .customLong("posix"), help: "Store the target byte for byte, whatever it looks like.")
  var isPOSIX = false

  @Option(
    name: .customLong("drive"),
    help: ArgumentHelp(
      #"What a drive or a share is, such as 'D:=/mnt/data'. Repeatable."#, valueName: "name=dir"))
  var drives: [String] = []

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp("A configuration file with drives.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String?

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let link = try FilePath(argument: link)
    let text = ByteText.decode(target)
    let stored = try SymbolicLink.create(
      at: link, target: isPOSIX ? .posix(text) : LinkTarget(text), drives: table())
    if printsJSON {
      output(
        JSONValue.object([
          ("link", .text(link.text)), ("target", .text(ByteText.encode(stored))),
        ]).line)
    }
    return 0
  }

  private func table() throws(BindlinkError) -> DriveTable {
    var table = try DriveTable.ofEnvironment()
    if let file {
      table.merge(try ConfigurationFile(at: FilePath(argument: file)).get().drives ?? DriveTable())
    }
    for drive in drives { table.merge(try DriveTable(entry: ByteText.decode(drive))) }
    return table
  }
}

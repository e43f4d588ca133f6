// `bindlink hardlink` and `links`: the names of a file.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct HardlinkCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hardlink",
    abstract: "Give a file a further name.",
    discussion: """
      In a view or anywhere else; both names must lie in one mount of the host (EXDEV). A symbolic \
      link as EXISTING stands for its target. With --json an object with the keys link and existing.
      """)

  @Argument(help: ArgumentHelp("The new name.", valueName: "link"), completion: .file())
  var link: String

  @Argument(help: ArgumentHelp("The file.", valueName: "existing"), completion: .file())
  var existing: String

  @Flag(
    name: .customLong("ntfs-limit"), help: "Refuse a name more than the 1024 that NTFS allows.")
  var hasNTFSLimit = false

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let link = try FilePath(argument: link)
    let existing = try FilePath(argument: existing)
    try HardLink.create(at: link, existing: existing, limit: hasNTFSLimit ? .ntfs : .backing)
    if printsJSON {
      output(
        JSONValue.object([("link", .text(link.text)), ("existing", .text(existing.text))]).line)
    }
    return 0
  }
}

struct LinksCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "links",
    abstract: "List all names of a file inside its mount.",
    discussion: """
      Every directory of the mount is looked into: of the view, if the file lies in one, where a \
      file that two links show has a name through each. --in looks into one directory and what is \
      below it. The exit status is 1 where directories may not be read, whose names are then \
      missing.

      With --json an object with the keys names, linkCount (what the file system says) and unread \
      (the directories that may not be read).
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    name: .customLong("in"), help: ArgumentHelp("Where to look.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let file = try FilePath(argument: file)
    let names: HardLink.Names
    if let directory {
      names = try HardLink.names(of: file, in: FilePath(argument: directory))
    } else {
      names = try HardLink.names(of: file)
    }
    if printsJSON {
      output(names.json.line)
    } else {
      for path in names.paths { output(path.string.oneLine) }
    }
    guard let first = names.unread.first else { return 0 }
    let others = names.unread.count - 1
    report(
      BindlinkError(
        "cannot find every name of \(file)",
        "\(first) \(others == 0 ? "" : "and \(others) more ")may not be read", .permissionDenied,
        rule: "H1", subject: first.string))
    return BindlinkError.ExitStatus.failed.rawValue
  }
}

extension HardLink.Names {
  var json: JSONValue {
    .object([
      ("names", .list(paths.map { .text($0.text) })),
      ("linkCount", .number(linkCount)),
      ("unread", .list(unread.map { .text($0.text) })),
    ])
  }
}

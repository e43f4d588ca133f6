// `bindlink junction` and `ntfslink`: a directory, or anything, at a second place.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct JunctionCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "junction",
    abstract: "Show a directory at a new name: a bind link in a view, else a symbolic link.",
    discussion: """
      In a view it is as 'bindlink create', for a name that is free. Elsewhere the symbolic link is \
      an absolute one. With --json an object with the keys link, directory and kind ("bind link" or \
      "symbolic link").
      """)

  @Argument(help: ArgumentHelp("The new name.", valueName: "link"), completion: .file())
  var link: String

  @Argument(help: ArgumentHelp("The directory.", valueName: "directory"), completion: .directory)
  var directory: String

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let link = try FilePath(argument: link)
    let directory = try FilePath(argument: directory)
    let kind = try wait { () async throws(BindlinkError) in
      try await Junction.create(at: link, directory: directory)
    }
    if printsJSON {
      output(
        JSONValue.object([
          ("link", .text(link.text)), ("directory", .text(directory.text)),
          ("kind", .text(kind.rawValue)),
        ]).line)
    }
    return 0
  }
}

struct NTFSLinkCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ntfslink",
    abstract: "Link a file or directory to a further name: a hard link or a junction.",
    discussion: """
      SOURCE, the existing one, comes first, as with ln. A file gets a hard link, a directory a \
      junction (see 'bindlink junction --help'). With --overwrite the new link takes the place of a \
      file, a symbolic link, an empty directory or a bind link in one step: the name leads to the \
      old or to the new, whatever fails. A directory with something in it is never replaced.

      With --json an object with the keys link, source and kind ("hard link", "bind link", \
      "symbolic link", or null where nothing had to be changed).
      """)

  @Argument(
    help: ArgumentHelp("The existing file or directory.", valueName: "source"),
    completion: .file())
  var source: String

  @Argument(help: ArgumentHelp("The new name.", valueName: "link"), completion: .file())
  var link: String

  @Flag(name: .customLong("overwrite"), help: "Replace what is at LINK.")
  var overwrites = false

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let source = try FilePath(argument: source)
    let link = try FilePath(argument: link)
    let overwrites = overwrites
    let kind = try wait { () async throws(BindlinkError) in
      try await createNTFSLink(source: source, link: link, overwrite: overwrites)
    }
    if printsJSON {
      output(
        JSONValue.object([
          ("link", .text(link.text)), ("source", .text(source.text)),
          ("kind", kind.map { .text($0.rawValue) } ?? .null),
        ]).line)
    }
    return 0
  }
}

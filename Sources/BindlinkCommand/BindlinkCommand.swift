// The command and its subcommands, for the parser and for the help texts.
internal import ArgumentParser
internal import Bindlink

/// A subcommand: what it returns is the exit status of the process.
protocol ExecutableCommand: ParsableCommand {
  func execute() throws(BindlinkError) -> Int32
}

struct BindlinkCommand: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "bindlink",
    abstract: "Show directories and files at other places, without what should not be seen.",
    discussion: """
      A view is a mount whose links show real directories and files, and whose exceptions are the \
      places where they do not. Everything else is passed through.

      Messages go to standard error as "bindlink: WHAT: WHY (ERRNO, RULE)". Exit status: 0 success, \
      1 the operation failed, 64 wrong usage, 77 something that is needed is missing here.
      """,
    version: version,
    subcommands: [
      MountCommand.self, UnmountCommand.self, CreateCommand.self, ReplaceCommand.self,
      RemoveCommand.self, ListCommand.self, ExplainCommand.self, ApplyCommand.self,
      ExportCommand.self, CheckCommand.self, SymlinkCommand.self, HardlinkCommand.self,
      JunctionCommand.self, NTFSLinkCommand.self, LinksCommand.self,
    ])

  static let names = configuration.subcommands.compactMap { $0.configuration.commandName }
}

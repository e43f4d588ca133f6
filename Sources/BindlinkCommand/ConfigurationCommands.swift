// `bindlink apply`, `export` and `check`: whole tables as files.
internal import ArgumentParser
internal import Bindlink
internal import BindlinkConfiguration
internal import SystemPackage

struct ApplyCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Make the table of a mounted view what a configuration file says, atomically.",
    discussion: """
      A key that is absent keeps what is; 'links: []' removes all links. The anchor cannot change. \
      If anything is wrong, nothing is changed.
      """)

  @Argument(
    help: ArgumentHelp("The file; '-' is standard input.", valueName: "config"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String

  @Argument(
    help: ArgumentHelp("Where the view is.", valueName: "mountpoint"), completion: .directory)
  var mountpoint: String

  func execute() throws(BindlinkError) -> Int32 {
    let view = try ViewControl(at: FilePath(argument: mountpoint))
    let configuration = try ConfigurationFile(at: FilePath(argument: file)).get()
    do throws(BindlinkError) {
      try wait { () async throws(BindlinkError) in try await view.apply(configuration) }
      return 0
    } catch {
      // The content of the file is no usage of the command.
      report(error)
      return BindlinkError.ExitStatus.failed.rawValue
    }
  }
}

struct ExportCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the running table of a view as a file that apply accepts.")

  @Argument(
    help: ArgumentHelp("Where the view is.", valueName: "mountpoint"), completion: .directory)
  var mountpoint: String

  func execute() throws(BindlinkError) -> Int32 {
    let view = try ViewControl(at: FilePath(argument: mountpoint))
    let configuration = try wait { () async throws(BindlinkError) in
      try await view.configuration()
    }
    output(configuration.yaml, terminator: "")
    return 0
  }
}

struct CheckCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say what is wrong with a configuration file; change nothing.",
    discussion: """
      Each line on standard error is one thing that is wrong, as FILE:LINE:COLUMN: WHY (ERRNO, \
      RULE). That the parents of virtual paths are there is not checked: it depends on the view.
      """)

  @Argument(
    help: ArgumentHelp("The file; '-' is standard input.", valueName: "config"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String

  func execute() throws(BindlinkError) -> Int32 {
    let problems = try ConfigurationFile(at: FilePath(argument: file)).check()
    for problem in problems { report(problem.error) }
    return problems.isEmpty ? 0 : BindlinkError.ExitStatus.failed.rawValue
  }
}

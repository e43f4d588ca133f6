// `bindlink create`, `replace` and `remove`: one link of a mounted view.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct CreateCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Add a link to a mounted view.",
    discussion: """
      BACKING is a path in the mount namespace of the view's server. The link lives as long as the \
      mount.

      Example: bindlink create /mnt/view/docs ~/notes --read-only
      """)

  @OptionGroup var options: LinkOptions

  func execute() throws(BindlinkError) -> Int32 {
    let (view, link) = try options.target()
    try wait { () async throws(BindlinkError) in try await view.create(link) }
    return 0
  }
}

struct ReplaceCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace",
    abstract: "Change a link of a mounted view, atomically.",
    discussion: """
      The link is as described here afterwards: what is not given is not kept. Files that are open \
      keep what they had.
      """)

  @OptionGroup var options: LinkOptions

  func execute() throws(BindlinkError) -> Int32 {
    let (view, link) = try options.target()
    try wait { () async throws(BindlinkError) in try await view.replace(link) }
    return 0
  }
}

struct RemoveCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a link from a mounted view; what it shows is not touched.",
    discussion: """
      A link below which others lie is not removed (EBUSY) unless --recursive is given. Files that \
      are open keep what they had.
      """)

  @Argument(
    help: ArgumentHelp("Where the link is, as a path of the host.", valueName: "virtual"),
    completion: .directory)
  var virtual: String

  @Flag(name: .customLong("recursive"), help: "Remove the links below it as well.")
  var isRecursive = false

  func execute() throws(BindlinkError) -> Int32 {
    let (view, virtualPath) = try ViewControl.locate(FilePath(argument: virtual))
    let isRecursive = isRecursive
    try wait { () async throws(BindlinkError) in
      try await view.remove(virtualPath, recursively: isRecursive)
    }
    return 0
  }
}

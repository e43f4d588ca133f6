// `bindlink list`.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct ListCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the links of a view, or all views.",
    discussion: """
      With a mountpoint, or any path in a view: its links, with their flags, whether the view would \
      show something there without the link (anchored) or not (anchorless), and whether the \
      backing is there (live) or missing (dangling). Exceptions are listed for the owner of the \
      mount and for root. Without: where views are mounted.

      With --json an array of objects with the keys virtualPath, backingPath, readOnly, merged, \
      exceptions, kind, state and cache (how what the kernel keeps of the backing is kept true: \
      watched, timed, always or never); of views, with the key mountpoint. Bytes 0x80 to 0xFF that are \
      not UTF-8 are written as the characters U+10FF80 to U+10FFFF.
      """)

  @Argument(
    help: ArgumentHelp("A path in a view.", valueName: "mountpoint"), completion: .directory)
  var mountpoint: String?

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    guard let mountpoint else {
      let views = try ViewControl.all()
      if printsJSON {
        output(
          JSONValue.list(views.map { .object([("mountpoint", .text($0.mountpoint.text))]) }).lines)
      } else {
        for view in views { output(view.mountpoint.string.oneLine) }
      }
      return 0
    }
    let view = try ViewControl(at: FilePath(argument: mountpoint))
    let links = try wait { () async throws(BindlinkError) in try await view.links() }
    if printsJSON {
      output(JSONValue.list(links.map(\.json)).lines)
    } else {
      for link in links { output(link.summary) }
    }
    return 0
  }
}

extension LinkStatus {
  var json: JSONValue {
    .object([
      ("virtualPath", .text(link.virtualPath.text)),
      ("backingPath", .text(link.backing.text)),
      ("readOnly", .flag(link.isReadOnly)),
      ("merged", .flag(link.isMerged)),
      ("exceptions", .list(link.exceptions.map { .text(ByteText.encode($0.bytes)) })),
      ("kind", .text(kind.rawValue)),
      ("state", .text(state.rawValue)),
      ("cache", .text(cache.rawValue)),
    ])
  }

  /// "/docs -> /home/me/notes (read-only, anchorless)", and a line for each exception.
  var summary: String {
    let properties =
      (link.isReadOnly ? ["read-only"] : []) + (link.isMerged ? ["merged"] : [])
      + [kind.rawValue] + (state == .dangling ? [state.rawValue] : [])
      + (cache == .timed ? ["changes not watched"] : [])
    let exceptions = link.exceptions.map { "\n  except \($0.description.oneLine)" }.joined()
    return "\(link.virtualPath) -> \(link.backing)".oneLine
      + " (\(properties.joined(separator: ", ")))" + exceptions
  }
}

extension FilePath {
  /// Any bytes as text, and different for different ones.
  var text: String { ByteText.encode(bytes) }
}

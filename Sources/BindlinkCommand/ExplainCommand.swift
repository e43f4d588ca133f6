// `bindlink explain`.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct ExplainCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what governs a path of a view, where it really is, and by which rule.",
    discussion: """
      The path need not exist. With --json an object with the keys path (in the view), visible, \
      link (null where the anchor governs), physicalPath (null where there is nothing), rule and \
      reason. Bytes 0x80 to 0xFF that are not UTF-8 are written as the characters U+10FF80 to \
      U+10FFFF.
      """)

  @Argument(
    help: ArgumentHelp("A path in a view, as a path of the host.", valueName: "path"),
    completion: .file())
  var path: String

  @Flag(name: .customLong("json"), help: "Print JSON.")
  var printsJSON = false

  func execute() throws(BindlinkError) -> Int32 {
    let (view, virtualPath) = try ViewControl.locate(FilePath(argument: path))
    let explanation = try wait { () async throws(BindlinkError) in
      try await view.explain(virtualPath)
    }
    output(printsJSON ? explanation.json.line : explanation.summary)
    return 0
  }
}

extension Explanation {
  var json: JSONValue {
    .object([
      ("path", .text(path.text)),
      ("visible", .flag(isVisible)),
      ("link", link.map { .text($0.text) } ?? .null),
      ("physicalPath", physicalPath.map { .text($0.text) } ?? .null),
      ("rule", .text(rule)),
      ("reason", .text(reason)),
    ])
  }

  var summary: String {
    """
    \("\(path) \(reason)".oneLine) (\(rule))
      visible   \(isVisible ? "yes" : "no")
      link      \(link.map { $0.string.oneLine } ?? "-")
      really    \(physicalPath.map { $0.string.oneLine } ?? "-")
    """
  }
}

// What `create` and `replace` take: the link, its options, defined once.
internal import ArgumentParser
internal import Bindlink
internal import SystemPackage

struct LinkOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Where in a mounted view, as a path of the host.", valueName: "virtual"),
    completion: .file())
  var virtual: String

  @Argument(
    help: ArgumentHelp("The directory or file to show there.", valueName: "backing"),
    completion: .file())
  var backing: String

  @Flag(name: .customLong("read-only"), help: "Nothing can be changed through the link.")
  var isReadOnly = false

  @Flag(name: .customLong("merged"), help: "Show what lay there before as well.")
  var isMerged = false

  @Flag(name: .customLong("parents"), help: "Make up missing parents of VIRTUAL.")
  var createsParents = false

  @Flag(
    name: .customLong("keep-symlinks-inside"),
    help: "Absolute symbolic links to places below BACKING lead to the same places of the view.")
  var keepsSymbolicLinksInside = false

  @Option(
    name: .customLong("except"),
    help: ArgumentHelp(
      "Where the link does not apply, with the rules of gitignore, relative to VIRTUAL.",
      discussion: "'/secrets' is directly below VIRTUAL, 'secrets' at any depth. Repeatable.",
      valueName: "pattern"),
    transform: PositionedArgument.init)
  var exceptions: [PositionedArgument] = []

  @Option(
    name: .customLong("except-from"),
    help: ArgumentHelp(
      "A file of such patterns, one per line.",
      discussion: "Read once. Repeatable; its place among the --except counts.",
      valueName: "file"),
    completion: .file(), transform: PositionedArgument.init)
  var exceptionFiles: [PositionedArgument] = []

  /// The view that VIRTUAL lies in, and the link.
  func target() throws(BindlinkError) -> (view: ViewControl, link: BindLink) {
    let (view, virtualPath) = try ViewControl.locate(FilePath(argument: virtual))
    var link = BindLink(
      virtualPath, backing: try FilePath(argument: backing), isReadOnly: isReadOnly,
      isMerged: isMerged, createsParents: createsParents,
      keepsSymbolicLinksInside: keepsSymbolicLinksInside)
    let ordered = exceptions.map { (false, $0) } + exceptionFiles.map { (true, $0) }
    for (isFile, argument) in ordered.sorted(by: { $0.1.position < $1.1.position }) {
      link.exceptions +=
        isFile
        ? try ExceptionLine.lines(ofFileAt: FilePath(bytes: argument.text))
        : [ExceptionLine(bytes: argument.text)]
    }
    return (view, link)
  }
}

extension FilePath {
  /// - Throws: EINVAL, exit status 64, for an empty argument.
  init(argument: String) throws(BindlinkError) {
    if argument.isEmpty { throw wrongUsage("a path is empty", see: "bindlink --help") }
    self.init(bytes: ByteText.decode(argument))
  }
}

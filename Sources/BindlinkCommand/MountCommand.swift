// `bindlink mount`: its options, defined once for the parser and the help text.
internal import ArgumentParser
internal import Bindlink
internal import BindlinkConfiguration
internal import SystemPackage

struct MountCommand: ExecutableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mount",
    abstract: "Mount a view; returns when it is ready.",
    usage: "bindlink mount [<source>] <mountpoint> [<options>]",
    discussion: """
      With SOURCE the view's root is a link to SOURCE, and there is no anchor: MOUNTPOINT may be \
      SOURCE itself. Without SOURCE the view shows what lies under MOUNTPOINT, its anchor, where no \
      link applies.

      The view is served in the background by a process of its own, which unmounts on SIGINT, \
      SIGTERM and SIGHUP and ends when the view is unmounted.

      Example: bindlink mount ~/project /mnt/view --except '**/.env' --link \
      /docs=~/notes,read-only
      """)

  @Argument(
    help: ArgumentHelp("SOURCE (optional) and MOUNTPOINT.", valueName: "path"),
    completion: .directory)
  var paths: [String] = []

  @Option(
    name: .customLong("link"),
    help: ArgumentHelp(
      "Show BACKING at VIRTUAL: VIRTUAL=BACKING[,read-only][,merged][,keep-symlinks-inside].",
      discussion: """
        VIRTUAL is absolute in the view. '\\=', '\\,' and '\\\\' are literal. A relative BACKING is \
        taken from the working directory; '~/' is the home directory. keep-symlinks-inside: \
        absolute symbolic links to places below BACKING lead to the same places of the view. \
        Repeatable.
        """, valueName: "link"),
    transform: PositionedArgument.init)
  var links: [PositionedArgument] = []

  @Option(
    name: .customLong("except"),
    help: ArgumentHelp(
      "Where links do not apply: a path or a pattern.",
      discussion: """
        A path or pattern that starts with '/' is absolute in the view and belongs to the link that \
        governs it, or to the anchor. Any other is a pattern with the rules of gitignore, for every \
        link. What has nothing else to show there is hidden. Repeatable; later ones count more.
        """, valueName: "path|pattern"),
    transform: PositionedArgument.init)
  var exceptions: [PositionedArgument] = []

  @Option(
    name: .customLong("except-from"),
    help: ArgumentHelp(
      "A file of patterns, one per line, as in a .gitignore.",
      discussion: "Read once. Repeatable; its place among the --except counts.",
      valueName: "file"),
    completion: .file(), transform: PositionedArgument.init)
  var exceptionFiles: [PositionedArgument] = []

  @Option(
    name: .customLong("anchor"),
    help: ArgumentHelp(
      "Show this directory where no link applies; not with SOURCE.", valueName: "dir"),
    completion: .directory)
  var anchor: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "A configuration file, to which the options add; '-' is standard input.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var configurationFile: String?

  @Flag(name: .customLong("empty"), help: "Show nothing where no link applies.")
  var isEmpty = false

  @Flag(name: .customLong("parents"), help: "Make up missing parents of virtual paths.")
  var createsParents = false

  @Flag(name: .customLong("read-only"), help: "Nothing can be changed through the view.")
  var isReadOnly = false

  @Flag(
    name: .customLong("open"), inversion: .prefixedNo,
    help: ArgumentHelp(
      "Whether opening a file costs a message to the server.",
      discussion: """
        --no-open is faster and the default with --read-only. No link can be read-only by itself \
        then, and locks are the view's own.
        """))
  var sendsOpens: Bool?

  @Option(
    name: .customLong("cache"),
    help: ArgumentHelp(
      "What the kernel keeps: auto, always or never.",
      discussion: """
        auto, the default: names, attributes, listings and data, as long as nobody changes them in \
        the backings; where changes cannot be watched (network file systems), for one second. \
        always: for good, for backings that nobody changes but through the view. never: nothing, \
        each operation asks.
        """, valueName: "policy"))
  var cache: String?

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp(
      "Mount options, separated by commas ('\\,' is a literal one).",
      discussion: """
        allow_other, default_permissions, ro, rw, suid, nosuid, dev, nodev, exec, noexec, atime, \
        noatime, nodiratime, relatime, strictatime, sync, async, dirsync, fsname=NAME; \
        entry_timeout=, attr_timeout=, negative_timeout=SECONDS, kernel_cache (what the kernel may \
        believe without asking, whatever --cache says); cache=POLICY as --cache; \
        open, no_open; no_remote_lock (locks are the view's own, so closing costs no message); \
        writeback (the kernel keeps what is written for a while: for backings that nobody else writes); \
        no_io_uring (requests come by the device, also where io_uring is on for FUSE); \
        no_passthrough (the server reads and writes, also where the kernel could do it itself); \
        one_file_system (other mounts inside a backing are left out); link=, \
        except=, except-from=, anchor=, config=, empty and parents as the options of that name. \
        nosuid and nodev are the default. auto, noauto, user, users, nouser, owner, group, nofail, \
        _netdev, defaults, comment=… and x-… are ignored. Any other is an error.
        """, valueName: "options"),
    transform: PositionedArgument.init)
  var mountOptions: [PositionedArgument] = []

  @Flag(name: .customShort("f"), help: "Stay in the foreground.")
  var staysInForeground = false

  @Flag(name: .customShort("d"), help: "Trace each request on standard error; implies -f.")
  var tracesRequests = false

  func execute() throws(BindlinkError) -> Int32 {
    guard let mountpoint = paths.last, paths.count <= 2 else {
      throw wrongUsage(
        paths.isEmpty ? "no mountpoint is given" : "more than a source and a mountpoint is given",
        see: "bindlink mount --help")
    }
    if mountpoint.isEmpty {
      throw wrongUsage("the mountpoint is empty", see: "bindlink mount --help")
    }
    let view = try view(source: paths.count == 2 ? paths.first : nil)
    return try Server(view: view, mountpoint: FilePath(bytes: ByteText.decode(mountpoint)))
      .start(inForeground: staysInForeground || tracesRequests)
  }

  /// The view that the options describe.
  func view(source: String?) throws(BindlinkError) -> View {
    var view = View(source: source.map { FilePath(bytes: ByteText.decode($0)) })
    if let configurationFile {
      try view.add(ConfigurationFile(at: FilePath(argument: configurationFile)).get())
    }
    for link in links {
      view.links.append(try BindLink(parsing: link.text))
    }
    if let anchor {
      try view.choose(.directory(FilePath(bytes: ByteText.decode(anchor))))
    }
    if isEmpty { try view.choose(.none) }
    if createsParents { view.createsParents = true }

    enum Kind { case exception, file, mountOptions }
    let ordered =
      exceptions.map { (Kind.exception, $0) } + exceptionFiles.map { (Kind.file, $0) }
      + mountOptions.map { (Kind.mountOptions, $0) }
    for (kind, argument) in ordered.sorted(by: { $0.1.position < $1.1.position }) {
      switch kind {
      case .exception: view.exceptions.append(.rule(argument.text))
      case .file: view.exceptions.append(.file(FilePath(bytes: argument.text)))
      case .mountOptions: try view.apply(mountOptions: argument.text)
      }
    }
    if isReadOnly { view.isReadOnly = true }
    if let cache { view.options.cache = try View.Cache(argument: cache, of: "--cache") }
    if let sendsOpens { view.options.noOpen = !sendsOpens }
    view.options.tracesRequests = tracesRequests
    return view
  }
}

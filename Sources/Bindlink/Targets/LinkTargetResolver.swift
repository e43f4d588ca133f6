// Where a path leads if some of its names are symbolic links (S3), for paths of both styles. Pure:
// what is a link, and to where, is the caller's to say.
internal import SystemPackage

/// Follows symbolic links in paths of one style.
///
/// ```swift
/// let resolver = LinkTargetResolver(style: .windows)
/// let step = try resolver.step(
///   at: #"C:\alpha\beta\link"#.utf8, in: #"C:\alpha\beta\link\gamma\file"#.utf8,
///   target: #"..\..\theta"#.utf8)
/// step.modifiedPath  // C:\alpha\beta\..\..\theta\gamma\file
/// step.finalPath  // C:\theta\gamma\file
/// ```
public struct LinkTargetResolver: Sendable {
  /// How paths are written, and what counts in them.
  public enum Style: Sendable {
    /// `/` separates; `..` stops at the root; 40 links may be followed.
    case posix
    /// `\` separates, and `/` too; more `..` than names are an error; 63 links may be followed.
    case windows

    public var maximumLinks: Int { self == .posix ? 40 : 63 }
  }

  /// One link, followed.
  public struct Step: Hashable, Sendable {
    /// The path up to and with the link.
    public let link: [UInt8]
    public let target: [UInt8]
    /// The path with the target in place of what it replaces.
    public let modifiedPath: [UInt8]
    /// The modified path after each `..` has removed the name before it.
    public let finalPath: [UInt8]
  }

  /// All links of a path, followed.
  public struct Resolution: Hashable, Sendable {
    /// In the order in which the links were met.
    public let steps: [Step]
    /// Has no link, `.` or `..`.
    public let finalPath: [UInt8]
  }

  public let style: Style

  public init(style: Style) { self.style = style }

  /// Follows one link. An absolute target replaces everything up to and including the link, a
  /// relative one the link itself; one that starts with the root (`\Windows`) everything but the
  /// drive or share.
  ///
  /// - Throws: EINVAL, S3, for paths that are not absolute, a link that `path` does not lead
  ///   through, a drive-relative target (which is stored absolute, S2), and in Windows' style more
  ///   `..` than there are names before them; ENOENT for an empty target.
  public func step(
    at link: some Collection<UInt8>, in path: some Collection<UInt8>,
    target: some Collection<UInt8>
  ) throws(BindlinkError) -> Step {
    let whole = try RootedPath(path, style)
    let start = try RootedPath(link, style)
    guard start.root == whole.root, !start.names.isEmpty, whole.names.starts(with: start.names)
    else { throw .resolution(path, "it does not lead through \(String(bytes: link))") }
    return try step(
      start, target: Array(target), rest: whole.names[start.names.count...]
    ).step
  }

  /// Follows every link that is met, from the first name to the last. In the POSIX style `..` leads
  /// to the parent of where the names before it have led, as in the kernel; in Windows' style it
  /// removes the name before it, before anything is looked up.
  ///
  /// - Parameter target: What a link says: it is asked for absolute paths in the resolver's style,
  ///   in which all names but the last are known to be none. Nil: no link.
  /// - Throws: ELOOP, S3, for one link more than the style allows; otherwise as
  ///   `step(at:in:target:)`.
  public func resolve(
    _ path: some Collection<UInt8>, target: ([UInt8]) throws(BindlinkError) -> [UInt8]?
  ) throws(BindlinkError) -> Resolution {
    var steps: [Step] = []
    var walked = try RootedPath(path, style)
    if style == .windows { walked = try walked.folded() }
    var rest = walked.names[...]
    walked.names = []
    while let name = rest.popFirst() {
      if name == WindowsPath.dot { continue }
      if name == WindowsPath.dotDot {
        _ = walked.names.popLast()
        continue
      }
      walked.names.append(name)
      let link = walked.text
      guard let target = try target(link) else { continue }
      guard steps.count < style.maximumLinks else {
        throw .resolution(
          path, "it has more than \(style.maximumLinks) symbolic links", .tooManySymbolicLinkLevels)
      }
      let (step, next) = try step(walked, target: target, rest: rest)
      steps.append(step)
      switch style {
      case .windows: walked = try next.folded()
      case .posix: walked = next
      }
      rest = walked.names[...]
      walked.names = []
    }
    return Resolution(steps: steps, finalPath: walked.text)
  }

  private func step(
    _ link: RootedPath, target: [UInt8], rest: ArraySlice<[UInt8]>
  ) throws(BindlinkError) -> (step: Step, modified: RootedPath) {
    if target.isEmpty {
      throw .resolution(link.text, "its target is empty", .noSuchFileOrDirectory)
    }
    var modified = link
    switch try RootedPath.Target(target, style) {
    case .absolute(let path): modified = path
    case .ofRoot(let names): modified.names = names
    case .relative(let names): modified.names = link.names.dropLast() + names
    }
    modified.names += rest
    return (
      Step(
        link: link.text, target: target, modifiedPath: modified.text,
        finalPath: try modified.folded().text), modified
    )
  }
}

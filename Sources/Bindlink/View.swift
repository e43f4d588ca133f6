// A view as its user describes it: the library's entry point.
public import SystemPackage

/// The tree that a mount shows: links and exceptions over an anchor. A value; nothing happens
/// before `mount(at:)`.
///
/// ```swift
/// var view = View(source: "/home/me/project")
/// view.exceptions.append(.rule("**/.env"))
/// view.links.append(BindLink("/docs", backing: "/home/me/notes", isReadOnly: true))
/// let mounted = try view.mount(at: "/mnt/view")
/// mounted.serve()  // blocks until the view is unmounted
/// ```
public struct View: Hashable, Sendable {
  /// What the view shows where no link applies.
  public enum Anchor: Hashable, Sendable {
    /// Nothing: an empty root that is made up.
    case none
    /// What lies under the mountpoint.
    case underMountpoint
    /// Another directory of the host.
    case directory(FilePath)
  }

  /// A place where links do not apply (E1).
  public enum Exception: Hashable, Sendable {
    /// What `--except` takes: an absolute path or pattern of the view, which belongs to the link
    /// that governs it or to the anchor, or a pattern that does not start with `/`, for every link.
    case rule([UInt8])
    /// A line with the rules of gitignore, relative to each link, present and later.
    case line(ExceptionLine)
    /// A file of such lines; read once, when mounting (E4).
    case file(FilePath)

    /// What `--except` takes, as text.
    public static func rule(_ text: String) -> Exception { .rule(Array(text.utf8)) }
  }

  /// The link at the root of the view. A view with a source has no anchor.
  public var source: FilePath?
  /// The anchor. Nil: `.none` with a source, `.underMountpoint` without. With a source, any other
  /// than `.none` is EINVAL.
  public var anchor: Anchor?
  /// The links, in any order (R1).
  public var links: [BindLink] = []
  /// The exceptions. Their order counts as in gitignore: a later rule can undo an earlier one (E4).
  public var exceptions: [Exception] = []
  /// The anchor's own exceptions, relative to the view's root.
  public var anchorExceptions: [ExceptionLine] = []
  /// Missing parents of virtual paths are made up (R8) for links that do not say it themselves;
  /// otherwise a link without one is ENOENT (C1).
  public var createsParents = false
  /// Nothing at all can be changed through the view.
  public var isReadOnly = false
  /// Where another mount begins inside a backing or the anchor, an empty directory shows instead of
  /// it, and a file that is mounted on is absent (R9).
  public var isOneFileSystem = false
  /// How the view is mounted.
  public var options = MountOptions()

  /// A view of `source`, or of what lies under the mountpoint.
  public init(source: FilePath? = nil) {
    self.source = source
  }
  /// Adds what a configuration says to what is there: its links and exceptions come after.
  ///
  /// - Throws: EINVAL where both have an anchor and these differ.
  public mutating func add(_ configuration: Configuration) throws(BindlinkError) {
    if let anchor = configuration.anchor {
      if let chosen = self.anchor, chosen != anchor {
        throw BindlinkError("cannot choose an anchor", "more than one is given", .invalidArgument)
      }
      self.anchor = anchor
    }
    createsParents = createsParents || configuration.createsParents
    if let cache = configuration.cache { options.cache = cache }
    links += configuration.links ?? []
    exceptions += (configuration.exceptions ?? []).map(Exception.line)
    anchorExceptions += configuration.anchorExceptions ?? []
  }
}

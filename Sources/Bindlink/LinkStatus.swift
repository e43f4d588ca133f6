// What a mounted view tells of its links and of what governs a path (C10).
public import SystemPackage

/// A link as it stands in a mounted view.
public struct LinkStatus: Hashable, Sendable {
  /// What the link covers.
  public enum Kind: String, Sendable {
    /// The view would show something at the virtual path without the link.
    case anchored
    /// There would be nothing.
    case anchorless
  }

  /// Whether there is something to show.
  public enum State: String, Sendable {
    case live
    /// The backing is missing: the virtual path is, too, until the backing is made again (R3).
    case dangling
  }

  /// How what the kernel keeps of the backing is kept true.
  public enum Cache: String, Sendable {
    /// Changes behind the view are watched.
    case watched
    /// They cannot be watched: what was seen is kept for one second.
    case timed
    /// It is kept for good, as `View.Cache.always` says.
    case always
    /// Nothing is kept.
    case never
  }

  /// The link, its paths resolved. Its exceptions are there only for those who may change the view
  /// (C9).
  public let link: BindLink
  public let kind: Kind
  public let state: State
  public let cache: Cache
}

/// What governs a path of a view, where it really is, and by which rule.
public struct Explanation: Hashable, Sendable {
  /// The path in the view, in its one spelling (C2).
  public let path: FilePath
  /// Something is there for those who use the view.
  public let isVisible: Bool
  /// The virtual path of the link that governs; nil: the anchor governs, or nothing does.
  public let link: FilePath?
  /// The host's object. Nil where there is none, and for a hidden path unless the caller may change
  /// the view (C9).
  public let physicalPath: FilePath?
  /// The id of the rule in SEMANTICS.md that decided, such as "R1" or "E4".
  public let rule: String
  /// In words, to be read after the path: "is excepted by '**/.env' of /src".
  public let reason: String
}

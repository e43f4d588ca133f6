// A whole table of links, as a configuration file holds it.

/// What a view is to be, or the part of it that is said: what is nil stays as it is when the
/// configuration is applied to a mounted view.
public struct Configuration: Hashable, Sendable {
  /// All links.
  public var links: [BindLink]?
  /// The view's own exceptions, for every link.
  public var exceptions: [ExceptionLine]?
  /// The exceptions of the anchor, relative to the view's root.
  public var anchorExceptions: [ExceptionLine]?
  /// The anchor, which cannot change while a view is mounted.
  public var anchor: View.Anchor?
  /// Missing parents of virtual paths are made up (R8), for links that do not say it themselves.
  public var createsParents = false
  /// What the kernel keeps, which cannot change while a view is mounted.
  public var cache: View.Cache?

  /// What drives and shares are in Windows' paths, for those who read the configuration; a view has
  /// none.
  public var drives: DriveTable?

  /// A configuration that says nothing.
  public init() {}
}

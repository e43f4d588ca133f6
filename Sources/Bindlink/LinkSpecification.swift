// A link as a user describes it, and the text form of `--link`.
public import SystemPackage

/// A link to be made: what lies at `backing` on the host shows at `virtualPath` in the view.
public struct LinkSpecification: Hashable, Sendable {
  /// The place in the view, absolute there (C2).
  public var virtualPath: FilePath
  /// The host's file or directory. A relative path is taken from the working directory at the
  /// time of mounting; "~/" is the home directory.
  public var backing: FilePath
  /// Nothing can be changed through the link (W1).
  public var isReadOnly: Bool
  /// The directory shows what lies there without the link as well, at every level; where both have
  /// a name, the backing's is shown (M1). New names are made in the backing (M2).
  public var isMerged: Bool
  /// Symbolic links with an absolute target below the backing show a relative one instead, which
  /// leads to the same place of the view (R6). `lstat` still gives the length of the real target.
  public var keepsSymbolicLinksInside: Bool

  /// A link; its paths are checked when the view is mounted.
  public init(
    _ virtualPath: FilePath, backing: FilePath, isReadOnly: Bool = false, isMerged: Bool = false,
    keepsSymbolicLinksInside: Bool = false
  ) {
    self.virtualPath = virtualPath
    self.backing = backing
    self.isReadOnly = isReadOnly
    self.isMerged = isMerged
    self.keepsSymbolicLinksInside = keepsSymbolicLinksInside
  }

  /// The link that `VIRTUAL=BACKING[,read-only][,merged][,keep-symlinks-inside]` describes; `\=`, `\,` and `\\` stand for
  /// the character itself.
  ///
  /// - Throws: EINVAL with exit status 64 if the text has no `=`, lacks a path, or has an option
  ///   that is not known.
  public init(parsing text: String) throws(BindlinkError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// As `init(parsing: String)`, for text that need not be UTF-8 (R5).
  public init(parsing text: [UInt8]) throws(BindlinkError) {
    func failure(_ why: String) -> BindlinkError {
      BindlinkError(
        "cannot parse link '\(String(decoding: text, as: UTF8.self))'", why, .invalidArgument,
        rule: "C1")
    }

    var fields: [[UInt8]] = [[]]
    var hasBacking = false
    var bytes = text.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case UInt8(ascii: "\\"):
        guard let escaped = bytes.next(), #"=,\"#.utf8.contains(escaped) else {
          throw failure(#"a '\' stands before something else than '=', ',' and '\'"#)
        }
        fields[fields.count - 1].append(escaped)
      case UInt8(ascii: "=") where !hasBacking && fields.count == 1:
        hasBacking = true
        fields.append([])
      case UInt8(ascii: ",") where hasBacking:
        fields.append([])
      case 0:
        throw failure("it has a NUL")
      default:
        fields[fields.count - 1].append(byte)
      }
    }

    guard hasBacking else { throw failure("it has no '=' between VIRTUAL and BACKING") }
    if fields[0].isEmpty { throw failure("there is no virtual path before the '='") }
    if fields[1].isEmpty { throw failure("there is no backing after the '='") }
    self.init(FilePath(bytes: fields[0]), backing: FilePath(bytes: fields[1]))
    for option in fields.dropFirst(2) {
      switch String(decoding: option, as: UTF8.self) {
      case "read-only": isReadOnly = true
      case "merged": isMerged = true
      case "keep-symlinks-inside": keepsSymbolicLinksInside = true
      case let other:
        throw failure("'\(other)' is not 'read-only', 'merged' or 'keep-symlinks-inside'")
      }
    }
  }
}

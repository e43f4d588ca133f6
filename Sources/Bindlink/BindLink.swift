// A link as a user describes it, and the text form of `--link`.
internal import BindlinkMap
public import SystemPackage

/// A bind link: what lies at `backing` on the host shows at `virtualPath` in the view. A value;
/// nothing happens before it is given to a view.
public struct BindLink: Hashable, Sendable {
  /// The place in the view, absolute there (C2).
  public var virtualPath: FilePath
  /// The host's file or directory. A relative path is taken from the working directory at the
  /// time of mounting or changing; "~/" is the home directory. The server looks it up in its own
  /// mount namespace (C9).
  public var backing: FilePath
  /// Nothing can be changed through the link (W1).
  public var isReadOnly: Bool
  /// The directory shows what lies there without the link as well, at every level; where both have
  /// a name, the backing's is shown (M1). New names are made in the backing (M2).
  public var isMerged: Bool
  /// Missing parents of the virtual path are made up (R8). Nil: as the `View` or `Configuration`
  /// that the link is part of says; alone: no.
  public var createsParents: Bool?
  /// Symbolic links with an absolute target below the backing show a relative one instead, which
  /// leads to the same place of the view (R6). `lstat` still gives the length of the real target.
  public var keepsSymbolicLinksInside: Bool
  /// Where the link does not apply, relative to it; the last line that matches decides (E4).
  public var exceptions: [ExceptionLine]
  /// What governed the backing where it lay in the view when the link was made (C3). Found out by
  /// the view; here so that an exported configuration loses nothing.
  public var inherited: [InheritedExceptions]

  /// A link; its paths and exceptions are checked when it is given to a view.
  public init(
    _ virtualPath: FilePath, backing: FilePath, isReadOnly: Bool = false, isMerged: Bool = false,
    createsParents: Bool? = nil, keepsSymbolicLinksInside: Bool = false,
    exceptions: [ExceptionLine] = [], inherited: [InheritedExceptions] = []
  ) {
    self.virtualPath = virtualPath
    self.backing = backing
    self.isReadOnly = isReadOnly
    self.isMerged = isMerged
    self.createsParents = createsParents
    self.keepsSymbolicLinksInside = keepsSymbolicLinksInside
    self.exceptions = exceptions
    self.inherited = inherited
  }
}

extension BindLink {
  /// The link that `VIRTUAL=BACKING[,read-only][,merged][,keep-symlinks-inside]` describes; `\=`,
  /// `\,` and `\\` stand for the character itself.
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

extension BindLink {
  /// The one spelling of a virtual path, as far as it can be told without a view (C2).
  ///
  /// - Throws: EINVAL, C1, for a path that is not absolute, or leads out of the view.
  public static func spelling(
    ofVirtualPath path: FilePath
  ) throws(BindlinkError) -> FilePath {
    do {
      return FilePath(bytes: try VirtualPath(lexical: path.bytes).bytes)
    } catch {
      throw BindlinkError("cannot create link \(path)", error)
    }
  }
}

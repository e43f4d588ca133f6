// What a symbolic link is to say (S2), and the text that is stored for it.
internal import SystemPackage

/// The target of a symbolic link that is to be made.
public enum LinkTarget: Hashable, Sendable {
  /// Stored byte for byte.
  case posix([UInt8])
  /// Stored as the path of this machine that it stands for, through a table of drives.
  case windows(WindowsPath)

  /// The target that a text stands for: Windows' forms are recognised by `WindowsPath.describes`.
  ///
  /// - Throws: EINVAL, S2, for one of Windows' forms that cannot be taken apart.
  public init(_ text: some Collection<UInt8>) throws(BindlinkError) {
    self = WindowsPath.describes(text) ? .windows(try WindowsPath(text)) : .posix(Array(text))
  }

  /// As `init(_:)` of the text's bytes.
  public init(_ text: String) throws(BindlinkError) { try self.init(Array(text.utf8)) }

  /// The text that a link stores.
  ///
  /// - Parameters:
  ///   - depthInView: How many directories the link's parent lies below the root of the view; nil outside
  ///     of views. A root-relative target in a view is stored relative, so that it leads to the
  ///     view's root wherever the view is mounted.
  ///   - workingDirectory: Both are asked for only where the target depends on them.
  /// - Throws: EINVAL, S2, as `DriveTable.hostPath(_:)`.
  func stored(
    drives: DriveTable, depthInView: () throws(BindlinkError) -> Int?,
    workingDirectory: () throws(BindlinkError) -> FilePath
  ) throws(BindlinkError) -> [UInt8] {
    switch self {
    case .posix(let text):
      if text.contains(0) {
        throw BindlinkError(
          "cannot use the target", "it has a NUL", .invalidArgument, rule: "S2",
          subject: String(decoding: text, as: UTF8.self))
      }
      return text
    case .windows(let path):
      guard path.form == .rootRelative else {
        let start = path.dependsOnWorkingDirectory ? try workingDirectory() : "/"
        return try drives.hostPath(of: path, workingDirectory: start).bytes
      }
      guard let names = WindowsPath.folding(path.components) else {
        throw DriveTable.tooManyParents(path)
      }
      guard let depth = try depthInView() else {
        return DriveTable.joined([WindowsPath.slash], names)
      }
      let relative = Array(repeating: WindowsPath.dotDot, count: depth) + names
      return DriveTable.joined([], relative.isEmpty ? [WindowsPath.dot] : relative)
    }
  }
}

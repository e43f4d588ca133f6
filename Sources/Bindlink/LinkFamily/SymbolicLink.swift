// Symbolic links, with the forms of targets that Windows knows (S1, S2).
public import SystemPackage

/// Makes symbolic links, as Windows' `CreateSymbolicLink` does: in a view and on plain directories.
public enum SymbolicLink {
  /// What `CreateSymbolicLink` takes as its flags.
  public struct Options: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The target is a directory. Linux has one kind of symbolic link: no effect.
    public static let directory = Options(rawValue: 1)
    /// Whoever makes it need not be privileged, which nobody here has to be: no effect.
    public static let allowUnprivileged = Options(rawValue: 2)
  }

  /// Makes a symbolic link. Its target need not exist.
  ///
  /// May be called from any thread; waits for the file system.
  ///
  /// - Parameters:
  ///   - link: The new name; a relative path starts in the working directory.
  ///   - target: What it is to say. A target with a root and no drive (`\Windows`) starts at the
  ///     root of the view that the link lies in, or at `/`; a drive-relative one (`C:File.txt`) in
  ///     the working directory of now.
  ///   - options: Bits that `Options` does not name are EINVAL.
  ///   - drives: What drives and shares are. Nil: what `DriveTable.ofEnvironment()` says.
  /// - Returns: The text that was stored.
  /// - Throws: EINVAL, S1, for unknown options; EINVAL, S2, for a target on a drive or share that
  ///   has no entry; EEXIST, S1, where the name exists; ENOENT or ENOTDIR where its parent is
  ///   missing or no directory; EROFS, EACCES and so on.
  @discardableResult
  public static func create(
    at link: FilePath, target: LinkTarget, options: Options = [], drives: DriveTable? = nil
  ) throws(BindlinkError) -> [UInt8] {
    let what = "cannot create symbolic link \(link)"
    let unknown = options.subtracting([.directory, .allowUnprivileged])
    guard unknown.isEmpty else {
      throw BindlinkError(
        what, "the option 0x\(String(unknown.rawValue, radix: 16)) is unknown", .invalidArgument,
        rule: "S1")
    }
    let calls = LinkCalls()
    let place = try LinkPlace(link, what, rule: "S1", calls)
    let text: [UInt8]
    if let drives {
      text = try target.stored(in: place, drives)
    } else {
      text = try target.stored(in: place, .ofEnvironment())
    }
    do {
      try calls.symlink(text, at: place.path)
    } catch {
      if text.isEmpty {
        throw BindlinkError(what, "the target is empty", error, rule: "S1")
      }
      throw .unmade(what, link, error, rule: "S1")
    }
    return text
  }
}

extension LinkTarget {
  fileprivate func stored(in place: LinkPlace, _ drives: DriveTable) throws(BindlinkError)
    -> [UInt8]
  {
    try stored(
      drives: drives, depthInView: place.depthInView, workingDirectory: FilePath.workingDirectory)
  }
}

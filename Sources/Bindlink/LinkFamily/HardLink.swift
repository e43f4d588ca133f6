// Hard links (H1).
internal import CBindlinkSystem
public import SystemPackage

/// Makes hard links, as Windows' `CreateHardLink` does, and finds all names of a file: in a view and
/// on plain directories.
public enum HardLink {
  /// How many names a file may have.
  public enum Limit: Sendable {
    /// As many as its file system allows.
    case backing
    /// At most 1,024, as on NTFS.
    case ntfs

    /// The number of names on NTFS.
    public static let ntfsNames = 1024
  }

  /// Gives a file a further name. A symbolic link as the existing path stands for its target.
  ///
  /// May be called from any thread; waits for the file system.
  ///
  /// - Parameters:
  ///   - link: The new name; relative paths start in the working directory.
  ///   - existing: The file.
  ///   - limit: With `.ntfs`, a name that another process makes meanwhile can be one too many.
  /// - Throws: with rule H1, ENOENT where the file or the parent of the new name is missing; EPERM
  ///   for a directory; EEXIST where the new name exists; EXDEV where the two lie on different
  ///   mounts of the host; EMLINK at the limit.
  public static func create(
    at link: FilePath, existing: FilePath, limit: Limit = .backing
  ) throws(BindlinkError) {
    let what = "cannot create hard link \(link)"
    try create(at: link, existing: existing, limit: limit, what, LinkCalls())
  }

  static func create(
    at link: FilePath, existing: FilePath, limit: Limit, _ what: String, _ calls: LinkCalls
  ) throws(BindlinkError) {
    let status = try checkedStatus(of: existing, what, calls)
    let place = try LinkPlace(link, what, rule: "H1", calls)
    do throws(Errno) {
      if limit == .ntfs, status.link_count >= Limit.ntfsNames {
        throw .tooManyLinks
      }
      try calls.link(existing, at: place.path)
    } catch {
      throw failure(error, what, link: link, existing: existing)
    }
  }

  /// Of a file that can have a further name.
  static func checkedStatus(
    of existing: FilePath, _ what: String, _ calls: LinkCalls
  ) throws(BindlinkError) -> LinkCalls.Status {
    let status: LinkCalls.Status
    do {
      status = try calls.status(existing, following: true)
    } catch {
      throw .missing(what, existing, error, rule: "H1", calls)
    }
    if status.isDirectory {
      throw BindlinkError(
        what, "\(existing) is a directory", .notPermitted, rule: "H1", subject: existing.string,
        windowsError: .accessDenied)
    }
    return status
  }

  static func failure(
    _ errno: Errno, _ what: String, link: FilePath, existing: FilePath
  ) -> BindlinkError {
    switch errno {
    case .improperLink:
      BindlinkError(
        what, "\(existing) is on another file system than \(link)", errno, rule: "H1",
        subject: existing.string)
    case .tooManyLinks:
      BindlinkError(
        what, "\(existing) has as many names as it may have", errno, rule: "H1",
        subject: existing.string)
    case .notPermitted:
      BindlinkError(
        what, "\(existing) may not get a further name at \(link)", errno, rule: "H1",
        subject: existing.string, windowsError: .accessDenied)
    default:
      .unmade(what, link, errno, rule: "H1")
    }
  }
}

// Junctions (J1): a directory at a second place.
public import SystemPackage

/// What stands at a name that the link family has made.
public enum LinkKind: String, Hashable, Sendable {
  case hardLink = "hard link"
  case symbolicLink = "symbolic link"
  case bindLink = "bind link"
}

/// Makes junctions: in a view bind links, elsewhere absolute symbolic links.
public enum Junction {
  /// Shows a directory at a new name. In a view nothing is written to disk (C4), and the link lives
  /// as long as the mount (C8); elsewhere a symbolic link is made.
  ///
  /// - Parameters:
  ///   - link: The new name; relative paths start in the working directory.
  ///   - directory: Has to exist. In a view it is looked up by the view's server, as a path of its
  ///     mount namespace (C9).
  /// - Returns: `.bindLink` or `.symbolicLink`.
  /// - Throws: with rule J1, ENOENT where the directory or the parent of the new name is missing,
  ///   ENOTDIR for what is no directory, EEXIST where the new name exists; in a view as
  ///   `ViewControl.create(_:)`.
  @discardableResult
  public static func create(
    at link: FilePath, directory: FilePath
  ) async throws(BindlinkError) -> LinkKind {
    try await onOwnThread { () throws(BindlinkError) in
      try createAndWait(at: link, directory: directory)
    }
  }

  /// As `create(at:directory:)`, on the calling thread, which waits for the view's server.
  package static func createAndWait(
    at link: FilePath, directory: FilePath
  ) throws(BindlinkError) -> LinkKind {
    let what = "cannot create junction \(link)"
    let calls = LinkCalls()
    do throws(Errno) {
      guard try calls.status(directory, following: true).isDirectory else { throw .notDirectory }
    } catch {
      throw .missing(what, directory, error, rule: "J1", calls)
    }
    let place = try LinkPlace(link, what, rule: "J1", calls)
    do throws(Errno) {
      if try calls.statusIfAny(place.path) != nil { throw .fileExists }
    } catch {
      throw .unmade(what, link, error, rule: "J1")
    }
    let target = try target(directory, what)
    if let (view, virtualPath) = try place.view() {
      try calls.ask(.change, view).create(BindLink(virtualPath, backing: target))
      return .bindLink
    }
    do {
      try calls.symlink(target.bytes, at: place.path)
    } catch {
      throw .unmade(what, link, error, rule: "J1")
    }
    return .symbolicLink
  }

  /// The absolute path that a junction stores; nothing is resolved.
  static func target(_ directory: FilePath, _ what: String) throws(BindlinkError) -> FilePath {
    directory.isAbsolute ? directory : try FilePath.workingDirectory().pushing(directory)
  }
}

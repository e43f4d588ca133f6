// `FileCreateNTFSLink` (J1): a hard link for a file, a junction for a directory, in place of what was
// there if wanted.
public import SystemPackage

/// Links a file or directory to a further name: a file gets a hard link, a directory a junction,
/// which is a bind link in a view and an absolute symbolic link elsewhere.
///
/// With `overwrite` the new link takes the place of the old one in one step: the name always leads to
/// the one or the other, whatever fails. A file, a symbolic link, an empty directory and a bind link
/// can be replaced. In a view, a bind link covers a file or an empty directory, which is there again
/// when the link is removed; a symbolic link that leads to a directory is not replaced by a bind
/// link (that would stand at its target, C2), nor a bind link to a directory by a hard link.
///
/// - Parameters:
///   - source: The existing file or directory; a symbolic link stands for its target.
///   - link: The new name. Its parent has to exist.
///   - overwrite: Replace what is at `link`; otherwise a link that exists is an error.
/// - Returns: What has been made; nil where nothing has been changed because `link` and `source` are
///   one file, or the link is there already.
/// - Throws: with rule J1, EEXIST where the link exists and is not to be replaced; ENOTEMPTY for a
///   directory with something in it, which is never replaced; ENOENT where the source or the parent
///   of the link is missing; EXDEV, H1, for a file on another file system; in a view as
///   `ViewControl.create(_:)`. Nothing is changed then.
@discardableResult
public func createNTFSLink(
  source: FilePath, link: FilePath, overwrite: Bool = false
) async throws(BindlinkError) -> LinkKind? {
  try await onOwnThread { () throws(BindlinkError) in
    try createNTFSLinkAndWait(source: source, link: link, overwrite: overwrite)
  }
}

/// As `createNTFSLink(source:link:overwrite:)`, on the calling thread, which waits for the view's
/// server.
package func createNTFSLinkAndWait(
  source: FilePath, link: FilePath, overwrite: Bool
) throws(BindlinkError) -> LinkKind? {
  try NTFSLink(source: source, link: link, overwrite: overwrite).create()
}

struct NTFSLink {
  let source: FilePath
  let link: FilePath
  let overwrite: Bool
  var calls = LinkCalls()
  var what: String { "cannot link \(link) to \(source)" }

  func create() throws(BindlinkError) -> LinkKind? {
    let object: LinkCalls.Status
    do {
      object = try calls.status(source, following: true)
    } catch {
      throw .missing(what, source, error, rule: "J1", calls)
    }
    let place = try LinkPlace(link, what, rule: "J1", calls)
    guard let old = try existing(place) else {
      if object.isDirectory { return try makeJunction(place, nil) }
      try makeHardLink(at: place.path)
      return .hardLink
    }
    if !overwrite { throw .unmade(what, link, .fileExists, rule: "J1") }
    if try isSource(old, object) { return nil }
    return try object.isDirectory ? makeJunction(place, old) : replaceByHardLink(place, old)
  }

  private func existing(_ place: LinkPlace) throws(BindlinkError) -> LinkCalls.Status? {
    do {
      return try calls.statusIfAny(place.path)
    } catch {
      throw .unmade(what, link, error, rule: "J1")
    }
  }

  private func isSource(
    _ old: LinkCalls.Status, _ object: LinkCalls.Status
  ) throws(BindlinkError) -> Bool {
    if old.isSame(as: object) { return true }
    do {
      return old.isSame(as: try calls.status(source, following: false))
    } catch {
      throw .missing(what, source, error, rule: "J1", calls)
    }
  }

  // MARK: Hard links

  private func makeHardLink(at path: FilePath) throws(BindlinkError) {
    do {
      try calls.link(source, at: path)
    } catch {
      throw HardLink.failure(error, what, link: link, existing: source)
    }
  }

  private func replaceByHardLink(
    _ place: LinkPlace, _ old: LinkCalls.Status
  ) throws(BindlinkError) -> LinkKind {
    if old.isDirectory, let (view, virtualPath) = try place.view(),
      try calls.ask(.explain, view).explain(virtualPath).stands
    {
      throw BindlinkError(
        what, "a bind link stands at \(link)", .resourceBusy, rule: "J1", subject: link.string,
        remedy: "remove it first: bindlink remove \(link)")
    }
    try replace(old, at: place.path, by: makeHardLink)
    return .hardLink
  }

  // MARK: Junctions

  private func makeJunction(
    _ place: LinkPlace, _ old: LinkCalls.Status?
  ) throws(BindlinkError) -> LinkKind? {
    let target = try Junction.target(source, what)
    if let (view, virtualPath) = try place.view() {
      return try makeBindLink(BindLink(virtualPath, backing: target), in: view, place, old)
    }
    func make(at path: FilePath) throws(BindlinkError) {
      do {
        try calls.symlink(target.bytes, at: path)
      } catch {
        throw .unmade(what, link, error, rule: "J1")
      }
    }
    if let old {
      try replace(old, at: place.path, by: make)
    } else {
      try make(at: place.path)
    }
    return .symbolicLink
  }

  private func makeBindLink(
    _ new: BindLink, in view: ViewControl, _ place: LinkPlace, _ old: LinkCalls.Status?
  ) throws(BindlinkError) -> LinkKind? {
    if overwrite {
      if old?.isSymbolicLink == true {
        throw BindlinkError(
          what, "\(link) is a symbolic link, at whose target a bind link would stand", .fileExists,
          rule: "C2", subject: link.string, remedy: "remove it first")
      }
      // Even where nothing is: the link may be dangling.
      let explanation = try calls.ask(.explain, view).explain(new.virtualPath)
      if explanation.stands {
        if explanation.physicalPath != nil,
          explanation.physicalPath == (try? calls.resolve(source))
        {
          return nil
        }
        try calls.ask(.change, view).replace(new)
        return .bindLink
      }
      if let old { try requireEmpty(old, place.path) }
    }
    try calls.ask(.change, view).create(new)
    return .bindLink
  }

  // MARK: Replacing

  /// The new object is made beside the old one and takes its name in one step.
  private func replace(
    _ old: LinkCalls.Status, at path: FilePath, by make: (FilePath) throws(BindlinkError) -> Void
  ) throws(BindlinkError) {
    try requireEmpty(old, path)
    let name = path.removingLastComponent().appending(Self.temporaryName())
    try make(name)
    do throws(Errno) {
      if old.isDirectory {
        try exchange(name, with: path)
      } else {
        try calls.rename(name, to: path)
        // Is there still if both have meanwhile become names of one file: rename(2) does nothing.
        try? calls.remove(name)
      }
    } catch {
      try? calls.remove(name)
      throw .unmade(what, link, error, rule: "J1")
    }
  }

  /// An empty directory, against what is at `name`: nothing else may come into it meanwhile.
  private func exchange(_ name: FilePath, with path: FilePath) throws(Errno) {
    try calls.exchange(name, with: path)
    do {
      try calls.removeDirectory(name)
    } catch {
      try calls.exchange(name, with: path)
      throw error
    }
  }

  private func requireEmpty(_ old: LinkCalls.Status, _ path: FilePath) throws(BindlinkError) {
    guard old.isDirectory else { return }
    do throws(Errno) {
      guard try calls.isEmptyDirectory(path) else { throw .directoryNotEmpty }
    } catch {
      if error != .directoryNotEmpty { throw .unmade(what, link, error, rule: "J1") }
      throw BindlinkError(
        what, "\(link) is a directory with something in it", error, rule: "J1",
        subject: link.string)
    }
  }

  private static func temporaryName() -> FilePath.Component {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return FilePath.Component("bindlink-\(number)")!
  }
}

extension Explanation {
  /// A link stands at the path itself.
  fileprivate var stands: Bool { link == path }
}

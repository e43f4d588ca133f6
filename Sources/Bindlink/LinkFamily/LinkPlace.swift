// Where a link of the family is to be made: a name in a directory that is there, in a view or not.
internal import BindlinkControl
internal import SystemPackage

struct LinkPlace {
  /// Without symbolic links.
  private let parent: FilePath
  private let name: FilePath.Component
  var path: FilePath { parent.appending(name) }

  /// - Throws: ENOENT and ENOTDIR of the parent; EEXIST for "/", "." and "..", which are there.
  init(
    _ link: FilePath, _ what: String, rule: String, _ calls: LinkCalls = LinkCalls()
  ) throws(BindlinkError) {
    guard let name = link.lastComponent, name.kind == .regular else {
      throw BindlinkError(
        what, link.isEmpty ? "the path is empty" : "\(link) is no new name",
        link.isEmpty ? .noSuchFileOrDirectory : .fileExists, rule: rule, subject: link.string)
    }
    let above = link.removingLastComponent()
    self.name = name
    do throws(Errno) {
      parent = try calls.resolve(above.isEmpty ? "." : above)
      guard try calls.status(parent, following: false).isDirectory else { throw .notDirectory }
    } catch {
      throw BindlinkError(
        what, "the parent \(above.isEmpty ? "." : above) \(error.predicate)", error, rule: rule,
        subject: above.string, windowsError: error.ofParent)
    }
  }

  /// The view that the name lies in, and its path there; nil outside of views.
  func view() throws(BindlinkError) -> (control: ViewControl, virtualPath: FilePath)? {
    guard let place = try ViewControl.placeIfAny(of: parent) else { return nil }
    return (
      ViewControl(mountpoint: FilePath(bytes: place.mountpoint)),
      FilePath(bytes: place.virtualPath).appending(name)
    )
  }

  /// How many directories the parent lies below the view's root; nil outside of views.
  func depthInView() throws(BindlinkError) -> Int? {
    try view().map { $0.virtualPath.components.count - 1 }
  }
}

extension Errno {
  /// Windows tells a missing parent from a missing file.
  var ofParent: WindowsError {
    self == .noSuchFileOrDirectory || self == .notDirectory ? .pathNotFound : WindowsError(self)
  }
}

extension BindlinkError {
  /// A call about the existing object at `path` failed: it, or its parent, is missing.
  static func missing(
    _ what: String, _ path: FilePath, _ errno: Errno, rule: String, _ calls: LinkCalls
  ) -> BindlinkError {
    let parent = path.removingLastComponent()
    let hasParent = (try? calls.status(parent.isEmpty ? "." : parent, following: true)) != nil
    return BindlinkError(
      what, "\(path) \(errno.predicate)", errno, rule: rule, subject: path.string,
      windowsError: hasParent || path.isEmpty ? nil : errno.ofParent)
  }

  /// The name could not be made.
  static func unmade(
    _ what: String, _ link: FilePath, _ errno: Errno, rule: String
  ) -> BindlinkError {
    let why =
      switch errno {
      case .fileExists: "\(link) exists already"
      case .readOnlyFileSystem: "\(link) is on a file system that is read-only"
      default: "\(link) \(errno.predicate)"
      }
    return BindlinkError(what, why, errno, rule: rule, subject: link.string)
  }
}

// All names of a hard-linked file (H1): the tree is walked, for file systems do not remember names.
internal import BindlinkControl
internal import CBindlinkSystem
public import SystemPackage

extension HardLink {
  /// Where a file was found.
  public struct Names: Hashable, Sendable {
    /// Absolute, in the order of their bytes. In a view, a file that two links show has a name
    /// through each of them.
    public var paths: [FilePath]
    /// How many names its file system says that it has.
    public var linkCount: Int
    /// Directories that may not be read: names in them are not known.
    public var unread: [FilePath]
  }

  /// All names of a file inside a mount. Other mounts below are not entered. A symbolic link stands
  /// for its target.
  ///
  /// May be called from any thread; waits for the file system, for as long as it takes to list every
  /// directory of the mount, or of `directory`.
  ///
  /// - Parameter directory: Where to look, with everything below. Nil: in the whole mount that the
  ///   file lies in, which is the view if it lies in one.
  /// - Throws: with rule H1, ENOENT and so on for paths that lead nowhere; EPERM for a directory;
  ///   EXDEV where `directory` lies in another mount than the file.
  public static func names(
    of file: FilePath, in directory: FilePath? = nil
  ) throws(BindlinkError) -> Names {
    let what = "cannot find the names of \(file)"
    let calls = LinkCalls()
    let status = try checkedStatus(of: file, what, calls)
    let mount = try mount(of: status, file, what)
    let top: FilePath
    do throws(Errno) {
      top = try calls.resolve(directory ?? mount.place)
      let found = try calls.status(top, following: false)
      guard found.isDirectory else { throw .notDirectory }
      guard found.mount_id == status.mount_id else { throw .improperLink }
    } catch {
      let place = directory ?? mount.place
      let why =
        error == .improperLink ? "\(place) is on another mount" : "\(place) \(error.predicate)"
      throw BindlinkError(
        what, why, error, rule: "H1", subject: place.string,
        remedy: directory == nil ? "say a directory to look in" : nil)
    }
    var search = NameSearch(of: status, trustsListings: mount.isView)
    search.walk(top)
    return Names(
      paths: search.found.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) },
      linkCount: Int(status.link_count), unread: search.unread)
  }

  private static func mount(
    of status: LinkCalls.Status, _ file: FilePath, _ what: String
  ) throws(BindlinkError) -> (place: FilePath, isView: Bool) {
    guard let line = (try? MountTable())?.lines.first(where: { $0.mountID == status.mount_id })
    else {
      throw BindlinkError(
        what, "its mount is not in the table of mounts", .noSuchFileOrDirectory, rule: "H1",
        subject: file.string)
    }
    return (FilePath(bytes: line.place), line.isView)
  }
}

private struct NameSearch {
  private let wanted: LinkCalls.Status
  /// A view's listings say the inode number that its attributes say (R7); elsewhere each name is
  /// asked for.
  private let trustsListings: Bool
  private let calls = LinkCalls()
  private(set) var found: [FilePath] = []
  private(set) var unread: [FilePath] = []

  init(of status: LinkCalls.Status, trustsListings: Bool) {
    wanted = status
    self.trustsListings = trustsListings
  }

  mutating func walk(_ top: FilePath) {
    var pending = [top]
    while let directory = pending.popLast() {
      guard let listing = try? DirectoryEntries(at: directory) else {
        // One that has vanished since has no names.
        if (try? calls.status(directory, following: false)) != nil { unread.append(directory) }
        continue
      }
      for entry in listing.entries {
        let mayBeDirectory = entry.isDirectory != false
        if trustsListings, !mayBeDirectory, entry.inode != wanted.inode { continue }
        let path = FilePath(bytes: directory.bytes.appendingName(entry.name))
        guard let status = try? calls.status(path, following: false),
          status.mount_id == wanted.mount_id
        else { continue }
        if status.isDirectory {
          pending.append(path)
        } else if status.isSame(as: wanted) {
          found.append(path)
        }
      }
    }
  }
}

extension [UInt8] {
  fileprivate func appendingName(_ name: [UInt8]) -> [UInt8] { DriveTable.joined(self, [name]) }
}

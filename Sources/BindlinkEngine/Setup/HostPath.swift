// Paths of the host as a user gives them, before the view exists: resolved once, symbolic links
// included (C2), and checked as C1 says.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

enum HostPath {
  /// The path without symbolic links. ENOENT, ENOTDIR, EACCES: as C1 says. EOPNOTSUPP: it lies in
  /// another view (R9).
  static func resolved(_ path: [UInt8]) throws(LinkError) -> [UInt8] {
    guard path.first == UInt8(ascii: "/") else {
      throw LinkError(.invalid, "C1", String(decoding: path, as: UTF8.self), "is not absolute")
    }
    guard !path.contains(0) else {
      throw LinkError(
        .invalid, "C1", String(decoding: path, as: UTF8.self), "contains a NUL byte")
    }
    let isInView: Bool
    let resolved: [UInt8]
    do throws(Errno) {
      resolved = try real(path)
      let object = try open(resolved)
      let isDirectory = try System.status(of: object.raw).isDirectory
      _ = try System.checked(bl_faccess(object.raw, isDirectory ? R_OK | X_OK : R_OK))
      isInView = isView(object.raw)
    } catch {
      throw refusal(error, path)
    }
    if isInView {
      throw LinkError(
        .notSupported, "R9", String(decoding: path, as: UTF8.self), "lies in another view")
    }
    return resolved
  }

  static func real(_ path: [UInt8]) throws(Errno) -> [UInt8] {
    unsafe try withName(path) { (text) throws(Errno) -> [UInt8] in
      guard let real = unsafe realpath(text, nil) else { throw Errno(rawValue: errno) }
      defer { unsafe free(real) }
      return unsafe Array(nameBytes(real))
    }
  }

  static func isDirectory(_ path: [UInt8]) throws(LinkError) -> Bool {
    do throws(Errno) {
      let object = try open(path)
      return try System.status(of: object.raw).isDirectory
    } catch {
      throw refusal(error, path)
    }
  }

  private static func open(_ path: [UInt8]) throws(Errno) -> Descriptor {
    unsafe try withName(path) { (text) throws(Errno) -> Descriptor in
      try unsafe System.open(System.currentDirectory, text, System.pathOnly)
    }
  }

  /// The object is served by a bindlink of its own: the mount table says so.
  private static func isView(_ descriptor: Int32) -> Bool {
    guard bl_file_system_type(descriptor) == 0x6573_5546,
      let status = try? System.status(of: descriptor, synchronising: false),
      let table = unsafe fopen("/proc/self/mountinfo", "re")
    else { return false }
    defer { unsafe fclose(table) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { unsafe free(line) }
    while unsafe getline(&line, &capacity, table) > 0 {
      let text = unsafe String(cString: line!)
      if text.hasPrefix("\(status.mount_id) ") { return text.contains(" - fuse.bindlink ") }
    }
    return false
  }

  static func refusal(_ error: Errno, _ path: [UInt8]) -> LinkError {
    let reason =
      switch error {
      case .noEntry: "does not exist"
      case .notDirectory: "is not a directory"
      case .accessDenied, .notPermitted: "is not accessible"
      case .loop: "has too many symbolic links"
      case .nameTooLong: "is too long"
      default: "cannot be used"
      }
    return LinkError(error, "C1", String(decoding: path, as: UTF8.self), reason)
  }
}

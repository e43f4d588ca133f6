// Paths of the host as a user gives them: what is said of those that are refused (C1), and the one
// that is resolved before there is anything to be careful of.

internal import BindlinkMap
internal import Glibc

enum HostPath {
  static let slash = UInt8(ascii: "/")

  static func check(_ path: [UInt8]) throws(LinkError) {
    guard path.first == slash else {
      throw LinkError(.invalid, "C1", String(decoding: path, as: UTF8.self), "is not absolute")
    }
    guard !path.contains(0) else {
      throw LinkError(
        .invalid, "C1", String(decoding: path, as: UTF8.self), "contains a NUL byte")
    }
  }

  /// The names in a path, without what says nothing; ".." stays.
  static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: slash).map { Array($0) }.filter { $0 != [UInt8(ascii: ".")] }
  }

  /// "/" or "/a/b".
  static func bytes(_ components: some Sequence<[UInt8]>) -> [UInt8] {
    let bytes = components.flatMap { [slash] + $0 }
    return bytes.isEmpty ? [slash] : bytes
  }

  static func appending(_ relative: [[UInt8]], to base: [UInt8]) -> [UInt8] {
    relative.isEmpty ? base : (base == [slash] ? [] : base) + bytes(relative)
  }

  /// What can only be a directory: "a/", "a/.".
  static func saysDirectory(_ path: [UInt8]) -> Bool {
    path.last == slash || path.suffix(2).elementsEqual("/.".utf8)
  }

  /// Without symbolic links. Only before the view is mounted: it would wait for its own server.
  static func real(_ path: [UInt8]) throws(Errno) -> [UInt8] {
    unsafe try withName(path) { (text) throws(Errno) -> [UInt8] in
      guard let real = unsafe realpath(text, nil) else { throw Errno(rawValue: errno) }
      defer { unsafe free(real) }
      return unsafe Array(nameBytes(real))
    }
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

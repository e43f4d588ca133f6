// Plain calls on paths. Results are text, "ok" or the number of the error.
import Glibc

enum Calls {
  static func write(_ path: String, _ content: String) -> String {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0 else { return failure }
    defer { close(file) }
    let bytes = Array(content.utf8)
    return unsafe Glibc.write(file, bytes, bytes.count) == bytes.count ? "ok" : failure
  }

  static func read(_ path: String, below directory: Int32 = AT_FDCWD) -> String {
    let file = unsafe openat(directory, path, O_RDONLY)
    guard file >= 0 else { return failure }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(file, &buffer, buffer.count)
    return count < 0 ? failure : String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  static func rename(_ old: String, _ new: String) -> String {
    unsafe Glibc.rename(old, new) == 0 ? "ok" : failure
  }

  static func remove(_ path: String) -> String { unsafe unlink(path) == 0 ? "ok" : failure }

  /// The names in order, or the error.
  static func list(_ path: String) -> String {
    guard let stream = unsafe opendir(path) else { return failure }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted().joined(separator: " ")
  }

  private static var failure: String { "error \(errno)" }
  static let missing = "error \(ENOENT)"
  static let readOnly = "error \(EROFS)"
}

/// What was expected and did not come is said, and counts.
struct Expectations {
  let who: String
  private(set) var failures = 0

  init(_ who: String) { self.who = who }

  mutating func expect(_ result: String, _ allowed: [String], _ what: String) {
    if allowed.contains(result) { return }
    failures += 1
    if failures <= 10 { print("\(who): \(what): '\(result)', allowed are \(allowed)") }
  }
}

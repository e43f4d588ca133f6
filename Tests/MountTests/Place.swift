// A directory, in a view or not, and plain calls in it. Results are text, "ok" or the name of the
// error, so that a failed expectation says what happened.
import CPosixCases
import Foundation
import Glibc
import PosixCases

struct Place: Sendable {
  let path: Path

  init(_ path: Path) { self.path = path }

  subscript(_ name: Path) -> Place { Place(path + "/" + name) }
  var string: String { String(decoding: path.bytes, as: UTF8.self) }

  private func text(_ name: Path) -> [CChar] {
    let isWhole = name.bytes.first == UInt8(ascii: "/") || name.bytes.isEmpty
    let place = isWhole ? name : path + "/" + name
    Settling.note(place)
    return place.text
  }

  /// "ok", or the error's name.
  static func outcome(_ result: some BinaryInteger) -> String {
    result >= 0 ? "ok" : errorName(-Int32(truncatingIfNeeded: result))
  }
  private func outcome(_ result: some BinaryInteger) -> String { Self.outcome(result) }

  // MARK: Files

  /// A descriptor >= 0, or -errno.
  func descriptor(_ name: Path, _ flags: Int32 = O_RDONLY, mode: UInt32 = 0o644) -> Int32 {
    unsafe px_open(AT_FDCWD, text(name), flags, mode)
  }

  func open(_ name: Path, _ flags: Int32 = O_RDONLY, mode: UInt32 = 0o644) -> String {
    let file = descriptor(name, flags, mode: mode)
    if file >= 0 { _ = px_close(file) }
    return outcome(file)
  }

  /// The content, or the error's name.
  func read(_ name: Path) -> String {
    let file = descriptor(name)
    guard file >= 0 else { return outcome(file) }
    defer { _ = px_close(file) }
    return Self.read(file)
  }

  static func read(_ file: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe px_pread(file, &buffer, buffer.count, 0)
    return count < 0 ? outcome(count) : String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  @discardableResult
  func write(
    _ name: Path, _ content: String, _ flags: Int32 = O_WRONLY | O_CREAT | O_TRUNC,
    mode: UInt32 = 0o644
  ) -> String {
    let file = descriptor(name, flags, mode: mode)
    guard file >= 0 else { return outcome(file) }
    defer { _ = px_close(file) }
    return Self.write(file, content)
  }

  static func write(_ file: Int32, _ content: String) -> String {
    let bytes = Array(content.utf8)
    return outcome(unsafe px_write(file, bytes, bytes.count))
  }

  /// All of a file of text, however long.
  func content(_ name: String) -> String {
    (try? String(contentsOfFile: "\(string)/\(name)", encoding: .utf8)) ?? ""
  }

  func append(_ name: Path, _ content: String) -> String {
    write(name, content, O_WRONLY | O_APPEND)
  }

  // MARK: Attributes

  func status(_ name: Path = "") -> px_stat? {
    var status = px_stat()
    let path = name.bytes.isEmpty ? self.path.text : text(name)
    return unsafe px_stat(AT_FDCWD, path, px_AT_SYMLINK_NOFOLLOW, &status) >= 0 ? status : nil
  }

  /// "file", "directory", "symlink" …, or the error's name.
  func kind(_ name: Path) -> String {
    var status = px_stat()
    let result = unsafe px_stat(AT_FDCWD, text(name), px_AT_SYMLINK_NOFOLLOW, &status)
    return result < 0 ? outcome(result) : PosixCases.kind(of: status.mode)
  }

  func inode(_ name: Path) -> UInt64 { status(name)?.ino ?? 0 }

  func access(_ name: Path, _ mode: Int32 = F_OK) -> String {
    outcome(unsafe px_access(text(name), mode, 0))
  }
  @discardableResult func chmod(_ name: Path, _ mode: UInt32) -> String {
    outcome(unsafe px_chmod(text(name), mode))
  }
  @discardableResult func chown(_ name: Path, _ uid: UInt32, _ gid: UInt32) -> String {
    outcome(unsafe px_lchown(text(name), uid, gid))
  }
  func setTimes(_ name: Path) -> String {
    outcome(unsafe px_utimens(AT_FDCWD, text(name), 1, 2, 3, 4, 0))
  }
  func truncate(_ name: Path, _ size: Int64) -> String {
    outcome(unsafe px_truncate(text(name), size))
  }
  func setAttribute(_ name: Path, _ attribute: String, _ value: String) -> String {
    let bytes = Array(value.utf8)
    return outcome(unsafe px_setxattr(text(name), attribute, bytes, bytes.count, 0, 1))
  }
  func attribute(_ name: Path, _ attribute: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = unsafe px_getxattr(text(name), attribute, &buffer, buffer.count, 1)
    return count < 0 ? outcome(count) : String(decoding: buffer.prefix(count), as: UTF8.self)
  }
  func removeAttribute(_ name: Path, _ attribute: String) -> String {
    outcome(unsafe px_removexattr(text(name), attribute, 1))
  }
  func handle(_ name: Path) -> String { outcome(unsafe px_handle(text(name))) }

  // MARK: Names

  @discardableResult func mkdir(_ name: Path, _ mode: UInt32 = 0o755) -> String {
    outcome(unsafe px_mkdir(AT_FDCWD, text(name), mode))
  }
  @discardableResult func rmdir(_ name: Path) -> String { outcome(unsafe px_rmdir(text(name))) }
  @discardableResult func unlink(_ name: Path) -> String {
    outcome(unsafe px_unlink(AT_FDCWD, text(name), 0))
  }
  @discardableResult func rename(_ name: Path, _ new: Path, _ flags: Int32 = 0) -> String {
    outcome(unsafe px_rename(AT_FDCWD, text(name), AT_FDCWD, text(new), flags))
  }
  @discardableResult
  func link(_ name: Path, _ new: Path, following: Bool = false) -> String {
    outcome(
      unsafe px_link(
        AT_FDCWD, text(name), AT_FDCWD, text(new), following ? px_AT_SYMLINK_FOLLOW : 0))
  }
  @discardableResult func symlink(_ target: Path, _ name: Path) -> String {
    outcome(unsafe px_symlink(target.text, text(name)))
  }
  func readlink(_ name: Path) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe px_readlink(AT_FDCWD, text(name), &buffer, buffer.count)
    return count < 0
      ? outcome(count)
      : String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  func mkfifo(_ name: Path) -> String {
    outcome(unsafe px_mknod(text(name), S_IFIFO | 0o644, 0, 0))
  }
  func bindSocket(_ name: Path) -> String {
    let socket = unsafe px_bind(text(name))
    if socket >= 0 { _ = px_close(socket) }
    return outcome(socket)
  }
  func execute(_ name: Path) -> String {
    let status = unsafe px_spawn(text(name), "")
    return status < 0 ? outcome(status) : "\(status)"
  }

  // MARK: Listings

  struct Entry: Sendable {
    let name: Path
    let inode: UInt64
    let type: Int32
  }

  /// The entries without "." and "..", or nil where the directory cannot be listed.
  func entries(_ name: Path = "") -> [Entry]? {
    var stream: UnsafeMutableRawPointer?
    let path = name.bytes.isEmpty ? self.path.text : text(name)
    guard unsafe px_opendir(path, &stream) == 0, let stream = unsafe stream else { return nil }
    defer { unsafe px_closedir(stream) }
    var entries: [Entry] = []
    var entry = px_dirent()
    while unsafe px_readdir(stream, &entry) > 0 {
      let bytes = unsafe withUnsafeBytes(of: &entry.name) { unsafe Array($0.prefix { $0 != 0 }) }
      if bytes == Array(".".utf8) || bytes == Array("..".utf8) { continue }
      entries.append(Entry(name: Path(bytes: bytes), inode: entry.ino, type: entry.type))
    }
    return entries
  }

  /// The names, sorted, with spaces between; or the error's name.
  func list(_ name: Path = "") -> String {
    guard let entries = entries(name) else { return open(name, O_RDONLY | O_DIRECTORY) }
    return entries.map(\.name).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      .map(\.description).joined(separator: " ")
  }

  /// Everything below, as lines.
  var tree: [String] { treeLines(of: string) }

  /// Makes a tree: "d/" a directory, "f=content" a file, "l>target" a symbolic link; with parents.
  func make(_ items: [String]) {
    for item in items {
      let end = item.firstIndex { "=>".contains($0) } ?? item.endIndex
      let name = item[..<end]
      let parents = name.split(separator: "/").dropLast(name.hasSuffix("/") ? 0 : 1)
      var parent = ""
      for component in parents {
        parent += (parent.isEmpty ? "" : "/") + component
        mkdir("\(parent)")
      }
      guard end < item.endIndex else { continue }
      let value = String(item[item.index(after: end)...])
      if item[end] == "=" {
        write("\(String(name))", value)
      } else {
        symlink("\(value)", "\(String(name))")
      }
    }
  }

  // MARK: Working directory

  /// Runs the steps on a thread of its own whose working directory this is.
  func inside(_ steps: @escaping () -> Void) -> String {
    let box = Steps(steps)
    let context = unsafe Unmanaged.passUnretained(box).toOpaque()
    let result = unsafe px_run_apart(
      string,
      { context in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<Steps>.fromOpaque(context).takeUnretainedValue().run()
      }, context)
    return withExtendedLifetime(box) { outcome(result) }
  }
}

private final class Steps {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// The working directory of a thread that `Place.inside` has started.
enum WorkingDirectory {
  static var here: Place { Place(".") }
  static var path: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe px_getcwd(&buffer, buffer.count)
    return count <= 0
      ? Place.outcome(count)
      : String(decoding: buffer.prefix(Int(count) - 1).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Flags that Swift's Glibc module hides.
enum Flags {
  static let temporary = px_O_TMPFILE
  static let exchange = px_RENAME_EXCHANGE
  static let noReplace = px_RENAME_NOREPLACE
}

// The name space: names made, moved, removed, listed.

import CPosixCases
import Glibc

extension Probe {
  func mkdir(_ path: Path, _ mode: UInt32 = 0o755, at dir: Int32 = AT_FDCWD) {
    record("mkdir \(path)", unsafe px_mkdir(dir, path.text, mode))
  }
  func rmdir(_ path: Path) { record("rmdir \(path)", unsafe px_rmdir(path.text)) }
  func unlink(_ path: Path, at dir: Int32 = AT_FDCWD, flags: Int32 = 0) {
    record("unlink \(path) \(flags)", unsafe px_unlink(dir, path.text, flags))
  }
  func rename(
    _ old: Path, _ new: Path, flags: Int32 = 0, from: Int32 = AT_FDCWD, to: Int32 = AT_FDCWD
  ) {
    record(
      "rename \(old) \(new) \(flags)", unsafe px_rename(from, old.text, to, new.text, flags))
  }
  func link(
    _ old: Path, _ new: Path, flags: Int32 = 0, from: Int32 = AT_FDCWD, to: Int32 = AT_FDCWD
  ) {
    record("link \(old) \(new) \(flags)", unsafe px_link(from, old.text, to, new.text, flags))
  }
  func symlink(_ target: Path, _ path: Path) {
    record("symlink \(target) \(path)", unsafe px_symlink(target.text, path.text))
  }

  func readlink(_ path: Path, size: Int = 8192, at dir: Int32 = AT_FDCWD) {
    var buffer = [CChar](repeating: 0, count: max(size, 1))
    let count = unsafe px_readlink(dir, path.text, &buffer, size)
    if record("readlink \(path)", count, asValue: true) {
      note("  text \(shown(buffer.prefix(count).map { UInt8(bitPattern: $0) }))")
    }
  }

  func mknod(_ path: Path, _ mode: UInt32, major: UInt32 = 0, minor: UInt32 = 0) {
    record(
      "mknod \(path) 0\(String(mode, radix: 8))", unsafe px_mknod(path.text, mode, major, minor))
  }

  func chdir(_ path: Path) { record("chdir \(path)", unsafe px_chdir(path.text)) }
  func fchdir(_ descriptor: Int32) { record("fchdir", px_fchdir(descriptor)) }

  /// Logs the working directory relative to where the case began.
  func getcwd() {
    guard let path = currentDirectory() else {
      var buffer = [CChar](repeating: 0, count: 65536)
      record("getcwd", unsafe px_getcwd(&buffer, buffer.count))
      return
    }
    let inside = path.starts(with: home)
    let rest = Path(bytes: Array(path.dropFirst(inside ? home.count : 0)))
    note("getcwd = \(inside ? "." : "elsewhere ")\(rest)")
  }

  /// Logs the entries of `path`, sorted, with whether type and inode number agree with lstat.
  func list(_ path: Path) {
    guard let stream = openStream(path) else { return }
    var entries: [String] = []
    while let entry = next(stream) {
      if entry.isDot { continue }
      let status = status(path + "/" + entry.name)
      let agrees =
        status.map {
          entry.inode == $0.ino
            && (entry.type == 0 || UInt32(entry.type) == ($0.mode & S_IFMT) >> 12)
        } ?? false
      entries.append("\(entry.name)\(agrees ? "" : " (disagrees with lstat)")")
    }
    closeStream(stream)
    note("list \(path) = \(entries.sorted().joined(separator: " "))")
  }

  @safe struct Stream { fileprivate let handle: UnsafeMutableRawPointer }
  struct Entry {
    let name: Path
    let inode: UInt64
    let type: Int32
    let position: Int64

    /// "." or "..", which one case looks at and the others leave out.
    var isDot: Bool { name.bytes == [0x2e] || name.bytes == [0x2e, 0x2e] }
  }

  func openStream(_ path: Path) -> Stream? {
    var handle: UnsafeMutableRawPointer?
    guard record("opendir \(path)", unsafe px_opendir(path.text, &handle)) else { return nil }
    return unsafe handle.map { unsafe Stream(handle: $0) }
  }

  func next(_ stream: Stream) -> Entry? {
    var entry = px_dirent()
    let result = unsafe px_readdir(stream.handle, &entry)
    if result < 0 { record("readdir", result) }
    guard result > 0 else { return nil }
    let name = unsafe withUnsafeBytes(of: &entry.name) { unsafe Array($0.prefix { $0 != 0 }) }
    return Entry(
      name: Path(bytes: name), inode: entry.ino, type: entry.type, position: entry.position)
  }

  func remaining(_ stream: Stream) -> [String] {
    var names: [String] = []
    while let entry = next(stream) {
      if !entry.isDot { names.append("\(entry.name)") }
    }
    return names
  }

  func seek(_ stream: Stream, _ position: Int64) { unsafe px_seekdir(stream.handle, position) }
  func rewind(_ stream: Stream) { unsafe px_rewinddir(stream.handle) }
  func closeStream(_ stream: Stream) { unsafe px_closedir(stream.handle) }
}

// A directory of the host with an empty `anchor` in it, removed at the end; and which descriptors this
// process has open in it.
import BindlinkMap
import Glibc
import Testing

final class ScratchTree: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/bindlink-engine-XXXXXX".utf8CString)
    path = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
    try makeDirectory("anchor")
  }

  deinit {
    Self.removeContents(unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    unsafe rmdir(path)
  }

  private static func removeContents(_ directory: Int32) {
    guard let stream = unsafe fdopendir(directory) else { return }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        let name = unsafe UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)
        if unsafe strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
        if unsafe unlinkat(directory, name, 0) == -1 {
          removeContents(unsafe openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
          unsafe unlinkat(directory, name, AT_REMOVEDIR)
        }
      }
    }
  }

  func makeDirectory(_ name: String) throws {
    try #require(unsafe mkdir("\(path)/\(name)", 0o755) == 0, "\(name): \(errno)")
  }

  func makeFile(_ name: String, _ content: String = "content") throws {
    let file = unsafe Glibc.open("\(path)/\(name)", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    try #require(file >= 0, "\(name): \(errno)")
    var content = content
    let written = content.withUTF8 { unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
    try #require(written == content.utf8.count)
  }

  func move(_ name: String, _ newName: String) throws {
    try #require(unsafe rename("\(path)/\(name)", "\(path)/\(newName)") == 0)
  }

  func remove(_ name: String) throws {
    try #require(unsafe Glibc.remove("\(path)/\(name)") == 0)
  }

  func exists(_ name: String) -> Bool { unsafe access("\(path)/\(name)", F_OK) == 0 }

  /// Sorted.
  func names(_ directory: String) throws -> [String] {
    guard let stream = unsafe opendir("\(path)/\(directory)") else {
      throw Errno(rawValue: errno)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func content(_ name: String) throws -> String {
    let file = unsafe Glibc.open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
    try #require(file >= 0, "\(name): \(errno)")
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(file, &buffer, buffer.count)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  func status(_ name: String) throws -> stat {
    var status = stat()
    try #require(unsafe lstat("\(path)/\(name)", &status) == 0)
    return status
  }

  /// What this process has open here, deleted or not.
  var openDescriptors: [String] { open.map(\.path) }

  /// Those of one object.
  func openDescriptors(of name: String) -> [Int32] {
    open.filter { $0.path == "\(path)/\(name)" }.map(\.descriptor)
  }

  private var open: [(path: String, descriptor: Int32)] {
    guard let stream = unsafe opendir("/proc/self/fd") else { return [] }
    defer { unsafe closedir(stream) }
    var found: [(path: String, descriptor: Int32)] = []
    while let entry = unsafe readdir(stream) {
      var target = [UInt8](repeating: 0, count: 4096)
      let length = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe readlinkat(
          dirfd(stream), name.assumingMemoryBound(to: CChar.self).baseAddress!, &target,
          target.count)
      }
      guard length > 0 else { continue }
      let text = String(decoding: target[..<length], as: UTF8.self)
      let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe atoi(name.assumingMemoryBound(to: CChar.self).baseAddress!)
      }
      if text.hasPrefix(path) { found.append((text, number)) }
    }
    return found
  }
}

// The calls that a program makes, as they are; an error is its errno.

import CBindlinkSystem
import Glibc

struct CallFailure: Error { let errno: Int32 }

enum SystemCall {
  static func checked(_ result: Int32) throws(CallFailure) -> Int32 {
    if result < 0 { throw CallFailure(errno: Glibc.errno) }
    return result
  }

  /// Of the calls that answer with -errno.
  static func unwrapped(_ result: Int32) throws(CallFailure) -> Int32 {
    if result < 0 { throw CallFailure(errno: -result) }
    return result
  }

  static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) throws(CallFailure) -> Int32
  {
    try checked(unsafe Glibc.open(path, flags | O_CLOEXEC, mode))
  }

  static func write(_ descriptor: Int32, _ bytes: [UInt8]) throws(CallFailure) {
    let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
    if count != bytes.count { throw CallFailure(errno: count < 0 ? Glibc.errno : EIO) }
  }

  static func read(_ descriptor: Int32) throws(CallFailure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 { throw CallFailure(errno: Glibc.errno) }
    return Array(buffer[..<count])
  }

  /// All of a file.
  static func text(ofFile path: String) throws(CallFailure) -> String {
    let file = try open(path, O_RDONLY)
    defer { _ = close(file) }
    var bytes: [UInt8] = []
    while true {
      let more = try read(file)
      if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
      bytes += more
    }
  }

  static func status(_ path: String) throws(CallFailure) -> stat {
    var status = stat()
    _ = try checked(unsafe lstat(path, &status))
    return status
  }

  static func readLink(_ path: String) throws(CallFailure) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink(path, &buffer, buffer.count)
    if count < 0 { throw CallFailure(errno: Glibc.errno) }
    return buffer[..<count].map { UInt8(bitPattern: $0) }
  }

  struct Entry {
    let name: String
    let inode: UInt64
    let type: UInt8
  }

  static func list(_ path: String) throws(CallFailure) -> [Entry] {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    guard let stream = unsafe fdopendir(descriptor) else {
      _ = close(descriptor)
      throw CallFailure(errno: Glibc.errno)
    }
    defer { _ = unsafe closedir(stream) }
    var entries: [Entry] = []
    while true {
      Glibc.errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      entries.append(
        unsafe Entry(name: name, inode: UInt64(entry.pointee.d_ino), type: entry.pointee.d_type))
    }
    if Glibc.errno != 0 { throw CallFailure(errno: Glibc.errno) }
    return entries.sorted { $0.name < $1.name }
  }

  static func rename(_ path: String, _ newPath: String, _ flags: UInt32) throws(CallFailure) {
    _ = try unwrapped(unsafe bl_renameat2(AT_FDCWD, path, AT_FDCWD, newPath, flags))
  }
}

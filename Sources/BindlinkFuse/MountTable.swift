// The kernel's table of mounts, as far as it is needed: what is mounted at a place, on top. Asking
// the tree itself would ask its server, which may be this process or dead.
import BindlinkMap
import CBindlinkFuse
import Glibc

/// What `statx` tells of a place without asking any server.
struct MountIdentity: Equatable {
  let device: UInt64
  let mountID: UInt64

  init(at path: String) throws(Errno) { try self.init(AT_FDCWD, path) }

  init(of descriptor: Int32) throws(Errno) { try self.init(descriptor, "") }

  private init(_ directory: Int32, _ path: String) throws(Errno) {
    var device: UInt64 = 0
    var mountID: UInt64 = 0
    guard unsafe bindlink_mount_identity(directory, path, &device, &mountID) == 0 else {
      throw Errno(rawValue: Glibc.errno)
    }
    self.device = device
    self.mountID = mountID
  }
}

struct MountTable {
  struct Line {
    let mountID: UInt64
    let place: [UInt8]
    let type: String
  }

  private let lines: [Line]

  /// Of the calling process.
  init() throws(Errno) {
    try self.init(text: readFile("/proc/self/mountinfo"))
  }

  init(text: [UInt8]) {
    lines = text.split(separator: UInt8(ascii: "\n")).compactMap(Line.init)
  }

  /// The mount whose root is at `place`, on top of any other; nil if `place` is inside of a mount.
  /// `place` is absolute and resolved.
  func top(at place: String, _ identity: MountIdentity) -> Line? {
    lines.first { $0.mountID == identity.mountID && $0.place == Array(place.utf8) }
  }
}

extension MountTable.Line {
  /// proc(5): id, parent, device, root, place, options, optional fields, "-", type, source, options.
  fileprivate init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard fields.count >= 6, let id = UInt64(String(decoding: fields[0], as: UTF8.self)),
      let separator = fields[6...].firstIndex(of: [UInt8(ascii: "-")]),
      separator + 1 < fields.count
    else { return nil }
    mountID = id
    place = unescaped(fields[4])
    type = String(decoding: fields[separator + 1], as: UTF8.self)
  }
}

/// Space, tab, newline and backslash are written as a backslash and three octal digits.
private func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = field
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), rest.count >= 3,
      let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(value)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return bytes
}

private func readFile(_ path: String) throws(Errno) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor != -1 else { throw Errno(rawValue: errno) }
  defer { close(descriptor) }
  return try readAll(descriptor)
}

/// Up to the end of the file or pipe.
func readAll(_ descriptor: Int32) throws(Errno) -> [UInt8] {
  var content: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count == 0 { return content }
    if count > 0 {
      content += chunk[..<count]
    } else if errno != EINTR {
      throw Errno(rawValue: errno)
    }
  }
}

// The kernel's table of mounts, as far as it is needed: what is mounted where, and which directory
// of a file system it shows. Asking the tree itself would ask its server, which may be this process
// or dead.

package import BindlinkMap
internal import Glibc

package struct MountTable: Sendable {
  package struct Line: Sendable {
    package let mountID: UInt64
    /// The mount that this one is mounted on; at the same place if it covers it.
    package let parentID: UInt64
    /// The directory (or file) of the file system that is shown.
    package let root: [UInt8]
    package let place: [UInt8]
    package let type: String

    package var isView: Bool { type == MountTable.viewType }
  }

  /// What every view's mount has as its type.
  package static let viewType = "fuse.bindlink"

  package let lines: [Line]

  /// Of the calling process.
  package init() throws(Errno) {
    let descriptor = unsafe open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
    guard descriptor != -1 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    self.init(text: try readAll(descriptor))
  }

  package init(text: [UInt8]) {
    lines = text.split(separator: UInt8(ascii: "\n")).compactMap(Line.init)
  }

  /// The mount of that id if its root is at `place`, which is absolute and resolved; nil if `place`
  /// is somewhere inside of it.
  package func mount(at place: String, mountID: UInt64) -> Line? {
    lines.first { $0.mountID == mountID && $0.place == Array(place.utf8) }
  }
}

extension MountTable.Line {
  /// proc(5): id, parent, device, root, place, options, optional fields, "-", type, source, options.
  fileprivate init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard fields.count >= 6, let id = UInt64(String(decoding: fields[0], as: UTF8.self)),
      let parent = UInt64(String(decoding: fields[1], as: UTF8.self)),
      let separator = fields[6...].firstIndex(of: [UInt8(ascii: "-")]),
      separator + 1 < fields.count
    else { return nil }
    mountID = id
    parentID = parent
    root = unescaped(fields[3])
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

/// Up to the end of the file or pipe.
package func readAll(_ descriptor: Int32) throws(Errno) -> [UInt8] {
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

// The mounts of this mount namespace, from /proc/self/mountinfo: reading it asks no file system's
// server, so it is safe where a server hangs or has died.
internal import SystemPackage

struct MountTable {
  struct Entry: Hashable {
    let identifier: UInt64
    let mountpoint: [UInt8]
    let type: String
  }

  static let viewType = "fuse.bindlink"

  let entries: [Entry]

  static func current() throws(Errno) -> MountTable {
    MountTable(parsing: try FilePath("/proc/self/mountinfo").content())
  }

  /// Lines such as `36 35 98:0 / /mnt rw shared:1 - fuse.bindlink src rw`; what mounted last
  /// stands last.
  init(parsing text: [UInt8]) {
    entries = text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 6, let separator = fields.firstIndex(of: [UInt8(ascii: "-")]),
        separator + 1 < fields.count,
        let identifier = UInt64(String(decoding: fields[0], as: UTF8.self))
      else { return nil }
      return Entry(
        identifier: identifier, mountpoint: Self.unescape(fields[4]),
        type: String(decoding: fields[separator + 1], as: UTF8.self))
    }
  }

  /// The topmost mount at a resolved path.
  func top(at mountpoint: [UInt8]) -> Entry? {
    entries.last { $0.mountpoint == mountpoint }
  }

  func entry(_ identifier: UInt64) -> Entry? {
    entries.first { $0.identifier == identifier }
  }

  /// The kernel writes space, tab, newline and backslash as `\` and three octal digits.
  private static func unescape(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"),
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
}

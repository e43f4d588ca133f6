// Extended attributes and POSIX ACLs in the binary form that the kernel takes.

import CPosixCases
import Glibc

extension Probe {
  func setxattr(
    _ path: Path, _ name: String, _ value: [UInt8], flags: Int32 = 0, follow: Bool = true
  ) {
    let result = unsafe px_setxattr(path.text, name, value, value.count, flags, follow ? 1 : 0)
    record("setxattr \(path) \(name) \(value.count) bytes \(flags)", result)
  }
  func setxattr(_ path: Path, _ name: String, _ value: String, flags: Int32 = 0) {
    setxattr(path, name, Array(value.utf8), flags: flags)
  }
  func fsetxattr(_ descriptor: Int32, _ name: String, _ value: String) {
    let bytes = Array(value.utf8)
    record("fsetxattr \(name)", unsafe px_fsetxattr(descriptor, name, bytes, bytes.count))
  }

  /// `size` 0 asks for the size alone.
  func getxattr(_ path: Path, _ name: String, size: Int = 65536, follow: Bool = true) {
    var buffer = [UInt8](repeating: 0, count: max(size, 1))
    let count = unsafe px_getxattr(path.text, name, &buffer, size, follow ? 1 : 0)
    if record("getxattr \(path) \(name) in \(size)", count, asValue: true), size > 0 {
      note("  value \(shown(buffer.prefix(count)))")
    }
  }

  func listxattr(_ path: Path, size: Int = 65536, follow: Bool = true) {
    var buffer = [CChar](repeating: 0, count: max(size, 1))
    let count = unsafe px_listxattr(path.text, &buffer, size, follow ? 1 : 0)
    if record("listxattr \(path) in \(size)", count, asValue: true), size > 0 {
      note("  names \(attributeNames(buffer.prefix(count)).joined(separator: " "))")
    }
  }

  func removexattr(_ path: Path, _ name: String, follow: Bool = true) {
    record(
      "removexattr \(path) \(name)", unsafe px_removexattr(path.text, name, follow ? 1 : 0))
  }

  func setACL(_ path: Path, _ entries: [ACLEntry], default isDefault: Bool = false) {
    setxattr(
      path, isDefault ? "system.posix_acl_default" : "system.posix_acl_access",
      aclBytes(entries))
  }
  func getACL(_ path: Path, default isDefault: Bool = false) {
    getxattr(path, isDefault ? "system.posix_acl_default" : "system.posix_acl_access")
  }
}

func attributeNames(_ list: some Collection<CChar>) -> [String] {
  list.split(separator: 0).map {
    String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }.sorted()
}

enum ACLEntry {
  case owner(UInt16)
  case user(UInt32, UInt16)
  case group(UInt16)
  case namedGroup(UInt32, UInt16)
  case mask(UInt16)
  case other(UInt16)
}

/// Version 2, then tag, permissions and id of each entry, little-endian.
func aclBytes(_ entries: [ACLEntry]) -> [UInt8] {
  var bytes: [UInt8] = [2, 0, 0, 0]
  for entry in entries {
    let (tag, permissions, id): (UInt16, UInt16, UInt32) =
      switch entry {
      case .owner(let permissions): (0x01, permissions, .max)
      case .user(let uid, let permissions): (0x02, permissions, uid)
      case .group(let permissions): (0x04, permissions, .max)
      case .namedGroup(let gid, let permissions): (0x08, permissions, gid)
      case .mask(let permissions): (0x10, permissions, .max)
      case .other(let permissions): (0x20, permissions, .max)
      }
    for value in [tag, permissions] { bytes += [UInt8(value & 0xff), UInt8(value >> 8)] }
    for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: id >> UInt32(shift))) }
  }
  return bytes
}

// The tree that a case leaves behind, as lines, and its removal. Both go down by descriptors, so
// that paths beyond PATH_MAX and unreadable directories are no obstacle.

import CPosixCases
import Glibc

/// One line for each object below `directory`: type, mode, owner, size, link count of files,
/// symlink text, content hash, extended attributes.
package func treeLines(of directory: String) -> [String] {
  let root = unsafe px_open(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY, 0)
  guard root >= 0 else { return ["tree \(errorName(-root))"] }
  defer { _ = px_close(root) }
  var lines: [String] = []
  describe(root, "", depth: 0, into: &lines)
  return lines
}

/// Removes everything below `directory`; false if something stays.
@discardableResult
package func clearDirectory(_ directory: String) -> Bool {
  let root = unsafe px_open(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY, 0)
  guard root >= 0 else { return false }
  defer { _ = px_close(root) }
  return clear(root)
}

private func names(in descriptor: Int32) -> [Path] {
  var stream: UnsafeMutableRawPointer?
  guard unsafe px_opendir("/proc/self/fd/\(descriptor)", &stream) == 0, let stream = unsafe stream
  else { return [] }
  defer { unsafe px_closedir(stream) }
  var names: [Path] = []
  var entry = px_dirent()
  while unsafe px_readdir(stream, &entry) > 0 {
    let bytes = unsafe withUnsafeBytes(of: &entry.name) { unsafe Array($0.prefix { $0 != 0 }) }
    if bytes != Array(".".utf8) && bytes != Array("..".utf8) { names.append(Path(bytes: bytes)) }
  }
  return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
}

/// Beyond this depth only the descent goes on, not the naming of what lies on the way.
private let namedDepth = 8

private func describe(
  _ descriptor: Int32, _ prefix: String, depth: Int, into lines: inout [String]
) {
  for name in names(in: descriptor) {
    let path = depth < namedDepth ? "\(prefix)/\(name)" : "[\(depth)]/\(name)"
    var status = px_stat()
    let result = unsafe px_stat(descriptor, name.text, px_AT_SYMLINK_NOFOLLOW, &status)
    guard result >= 0 else {
      lines.append("tree \(path) \(errorName(-result))")
      continue
    }
    var line = "tree \(path) \(attributes(of: status))"
    switch status.mode & S_IFMT {
    case S_IFDIR:
      lines.append(line + extendedAttributes(descriptor, name))
      let child = unsafe px_open(
        descriptor, name.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
      if child >= 0 {
        describe(child, path, depth: depth + 1, into: &lines)
        _ = px_close(child)
      } else {
        lines.append("tree \(path) \(errorName(-child))")
      }
      continue
    case S_IFLNK:
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = unsafe px_readlink(descriptor, name.text, &buffer, buffer.count)
      line += " nlink \(status.nlink) -> "
      line +=
        count < 0
        ? errorName(Int32(-count)) : shown(buffer.prefix(count).map { UInt8(bitPattern: $0) })
    case S_IFREG:
      line += " nlink \(status.nlink) " + contentHash(descriptor, name)
      line += extendedAttributes(descriptor, name)
    default:
      line += " nlink \(status.nlink)"
    }
    lines.append(line)
  }
}

/// Holes are skipped, so that a sparse file of any size is quick; their places are in the hash.
private func contentHash(_ directory: Int32, _ name: Path) -> String {
  let file = unsafe px_open(directory, name.text, O_RDONLY | O_NOFOLLOW, 0)
  guard file >= 0 else { return errorName(-file) }
  defer { _ = px_close(file) }
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  var buffer = [UInt8](repeating: 0, count: 65536)
  var position: Int64 = 0
  while true {
    let data = px_lseek(file, position, px_SEEK_DATA)
    guard data >= 0 else { break }
    position = data
    let count = unsafe px_pread(file, &buffer, buffer.count, position)
    guard count > 0 else { break }
    for index in 0..<count where buffer[index] != 0 {
      value = (value ^ UInt64(bitPattern: position + Int64(index))) &* 0x100_0000_01b3
      value = (value ^ UInt64(buffer[index])) &* 0x100_0000_01b3
    }
    position += Int64(count)
  }
  return "#" + String(value, radix: 16)
}

private func extendedAttributes(_ directory: Int32, _ name: Path) -> String {
  let path: Path = "/proc/self/fd/\(directory)/" + name
  var list = [CChar](repeating: 0, count: 65536)
  let count = unsafe px_listxattr(path.text, &list, list.count, 0)
  guard count > 0 else { return "" }
  return attributeNames(list.prefix(count)).map { attribute in
    var value = [UInt8](repeating: 0, count: 65536)
    let size = unsafe px_getxattr(path.text, attribute, &value, value.count, 0)
    return " \(attribute)=\(size < 0 ? errorName(Int32(-size)) : shown(value.prefix(size)))"
  }.joined()
}

private func clear(_ descriptor: Int32) -> Bool {
  var all = true
  for name in names(in: descriptor) {
    if unsafe px_unlink(descriptor, name.text, 0) == 0 { continue }
    let path: Path = "/proc/self/fd/\(descriptor)/" + name
    _ = unsafe px_chmod(path.text, 0o700)
    let child = unsafe px_open(descriptor, name.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
    if child >= 0 {
      _ = clear(child)
      _ = px_close(child)
    }
    if unsafe px_unlink(descriptor, name.text, AT_REMOVEDIR) < 0 { all = false }
  }
  return all
}

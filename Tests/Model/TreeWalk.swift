// Whole trees, as lines: what the reference says, and what a walk of the real ones finds.

import Glibc
import ModelReference

/// Which number the view gave to which object (R7): one for all names of a file, one for each
/// directory's place.
struct InodeNumbers {
  private var objects: [UInt64: Int] = [:]
  private var numbers: [Int: UInt64] = [:]
  private var directories: Set<UInt64> = []

  /// False: two objects with one number, or the reverse.
  mutating func accept(_ number: UInt64, of inode: Inode?) -> Bool {
    guard let inode, !inode.isDirectory else {
      return objects[number] == nil && directories.insert(number).inserted
    }
    if directories.contains(number) { return false }
    let (known, given) = (objects[number], numbers[inode.number])
    (objects[number], numbers[inode.number]) = (inode.number, number)
    return (known ?? inode.number) == inode.number && (given ?? number) == number
  }
}

struct TreeWalk {
  let reference: Reference
  let caller: Caller
  let side: Operation.Side

  func expected(at path: [String]) -> [String] {
    var lines: [String] = []
    for name in names(in: path) {
      let child = path + [name]
      let inode = inode(child)
      let status = reference.status(side, child, inode)
      var line = "\(child.joined(separator: "/")) \(describe(status))"
      if let text = inode?.symbolicLinkText { line += " -> \(text)" }
      if inode?.kind == .file { line += " \(inode!.content)" }
      lines.append(line)
      if inode?.isDirectory ?? true { lines += expected(at: child) }
    }
    return lines
  }

  func found(at path: [String], _ numbers: inout InodeNumbers) -> [String] {
    var lines: [String] = []
    do throws(CallFailure) {
      for entry in try SystemCall.list(caller.place(side, path)) {
        let child = path + [entry.name]
        let place = caller.place(side, child)
        let name = child.joined(separator: "/")
        do throws(CallFailure) {
          let found = try SystemCall.status(place)
          let status = Caller.objectStatus(found)
          var line = "\(name) \(describe(status))"
          if status.kind == "symbolic link" {
            line += " -> \(String(decoding: try SystemCall.readLink(place), as: UTF8.self))"
          }
          if status.kind == "file" {
            guard case .text(let bytes) = try caller.make(Operation(side, .read, child)).get()
            else { fatalError("a file's text is text") }
            line += " \(bytes)"
          }
          if side == .view { line += complaint(child, entry, found, &numbers) }
          lines.append(line)
          if status.kind == "directory" { lines += self.found(at: child, &numbers) }
        } catch {
          lines.append("\(name): \(errnoName(error.errno))")
        }
      }
    } catch {
      lines.append("\(path.joined(separator: "/"))/: \(errnoName(error.errno))")
    }
    return lines
  }

  /// R7: what is wrong with the numbers of an object of the view.
  private func complaint(
    _ path: [String], _ entry: SystemCall.Entry, _ status: stat, _ numbers: inout InodeNumbers
  ) -> String {
    var text = ""
    if entry.inode != status.st_ino { text += " d_ino \(entry.inode) st_ino \(status.st_ino)" }
    let type = UInt32(entry.type) << 12
    if type != 0, type != status.st_mode & S_IFMT { text += " d_type \(entry.type)" }
    if !numbers.accept(UInt64(status.st_ino), of: inode(path)) {
      text += " st_ino of something else"
    }
    if status.st_mode & S_IFMT == S_IFDIR, status.st_nlink != 1 {
      let directories = names(in: path).count { inode(path + [$0])?.isDirectory ?? true }
      let seen = reference.view.see(path)
      if seen.parts.count != 1 || Int(status.st_nlink) != 2 + directories {
        text += " st_nlink \(status.st_nlink)"
      }
    }
    return text
  }

  private func names(in path: [String]) -> [String] {
    side == .view
      ? reference.view.names(in: path)
      : reference.host.object(at: path)!.entries.keys.sorted()
  }

  private func inode(_ path: [String]) -> Inode? {
    side == .view ? reference.view.see(path).parts.first?.inode : reference.host.object(at: path)
  }

  private func describe(_ status: ObjectStatus) -> String {
    "\(status.kind) \(String(status.mode, radix: 8)) \(status.size) \(status.names)"
  }
}

func errnoName(_ number: Int32) -> String {
  let names: [Int32: String] = [
    EPERM: "EPERM", ENOENT: "ENOENT", EIO: "EIO", EACCES: "EACCES", EBUSY: "EBUSY",
    EEXIST: "EEXIST", EXDEV: "EXDEV", ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL",
    ENXIO: "ENXIO", EROFS: "EROFS", ENOTEMPTY: "ENOTEMPTY", ELOOP: "ELOOP", ESTALE: "ESTALE",
    ENOTCONN: "ENOTCONN", ECONNABORTED: "ECONNABORTED", EOPNOTSUPP: "EOPNOTSUPP",
    ENOTTY: "ENOTTY",
  ]
  return names[number] ?? "errno \(number)"
}

// The host's trees and what the kernel's calls do to them. Paths are lists of names from the top.

internal import Glibc

package final class HostTree {
  package let root: Inode
  private var count = 0
  private let devices: [String: Int]
  private let tops: [String: Inode]

  /// `directories` are the names at the top, and the device that each is on.
  package init(directories: [String: Int]) {
    devices = directories
    root = Inode(number: 0, kind: .directory, device: 0, mode: 0o755)
    var tops: [String: Inode] = [:]
    for (number, top) in directories.enumerated() {
      tops[top.key] = Inode(number: -number - 1, kind: .directory, device: top.value, mode: 0o755)
    }
    self.tops = tops
    root.entries = tops
  }

  package func make(_ kind: Inode.Kind, mode: UInt32, device: Int) -> Inode {
    count += 1
    return Inode(number: count, kind: kind, device: device, mode: mode)
  }

  /// What is at a path; no symbolic link is followed.
  package func object(at path: [String]) -> Inode? {
    var object: Inode = root
    for name in path {
      guard let next = object.entries[name] else { return nil }
      object = next
    }
    return object
  }

  package func directory(at path: [String]) -> Inode? {
    object(at: path).flatMap { $0.isDirectory ? $0 : nil }
  }

  /// Whether the directory at a path of one name is still the one that it was at first.
  package func isFirst(at path: [String]) -> Bool {
    object(at: path).map { $0 === tops[path[0]] } ?? false
  }

  /// Of the directory that a path lies in; each of the names at the top has its own around it.
  package func device(around path: [String]) -> Int {
    path.count == 1 ? devices[path[0]] ?? 0 : directory(at: Array(path.dropLast()))!.device
  }

  // MARK: Changes

  package func add(_ object: Inode, at path: [String]) {
    object.names += 1
    directory(at: Array(path.dropLast()))!.entries[path.last!] = object
  }

  package func take(_ path: [String]) {
    let directory = directory(at: Array(path.dropLast()))!
    directory.entries.removeValue(forKey: path.last!)!.names -= 1
  }

  package func checkRemoval(ofDirectory path: [String]) throws(Refusal) {
    if !object(at: path)!.entries.isEmpty { throw Refusal(ENOTEMPTY) }
  }

  /// What renameat2 says where both parents are there.
  package func checkRename(
    _ path: [String], _ newPath: [String], exchanging: Bool
  ) throws(Refusal) {
    let (parent, newParent) = (Array(path.dropLast()), Array(newPath.dropLast()))
    let object = object(at: path)!
    let replaced = self.object(at: newPath)
    if device(around: path) != device(around: newPath) { throw Refusal(EXDEV) }
    if newParent.starts(with: path) { throw Refusal(EINVAL) }
    if parent.starts(with: newPath) { throw Refusal(exchanging ? EINVAL : ENOTEMPTY) }
    guard let replaced, replaced !== object, !exchanging else { return }
    if object.isDirectory, !replaced.isDirectory { throw Refusal(ENOTDIR) }
    if !object.isDirectory, replaced.isDirectory { throw Refusal(EISDIR) }
    if !replaced.entries.isEmpty { throw Refusal(ENOTEMPTY) }
  }

  package func rename(_ path: [String], _ newPath: [String], exchanging: Bool) {
    let (object, replaced) = (object(at: path)!, self.object(at: newPath))
    if object === replaced { return }
    let from = directory(at: Array(path.dropLast()))!
    let to = directory(at: Array(newPath.dropLast()))!
    if let replaced, !exchanging { replaced.names -= 1 }
    from.entries[path.last!] = exchanging ? replaced : nil
    to.entries[newPath.last!] = object
  }
}

extension HostTree {
  /// For trying a change: the entries of every directory, and how many names each object has.
  package func copyOfEntries() -> [(Inode, [String: Inode], Int)] {
    func copy(_ object: Inode) -> [(Inode, [String: Inode], Int)] {
      [(object, object.entries, object.names)] + object.entries.values.flatMap(copy)
    }
    return copy(root)
  }

  package func restore(_ copy: [(Inode, [String: Inode], Int)]) {
    for (object, entries, names) in copy { (object.entries, object.names) = (entries, names) }
  }
}

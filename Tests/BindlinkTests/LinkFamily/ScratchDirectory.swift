// A directory of a test's own, and plain looks at what is in it.
import Bindlink
import Foundation
import SystemPackage

final class ScratchDirectory: Sendable {
  let path: String

  init(in parent: String = NSTemporaryDirectory()) throws {
    let parent = URL(fileURLWithPath: parent).resolvingSymlinksInPath()
    path = parent.appendingPathComponent("family-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// On another file system than `other`.
  static func elsewhere(than other: ScratchDirectory) throws -> ScratchDirectory? {
    for parent in ["/dev/shm", "/tmp", "/var/tmp", "/run"] {
      if let found = try? ScratchDirectory(in: parent), try found.device != other.device {
        return found
      }
    }
    return nil
  }

  private var device: Int {
    get throws {
      try FileManager.default.attributesOfItem(atPath: path)[.systemNumber] as? Int ?? 0
    }
  }

  subscript(_ name: String) -> FilePath { FilePath(name.isEmpty ? path : "\(path)/\(name)") }

  /// "d/" a directory, "f=content" a file, "l>target" a symbolic link; parents have to be there.
  func make(_ items: String...) throws {
    for item in items {
      let parts = item.split(maxSplits: 1, omittingEmptySubsequences: false) { "=>".contains($0) }
      let path = self[String(parts[0])].string
      if parts.count == 1 {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } else if item.dropFirst(parts[0].count).first == "=" {
        try Data(parts[1].utf8).write(to: URL(fileURLWithPath: path))
      } else {
        try FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: String(parts[1]))
      }
    }
  }

  /// Every name below, sorted: "d/", "f=content", "l>target". What a link leads to is not shown.
  func tree(_ name: String = "") -> [String] {
    let top = self[name].string
    return (FileManager.default.subpaths(atPath: top) ?? []).sorted().map { below in
      let path = "\(top)/\(below)"
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
        return "\(below)>\(target)"
      }
      return below + (content(path).map { "=\($0)" } ?? "/")
    }
  }

  /// What a name leads to: a file's content, a directory's names; nil where nothing is.
  func look(_ name: String) -> String? {
    let path = self[name].string
    if let content = content(path) { return content }
    return (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted()
      .joined(separator: " ")
  }

  private func content(_ path: String) -> String? {
    var isDirectory = ObjCBool(false)
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      !isDirectory.boolValue
    else { return nil }
    // String(contentsOfFile:) leaks its buffer where the file is empty.
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() ?? Data()
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  func isSymbolicLink(_ name: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: self[name].string)) != nil
  }

  /// Inode number and number of names, of a symbolic link itself.
  func identity(_ name: String) throws -> (inode: Int, names: Int) {
    let attributes = try FileManager.default.attributesOfItem(atPath: self[name].string)
    return (
      attributes[.systemFileNumber] as? Int ?? 0, attributes[.referenceCount] as? Int ?? 0
    )
  }
}

// Removal of a directory that is merged from several layers (M6): all or none of their directories go.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// The outermost first. ENOTEMPTY: something is in one of them, hidden or not. EIO: one could not be
  /// removed, and another one that had been could not be made again.
  func removeMerged(
    _ located: Located, and others: [Int], _ layers: inout LayerDirectories,
    in directory: borrowing OpenDirectory, _ name: Name, _ caller: Caller
  ) throws(Errno) {
    try unsafe checkEmpty(located, and: others, &layers, in: directory, name)
    let slot = directory.slot
    var removed: [RemovedDirectory] = []
    var seen = [located.status.identity.object]
    do throws(Errno) {
      for layer in others.reversed() {
        let link = layers.scope.layers[layer].link
        if directory.resolver.isReadOnly(link) { throw .readOnlyFileSystem }
        let parent = try layers.directory(layer) { () throws(Errno) in try virtualPath(of: slot) }
        guard let parent else { throw .stale }
        let record = try unsafe RemovedDirectory(parent.descriptor, name)
        // A link to what it lies over: one object is one side.
        let object = record.status.identity.object
        if seen.contains(object) { continue }
        seen.append(object)
        willChange(elsewhere: parent.descriptor)
        let identity = try Impersonation(self, caller)
        defer { _ = identity }
        _ = try unsafe System.checked(
          bl_unlinkat(parent.descriptor, name, System.removeDirectory))
        removed.append(record)
      }
      try unsafe remove(located, in: directory, name, flags: System.removeDirectory, caller)
    } catch {
      for record in removed.reversed() {
        do throws(Errno) {
          try unsafe record.makeAgain(name)
        } catch {
          throw .io
        }
      }
      throw error
    }
  }

  /// P5, M6: the directories at the name have nothing in them. What the server cannot read is for the
  /// backing to judge.
  func checkEmpty(
    _ located: Located, and others: [Int], _ layers: inout LayerDirectories,
    in directory: borrowing OpenDirectory, _ name: Name
  ) throws(Errno) {
    let slot = directory.slot
    let place = try unsafe place(of: located, in: directory, name)
    unsafe try place.withName { (name) throws(Errno) in
      try unsafe Self.checkEmpty(place.descriptor, name)
    }
    for layer in others {
      let parent = try layers.directory(layer) { () throws(Errno) in try virtualPath(of: slot) }
      if let parent { try unsafe Self.checkEmpty(parent.descriptor, name) }
    }
  }

  private static func checkEmpty(_ parent: Int32, _ name: Name) throws(Errno) {
    let flags = System.directory | System.noFollow
    let object: Descriptor
    do throws(Errno) {
      object = try unsafe System.open(parent, name, flags | Int32(BL_O_NOATIME))
    } catch {
      if error == .accessDenied { return }
      // Somebody else's.
      guard error == .notPermitted else { throw error }
      object = try unsafe System.open(parent, name, flags)
    }
    var reader = DirectoryReader()
    while let record = unsafe try reader.next(object.raw) {
      guard unsafe record.isDot else { throw .notEmpty }
    }
  }
}

/// A directory that was removed and may have to be made again.
private struct RemovedDirectory {
  /// Borrowed.
  let parent: Int32
  let status: Status
  let attributes: [(name: [CChar], value: [UInt8])]

  init(_ parent: Int32, _ name: Name) throws(Errno) {
    self.parent = parent
    let object = try unsafe System.open(parent, name, System.pathOnly | System.directory)
    status = try System.status(of: object.raw)
    attributes = try Self.attributes(object.raw)
  }

  /// With its owner, mode, extended attributes and times.
  func makeAgain(_ name: Name) throws(Errno) {
    _ = try unsafe System.checked(bl_mkdirat(parent, name, 0o700))
    let object = try unsafe System.open(parent, name, System.pathOnly | System.directory)
    _ = try System.checked(bl_chown(object.raw, status.uid, status.gid))
    for present in try Self.attributes(object.raw) where !has(present.name) {
      _ = try unsafe System.checked(bl_removexattr(object.raw, present.name))
    }
    _ = try System.checked(bl_chmod(object.raw, UInt32(status.mode) & 0o7777))
    for (name, value) in attributes {
      _ = try unsafe System.checked(bl_setxattr(object.raw, name, value, value.count, 0))
    }
    _ = try System.checked(
      bl_set_times(
        object.raw, status.accessed.seconds, Int64(status.accessed.nanoseconds),
        status.modified.seconds, Int64(status.modified.nanoseconds)))
  }

  private func has(_ name: [CChar]) -> Bool { attributes.contains { $0.name == name } }

  /// The security modules' own stay what they make them.
  private static func attributes(
    _ object: Int32
  ) throws(Errno) -> [(name: [CChar], value: [UInt8])] {
    var list = [CChar](repeating: 0, count: 65536)
    let length: Int
    do throws(Errno) {
      length = try unsafe System.checked(bl_listxattr(object, &list, list.count))
    } catch {
      guard error == .notSupported else { throw error }
      return []
    }
    var found: [(name: [CChar], value: [UInt8])] = []
    for bytes in list.prefix(length).split(separator: 0) {
      let name = Array(bytes) + [0]
      if name.starts(with: "security.".utf8.map { CChar($0) }) { continue }
      var value = [UInt8](repeating: 0, count: 65536)
      let count = try unsafe System.checked(bl_getxattr(object, name, &value, value.count))
      found.append((name, Array(value.prefix(count))))
    }
    return found
  }
}

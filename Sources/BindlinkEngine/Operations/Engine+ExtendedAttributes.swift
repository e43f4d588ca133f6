// Extended attributes, POSIX ACLs among them.

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// Returns the value's size; an empty buffer asks for the size alone. ERANGE: it does not fit.
  package func getExtendedAttribute(
    _ id: NodeID, _ name: Name, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    let node = try pinned(id)
    guard node.isReal else { throw .noData }
    let object = try openObject(node.slot, System.pathOnly)
    return try unsafe System.checked(
      bl_getxattr(object.raw, name, buffer.baseAddress, buffer.count))
  }

  /// As above, of the list of names.
  package func listExtendedAttributes(
    _ id: NodeID, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    let node = try pinned(id)
    guard node.isReal else { return 0 }
    let object = try openObject(node.slot, System.pathOnly)
    return try unsafe System.checked(
      bl_listxattr(
        object.raw, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count))
  }

  package func setExtendedAttribute(
    _ id: NodeID, _ name: Name, _ value: UnsafeRawBufferPointer, flags: Int32, caller: Caller
  ) throws(Errno) {
    unsafe try change(id, unsafe name, caller) { (object) throws(Errno) in
      _ = try unsafe System.checked(
        bl_setxattr(object, name, value.baseAddress, value.count, flags))
    }
  }

  package func removeExtendedAttribute(
    _ id: NodeID, _ name: Name, caller: Caller
  ) throws(Errno) {
    unsafe try change(id, unsafe name, caller) { (object) throws(Errno) in
      _ = try unsafe System.checked(bl_removexattr(object, name))
    }
  }

  /// The kernel has checked the caller's right to change it. An ACL is set as the caller: whether the
  /// set-gid bit stays depends on the groups.
  private func change(
    _ id: NodeID, _ name: Name, _ caller: Caller, _ body: (Int32) throws(Errno) -> Void
  ) throws(Errno) {
    let node = try pinned(id)
    if node.isReadOnly || !node.isReal { throw .readOnlyFileSystem }
    let object = try openObject(node.slot, System.pathOnly)
    if unsafe strncmp(name, "system.posix_acl_", 17) == 0 {
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      try body(object.raw)
      if node.isDirectory { didChangePermissions() }
      return
    }
    try body(object.raw)
  }
}

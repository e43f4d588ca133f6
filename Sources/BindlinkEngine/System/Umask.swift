// The caller's umask at the creation of an object. The backing has to apply it, because it leaves it
// out where the parent has a default ACL. So each worker has an umask of its own; where a sandbox
// forbids that (unshare(2)), the engine asks for the default ACL and applies the umask itself.

internal import CBindlinkSystem

enum Umask {
  static func prepareThread() { bl_prepare_umask() }

  /// The mode to create an object with in a directory.
  static func masked(_ mode: UInt32, _ umask: UInt32, in directory: Int32) -> UInt32 {
    if bl_set_umask(umask) != 0 { return mode }
    let hasDefault = unsafe bl_getxattr(directory, "system.posix_acl_default", nil, 0) > 0
    return hasDefault ? mode : mode & ~umask
  }
}

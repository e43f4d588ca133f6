// Set-ID bits of files whose data changes. The kernel leaves them to the server (HANDLE_KILLPRIV_V2): they
// go as on a plain file, unless the caller has CAP_FSETID, and capabilities of the file go with them. Where
// the kernel knows of such bits it sends a SETATTR that changes nothing before a write; else it says in
// the request that the caller has no right to keep them. A server without CAP_FSETID loses them anyway.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  /// A SETATTR that changes nothing: chown(2) without a new owner, by whoever may do that; or what comes
  /// before a write, by whoever may write or has opened the file for it. EPERM for others. (That of a
  /// file with capabilities comes before root's writes, too, and takes set-ID bits along, which on a
  /// plain file would stay.)
  func dropPrivileges(from file: Int32, of id: NodeID, caller: Caller) throws(Errno) {
    do {
      let identity = try Impersonation(self, caller)
      defer { _ = identity }
      let result = bl_chown(file, UInt32.max, UInt32.max)
      if result >= 0 { return }
      guard Errno(rawValue: -result) == .notPermitted,
        bl_faccess(file, W_OK) >= 0 || handles.isOpenForWriting(id)
      else {
        throw Errno(rawValue: -result)
      }
    }
    try dropSetID(from: file, caller: caller)
  }

  /// Before the data of a file change by a caller who has no right to keep the bits.
  func dropSetID(from file: Int32, caller: Caller) throws(Errno) {
    guard WithoutSetIDRight.isNeeded, try System.status(of: file).mode & 0o6000 != 0 else { return }
    _ = try System.checked(bl_chown(file, UInt32.max, UInt32.max))
    // That of a group that may not execute goes if the caller is not in it, which the server is.
    let status = try System.status(of: file)
    if status.mode & 0o2000 != 0, !CallerProcess(caller).isIn(group: status.gid) {
      _ = try System.checked(bl_chmod(file, UInt32(status.mode) & 0o5777))
    }
  }
}

/// Until its end the thread has no CAP_FSETID.
struct WithoutSetIDRight: ~Copyable {
  private static let right: UInt64 = 1 << 4

  /// Without the right there is nothing to be taken away.
  static let isNeeded = OwnCredentials.current.capabilities.effective & right != 0

  init() {
    if !Self.isNeeded { return }
    var capabilities = OwnCredentials.current.capabilities
    capabilities.effective &= ~Self.right
    guard unsafe bl_set_capabilities(&capabilities) == 0 else { abort() }
  }

  deinit {
    if !Self.isNeeded { return }
    var capabilities = OwnCredentials.current.capabilities
    guard unsafe bl_set_capabilities(&capabilities) == 0 else { abort() }
  }
}

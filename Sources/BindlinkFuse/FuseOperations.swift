// libfuse's table of operations: what it calls for each request, one file per group.
import BindlinkEngine
import CFuse3

/// Each function in it is called on a worker's thread and answers its request once.
func fuseOperations() -> fuse_lowlevel_ops {
  var table = fuse_lowlevel_ops()
  unsafe table.`init` = negotiate
  addLookup(to: &table)
  addAttributes(to: &table)
  addNamespace(to: &table)
  addOpenings(to: &table)
  addFiles(to: &table)
  addControl(to: &table)
  addDirectories(to: &table)
  addExtendedAttributes(to: &table)
  addLocks(to: &table)
  return table
}

/// Gives `body` the request and the session that it belongs to, without counting references.
@inline(__always)
func serve(_ request: fuse_req_t?, _ body: (consuming Request, Session) -> Void) {
  unsafe Unmanaged<Session>.fromOpaque(fuse_req_userdata(request!)!)._withUnsafeGuaranteedRef {
    unsafe body(Request(request!), $0)
  }
}

extension NodeID {
  @inline(__always)
  init(_ inode: fuse_ino_t) { self.init(rawValue: UInt64(inode)) }
}

extension HandleID {
  @inline(__always)
  init(_ info: UnsafeMutablePointer<fuse_file_info>?) {
    self.init(rawValue: unsafe info!.pointee.fh)
  }

  /// nil if the kernel sent no handle.
  @inline(__always)
  init?(ifPresent info: UnsafeMutablePointer<fuse_file_info>?) {
    guard let info = unsafe info else { return nil }
    self.init(rawValue: unsafe info.pointee.fh)
  }
}

// Mounting, unmounting and finding views.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import Glibc
internal import SystemPackage

@c @implementation
public func bindlink_version() -> UInt32 { UInt32(BINDLINK_ABI_VERSION) }

@c @implementation
public func bindlink_free(_ result: UnsafeMutableRawPointer?) { unsafe free(result) }

@c @implementation
public func bindlink_mount(
  _ view: UnsafePointer<bindlink_view>?, _ mountpoint: UnsafePointer<CChar>?,
  _ server: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe server?.pointee = nil
  return unsafe answer(error) { () throws(BindlinkError) in
    guard let view = unsafe view else { throw wrongCall("view is NULL") }
    guard let server = unsafe server else { throw wrongCall("server is NULL") }
    let mounted = try unsafe View(view.pointee).mount(at: path(mountpoint, "mountpoint"))
    let serving = try Server(mounted, workers: unsafe view.pointee.workers)
    unsafe server.pointee = OpaquePointer(Unmanaged.passRetained(serving).toOpaque())
  }
}

@c @implementation
public func bindlink_server_wait(_ server: OpaquePointer?) {
  guard let server = unsafe server else { return }
  unsafe Unmanaged<Server>.fromOpaque(UnsafeRawPointer(server)).takeRetainedValue().wait()
}

@c @implementation
public func bindlink_unmount(
  _ mountpoint: UnsafePointer<CChar>?, _ flags: UInt32,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    try check(flags, of: BINDLINK_UNMOUNT_LAZY)
    try View.unmount(
      at: unsafe path(mountpoint, "mountpoint"), lazily: flags & BINDLINK_UNMOUNT_LAZY != 0)
  }
}

@c @implementation
public func bindlink_views(
  _ mountpoints: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_paths>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(mountpoints, error) { () throws(BindlinkError) in
    ResultBlock(try ViewControl.all().map(\.mountpoint))
  }
}

@c @implementation
public func bindlink_locate(
  _ path: UnsafePointer<CChar>?,
  _ place: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_paths>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(place, error) { () throws(BindlinkError) in
    let (view, virtualPath) = try ViewControl.locate(
      FilePath(bytes: try unsafe bytes(path, "path")))
    return ResultBlock([view.mountpoint, virtualPath])
  }
}

// Changing a mounted view, and asking it.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import SystemPackage

/// The view that a text names.
private func control(
  _ view: UnsafePointer<CChar>?
) throws(BindlinkError) -> BlockingControl {
  BlockingControl(try ViewControl(at: unsafe path(view, "view")))
}

@c @implementation
public func bindlink_create(
  _ view: UnsafePointer<CChar>?, _ link: UnsafePointer<bindlink_link>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    let link = try unsafe BindLink(link)
    try unsafe control(view).create(link)
  }
}

@c @implementation
public func bindlink_replace(
  _ view: UnsafePointer<CChar>?, _ link: UnsafePointer<bindlink_link>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    let link = try unsafe BindLink(link)
    try unsafe control(view).replace(link)
  }
}

@c @implementation
public func bindlink_remove(
  _ view: UnsafePointer<CChar>?, _ virtualPath: UnsafePointer<CChar>?, _ flags: UInt32,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    try check(flags, of: BINDLINK_REMOVE_RECURSIVE)
    let virtualPath = try unsafe path(virtualPath, "virtual_path")
    try unsafe control(view).remove(
      virtualPath, recursively: flags & BINDLINK_REMOVE_RECURSIVE != 0)
  }
}

@c @implementation
public func bindlink_list(
  _ view: UnsafePointer<CChar>?,
  _ links: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_links>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(links, error) { () throws(BindlinkError) in
    ResultBlock(try unsafe control(view).links())
  }
}

@c @implementation
public func bindlink_explain(
  _ view: UnsafePointer<CChar>?, _ virtualPath: UnsafePointer<CChar>?,
  _ explanation: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_explanation>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(explanation, error) { () throws(BindlinkError) in
    let virtualPath = try unsafe path(virtualPath, "virtual_path")
    return ResultBlock(try unsafe control(view).explain(virtualPath))
  }
}

@c @implementation
public func bindlink_apply(
  _ view: UnsafePointer<CChar>?, _ table: UnsafePointer<bindlink_table>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    let table = try unsafe Configuration(table)
    try unsafe control(view).apply(table)
  }
}

@c @implementation
public func bindlink_export(
  _ view: UnsafePointer<CChar>?,
  _ table: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_table>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(table, error) { () throws(BindlinkError) in
    ResultBlock(try unsafe control(view).configuration())
  }
}

// Symbolic links, hard links and junctions in the native interface.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import SystemPackage

@c @implementation
public func bindlink_symlink(
  _ name: UnsafePointer<CChar>?, _ target: UnsafePointer<CChar>?, _ flags: UInt32,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    try SymbolicLink.create(
      at: unsafe path(name, "name"), target: .posix(unsafe bytes(target, "target")),
      options: SymbolicLink.Options(rawValue: flags), drives: DriveTable())
  }
}

@c @implementation
public func bindlink_hardlink(
  _ name: UnsafePointer<CChar>?, _ existing: UnsafePointer<CChar>?, _ flags: UInt32,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    try check(flags, of: BINDLINK_HARDLINK_NTFS_LIMIT)
    try HardLink.create(
      at: unsafe path(name, "name"), existing: unsafe path(existing, "existing"),
      limit: flags & BINDLINK_HARDLINK_NTFS_LIMIT != 0 ? .ntfs : .backing)
  }
}

@c @implementation
public func bindlink_junction(
  _ name: UnsafePointer<CChar>?, _ directory: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    _ = try Junction.createAndWait(
      at: unsafe path(name, "name"), directory: unsafe path(directory, "directory"))
  }
}

@c @implementation
public func bindlink_ntfslink(
  _ source: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?, _ flags: UInt32,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    try check(flags, of: BINDLINK_NTFSLINK_OVERWRITE)
    _ = try createNTFSLinkAndWait(
      source: unsafe path(source, "source"), link: unsafe path(name, "name"),
      overwrite: flags & BINDLINK_NTFSLINK_OVERWRITE != 0)
  }
}

@c @implementation
public func bindlink_names(
  _ file: UnsafePointer<CChar>?, _ directory: UnsafePointer<CChar>?,
  _ names: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_paths>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(names, error) { () throws(BindlinkError) in
    let top = unsafe directory == nil ? nil : try path(directory, "directory")
    return ResultBlock(try HardLink.names(of: unsafe path(file, "file"), in: top).paths)
  }
}

@c @implementation
public func bindlink_follow(
  _ style: UInt32, _ path: UnsafePointer<CChar>?, _ link: UnsafePointer<CChar>?,
  _ target: UnsafePointer<CChar>?,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_paths>?>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(result, error) { () throws(BindlinkError) in
    let resolver: LinkTargetResolver
    switch style {
    case BINDLINK_STYLE_POSIX: resolver = LinkTargetResolver(style: .posix)
    case BINDLINK_STYLE_WINDOWS: resolver = LinkTargetResolver(style: .windows)
    default: throw wrongCall("style is none of BINDLINK_STYLE_...")
    }
    let step = try resolver.step(
      at: unsafe bytes(link, "link"), in: unsafe bytes(path, "path"),
      target: unsafe bytes(target, "target"))
    return ResultBlock([step.modifiedPath, step.finalPath])
  }
}

@c @implementation
public func bindlink_windows_code(_ number: CInt) -> UInt32 {
  WindowsError(Errno(rawValue: number == .min ? .max : abs(number))).rawValue
}

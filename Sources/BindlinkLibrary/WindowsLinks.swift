// CreateSymbolicLink and CreateHardLink, as Windows documents them, and FileCreateNTFSLink.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import SystemPackage

@c @implementation
public func CreateSymbolicLinkW(
  _ symlinkFileName: LPCWSTR?, _ targetFileName: LPCWSTR?, _ flags: DWORD
) -> BOOLEAN {
  makeSymbolicLink(flags) { () throws(BindlinkError) in
    try unsafe (
      bytes(symlinkFileName, "symlinkFileName"), bytes(targetFileName, "targetFileName")
    )
  }
}

@c @implementation
public func CreateSymbolicLinkA(
  _ symlinkFileName: LPCSTR?, _ targetFileName: LPCSTR?, _ flags: DWORD
) -> BOOLEAN {
  makeSymbolicLink(flags) { () throws(BindlinkError) in
    try unsafe (
      bytes(symlinkFileName, "symlinkFileName"), bytes(targetFileName, "targetFileName")
    )
  }
}

@c @implementation
public func CreateSymbolicLink(
  _ symlinkFileName: LPCSTR?, _ targetFileName: LPCSTR?, _ flags: DWORD
) -> BOOLEAN {
  unsafe CreateSymbolicLinkA(symlinkFileName, targetFileName, flags)
}

@c @implementation
public func CreateHardLinkW(
  _ fileName: LPCWSTR?, _ existingFileName: LPCWSTR?, _ securityAttributes: LPSECURITY_ATTRIBUTES?
) -> BOOL {
  unsafe makeHardLink(securityAttributes) { () throws(BindlinkError) in
    try unsafe (bytes(fileName, "fileName"), bytes(existingFileName, "existingFileName"))
  }
}

@c @implementation
public func CreateHardLinkA(
  _ fileName: LPCSTR?, _ existingFileName: LPCSTR?, _ securityAttributes: LPSECURITY_ATTRIBUTES?
) -> BOOL {
  unsafe makeHardLink(securityAttributes) { () throws(BindlinkError) in
    try unsafe (bytes(fileName, "fileName"), bytes(existingFileName, "existingFileName"))
  }
}

@c @implementation
public func CreateHardLink(
  _ fileName: LPCSTR?, _ existingFileName: LPCSTR?, _ securityAttributes: LPSECURITY_ATTRIBUTES?
) -> BOOL {
  unsafe CreateHardLinkA(fileName, existingFileName, securityAttributes)
}

@c @implementation
public func FileCreateNTFSLink(
  _ source: UnsafePointer<CChar>?, _ link: UnsafePointer<CChar>?, _ flag: CInt
) -> CInt {
  let failure = windowsCall { () throws(BindlinkError) in
    guard flag == 0 || flag == 1 else { throw wrongCall("flag is neither 0 nor 1") }
    _ = try createNTFSLinkAndWait(
      source: hostPath(unsafe bytes(source, "source")), link: hostPath(unsafe bytes(link, "link")),
      overwrite: flag == 1)
  }
  return failure == nil ? 1 : 0
}

private func makeSymbolicLink(
  _ flags: DWORD, _ texts: () throws(BindlinkError) -> (link: [UInt8], target: [UInt8])
) -> BOOLEAN {
  let failure = windowsCall { () throws(BindlinkError) in
    let texts = try texts()
    try SymbolicLink.create(
      at: hostPath(texts.link), target: LinkTarget(texts.target),
      options: SymbolicLink.Options(rawValue: flags), drives: drives())
  }
  return failure == nil ? 1 : 0
}

private func makeHardLink(
  _ securityAttributes: LPSECURITY_ATTRIBUTES?,
  _ texts: () throws(BindlinkError) -> (link: [UInt8], existing: [UInt8])
) -> BOOL {
  let failure = windowsCall { () throws(BindlinkError) in
    if unsafe securityAttributes != nil { throw wrongCall("securityAttributes is not NULL") }
    let texts = try texts()
    try HardLink.create(
      at: hostPath(texts.link), existing: hostPath(texts.existing), limit: .ntfs)
  }
  return failure == nil ? 1 : 0
}

// CreateBindLink and RemoveBindLink, as Windows documents them.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import Glibc
internal import SystemPackage

@c @implementation
public func CreateBindLink(
  _ virtualPath: PCWSTR?, _ backingPath: PCWSTR?, _ createBindLinkFlags: CREATE_BIND_LINK_FLAGS,
  _ exceptionCount: UINT32, _ exceptionPaths: UnsafeMutablePointer<PCWSTR?>?
) -> HRESULT {
  var backing: FilePath?
  let failure = windowsCall {
    () throws(BindlinkError) in
    let flags = createBindLinkFlags.rawValue
    let readOnly = CREATE_BIND_LINK_FLAG_READ_ONLY.rawValue
    let merged = CREATE_BIND_LINK_FLAG_MERGED.rawValue
    try check(flags, of: readOnly | merged)
    let path = try unsafe absolute(bytes(virtualPath, "virtualPath"))
    backing = try unsafe absolute(bytes(backingPath, "backingPath"))
    let (view, place) = try locate(path)
    var exceptions: [ExceptionLine] = []
    for index in 0..<Int(exceptionCount) {
      guard let paths = unsafe exceptionPaths else { throw wrongCall("exceptionPaths is NULL") }
      if index == 0 { try checkAnchor(path) }
      let exception = try unsafe absolute(bytes(paths[index], "exceptionPaths"))
      exceptions.append(try line(of: exception, below: place, in: view))
    }
    try BlockingControl(view).create(
      BindLink(
        place, backing: backing ?? "", isReadOnly: flags & readOnly != 0,
        isMerged: flags & merged != 0, exceptions: exceptions))
  } code: { error in
    switch error.errno {
    case .fileExists: .invalidParameter
    case .notPermitted: .accessDenied
    // Of the two paths the virtual one is there with its parent, or not at all.
    case .noSuchFileOrDirectory where error.rule == "C1" && error.subject != backing?.string:
      .pathNotFound
    default: error.windowsError
    }
  }
  return failure?.hresult ?? 0
}

@c @implementation
public func RemoveBindLink(_ virtualPath: PCWSTR?) -> HRESULT {
  let failure = windowsCall {
    () throws(BindlinkError) in
    let (view, place) = try locate(unsafe absolute(bytes(virtualPath, "virtualPath")))
    try BlockingControl(view).remove(place, recursively: false)
  } code: { error in
    error.errno == .notPermitted ? .accessDenied : error.windowsError
  }
  return failure?.hresult ?? 0
}

private func absolute(_ text: [UInt8]) throws(BindlinkError) -> FilePath {
  let path = try hostPath(text)
  guard path.isAbsolute else { throw wrongCall("\(path) is not absolute") }
  return path
}

/// What does not exist outside of views is in none.
private func locate(
  _ path: FilePath
) throws(BindlinkError) -> (view: ViewControl, virtualPath: FilePath) {
  do {
    return try ViewControl.locate(path)
  } catch {
    guard error.errno == .noSuchFileOrDirectory else { throw error }
    throw BindlinkError(
      "cannot find the view of \(path)", "it is in no view", .invalidArgument,
      subject: path.string)
  }
}

/// E9: an anchorless link has no exceptions.
private func checkAnchor(_ virtualPath: FilePath) throws(BindlinkError) {
  do throws(Errno) {
    try checkExistence(virtualPath)
  } catch .noSuchFileOrDirectory {
    throw BindlinkError(
      "cannot create link \(virtualPath)", "a link without an anchor has no exceptions",
      .invalidArgument, rule: "E9", subject: virtualPath.string)
  } catch {
    throw failure(virtualPath, error)
  }
}

/// The exception, which has to exist (E9), relative to the link.
private func line(
  of exception: FilePath, below link: FilePath, in view: ViewControl
) throws(BindlinkError) -> ExceptionLine {
  let (place, virtualPath) = try locate(exception)
  let owner = try BindLink.spelling(ofVirtualPath: link)
  let path = try BindLink.spelling(ofVirtualPath: virtualPath)
  guard place == view, path.starts(with: owner), path != owner else {
    throw BindlinkError(
      "cannot create link \(link)", "the exception \(exception) is not below it",
      .invalidArgument, rule: "E2", subject: exception.string)
  }
  do throws(Errno) {
    try checkExistence(exception)
  } catch {
    throw failure(exception, error)
  }
  return ExceptionLine(bytes: escaped(path.bytes.dropFirst(owner == "/" ? 0 : owner.bytes.count)))
}

private func checkExistence(_ path: FilePath) throws(Errno) {
  var attributes = stat()
  let result = unsafe path.withPlatformString { unsafe lstat($0, &attributes) }
  if result != 0 { throw Errno(rawValue: Glibc.errno) }
}

private func failure(_ path: FilePath, _ errno: Errno) -> BindlinkError {
  BindlinkError(
    "cannot create a link", "\(path) cannot be looked at", errno, rule: "E9",
    subject: path.string)
}

/// The path as a line of a .gitignore spells it.
private func escaped(_ path: some Sequence<UInt8>) -> [UInt8] {
  path.flatMap { byte in
    #"*?[]\!# "#.utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
  }
}

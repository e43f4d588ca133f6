// From a path of Windows to one of this machine, through the table of drives (S2).
public import SystemPackage

extension DriveTable {
  /// The path of the host that a text stands for in the functions with Windows' names: one of
  /// Windows' forms goes through the table, anything else is taken as it is.
  ///
  /// - Throws: EINVAL, S2, for an empty text, one with a NUL, a drive or share that has no entry,
  ///   and more `..` than there are names below the drive or share.
  public func hostPath(_ text: some Collection<UInt8>) throws(BindlinkError) -> FilePath {
    guard WindowsPath.describes(text) || text.isEmpty || text.contains(0) else {
      return FilePath(bytes: text)
    }
    let path = try WindowsPath(text)
    return try hostPath(
      of: path, workingDirectory: path.dependsOnWorkingDirectory ? .workingDirectory() : "/")
  }

  /// The path of the host that a path of Windows is; a relative one stays relative.
  ///
  /// - Parameters:
  ///   - workingDirectory: Absolute, without symbolic links. A drive-relative path starts there if
  ///     it is on the drive, and in the drive's directory otherwise; a root-relative one starts in
  ///     the directory of the drive that it is on.
  /// - Throws: as `hostPath(_:)`.
  public func hostPath(
    of path: WindowsPath, workingDirectory: FilePath
  ) throws(BindlinkError) -> FilePath {
    var names = path.components
    let start: FilePath
    switch path.form {
    case .relative:
      return Self.relativePath(names)
    case .rootRelative:
      start = directory(ofDriveThatContains: workingDirectory)
    case .driveRelative(let letter):
      start = try known(directory(ofDrive: letter), "\(letter):")
      if workingDirectory.starts(with: start) {
        names =
          workingDirectory.bytes.split(separator: WindowsPath.slash)
          .dropFirst(start.components.count).map(Array.init) + names
      }
    case .driveAbsolute(let letter):
      start = try known(directory(ofDrive: letter), "\(letter):")
    case .share(let server, let name):
      start = try known(
        directory(ofServer: server, share: name),
        #"\\\#(String(decoding: server, as: UTF8.self))\\#(String(decoding: name, as: UTF8.self))"#)
    }
    guard let folded = WindowsPath.folding(names) else { throw Self.tooManyParents(path) }
    return FilePath(bytes: Self.joined(start.bytes, folded))
  }

  /// "a/b" below a directory, or as a relative path.
  static func joined(_ start: [UInt8], _ names: [[UInt8]]) -> [UInt8] {
    var bytes = start
    for name in names {
      if let last = bytes.last, last != WindowsPath.slash { bytes.append(WindowsPath.slash) }
      bytes += name
    }
    return bytes
  }

  static func tooManyParents(_ path: WindowsPath) -> BindlinkError {
    let text = String(decoding: joined([], path.components), as: UTF8.self)
    return BindlinkError(
      "cannot use the path '\(text)'", "it has more '..' than names", .invalidArgument,
      rule: "S2", subject: text)
  }

  private static func relativePath(_ names: [[UInt8]]) -> FilePath {
    FilePath(bytes: joined([], names.isEmpty ? [WindowsPath.dot] : names))
  }

  private func known(_ directory: FilePath?, _ name: String) throws(BindlinkError) -> FilePath {
    if let directory { return directory }
    throw BindlinkError(
      "cannot use the path", "the table of drives has no entry for '\(name)'", .invalidArgument,
      rule: "S2", subject: name, remedy: "say what it is in BINDLINK_DRIVES")
  }
}

extension FilePath {
  /// The process's, as getcwd(3) gives it.
  static func workingDirectory() throws(BindlinkError) -> FilePath {
    do {
      return try FilePath(".").resolved()
    } catch {
      throw BindlinkError("cannot find the working directory", subject: "it", error)
    }
  }
}

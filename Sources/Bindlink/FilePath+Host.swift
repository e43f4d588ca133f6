// Paths of the host as bytes (R5): made absolute, resolved, read.
internal import Glibc
package import SystemPackage

extension FilePath {
  /// The path whose bytes these are, up to a NUL.
  package init(bytes: some Sequence<UInt8>) {
    unsafe self.init(platformString: bytes.map(CChar.init(bitPattern:)) + [0])
  }

  /// The bytes of the path, without a NUL at the end.
  package var bytes: [UInt8] {
    unsafe withPlatformString { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }

  /// The path from the root: "~/" is the home directory, a relative path starts in the working
  /// directory. Nothing is resolved.
  func absolute() throws(SystemPackage.Errno) -> FilePath {
    if isEmpty { throw .noSuchFileOrDirectory }
    if isAbsolute { return self }
    if let first = components.first, first.string == "~" {
      return try Self.homeDirectory().appending(components.dropFirst())
    }
    guard let directory = unsafe getcwd(nil, 0) else { throw .last }
    defer { unsafe free(directory) }
    return unsafe FilePath(platformString: directory).appending(components)
  }

  /// The path without symbolic links, as realpath(3) gives it.
  func resolved() throws(SystemPackage.Errno) -> FilePath {
    if isEmpty { throw .noSuchFileOrDirectory }
    guard let path = unsafe withPlatformString({ unsafe realpath($0, nil) }) else { throw .last }
    defer { unsafe free(path) }
    return unsafe FilePath(platformString: path)
  }

  /// Symbolic links are followed.
  package func isDirectory() throws(SystemPackage.Errno) -> Bool {
    guard let mode = unsafe withPlatformString({ unsafe fileMode($0) }) else { throw .last }
    return mode & S_IFMT == S_IFDIR
  }

  /// The content of the file.
  func content() throws(SystemPackage.Errno) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(self, .readOnly, options: [.closeOnExec])
      defer { try? file.close() }
      var content: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = try unsafe chunk.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        if count == 0 { return content }
        content += chunk[..<count]
      }
    } catch {
      throw error as? SystemPackage.Errno ?? .ioError
    }
  }

  /// $HOME, or what the user database says.
  private static func homeDirectory() throws(SystemPackage.Errno) -> FilePath {
    if let home = unsafe getenv("HOME"), unsafe home.pointee != 0 {
      return unsafe FilePath(platformString: home)
    }
    guard let user = unsafe getpwuid(getuid()), let home = unsafe user.pointee.pw_dir else {
      throw .noSuchFileOrDirectory
    }
    return unsafe FilePath(platformString: home)
  }
}

/// Outside of `FilePath`, which has a `stat` of its own.
private func fileMode(_ path: UnsafePointer<CChar>) -> mode_t? {
  var attributes = stat()
  return unsafe stat(path, &attributes) == 0 ? attributes.st_mode : nil
}

extension SystemPackage.Errno {
  /// The `errno` of the call that just failed.
  static var last: SystemPackage.Errno { .init(rawValue: Glibc.errno) }
}

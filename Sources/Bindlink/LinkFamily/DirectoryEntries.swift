// The names in a directory, without Foundation.
internal import Glibc
internal import SystemPackage

/// Read when it is made; `.` and `..` are left out.
struct DirectoryEntries {
  struct Entry {
    let name: [UInt8]
    let inode: UInt64
    /// Nil where the file system does not say.
    let isDirectory: Bool?
  }

  private(set) var entries: [Entry] = []
  var isEmpty: Bool { entries.isEmpty }

  /// - Throws: ELOOP for a symbolic link.
  init(at path: FilePath) throws(SystemPackage.Errno) {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe path.withPlatformString { unsafe open($0, flags) }
    guard descriptor >= 0 else { throw .last }
    guard let stream = unsafe fdopendir(descriptor) else {
      let error = SystemPackage.Errno.last
      close(descriptor)
      throw error
    }
    defer { unsafe closedir(stream) }
    while true {
      Glibc.errno = 0
      guard let entry = unsafe readdir(stream) else {
        if Glibc.errno != 0 { throw .last }
        return
      }
      let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = unsafe (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: UInt8.self)
      let bytes = unsafe Array(UnsafeBufferPointer(start: name, count: strnlen(name, 256)))
      if bytes == WindowsPath.dot || bytes == WindowsPath.dotDot { continue }
      let type = Int(unsafe entry.pointee.d_type)
      entries.append(
        Entry(
          name: bytes, inode: UInt64(unsafe entry.pointee.d_ino),
          isDirectory: type == DT_UNKNOWN ? nil : type == DT_DIR))
    }
  }
}

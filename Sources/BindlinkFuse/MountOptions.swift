// What a mount is asked to be, and why it could not be.
package import BindlinkMap
import Glibc

package struct MountOptions: Sendable {
  /// Shown as the source in the mount table.
  package var source: String
  package var allowsOther = false
  package var defaultPermissions = false
  package var isReadOnly = false
  package var noSuid = true
  package var noDev = true
  package var noExec = false
  package var noAtime = false
  package var synchronous = false
  package var dirSync = false
  /// Upper limit of a READ in bytes; nil for the connection's.
  package var maximumRead: Int?

  package init(source: String) { self.source = source }
}

/// A mount that failed, to be shown as `bindlink: WHAT: WHY; REMEDY (ERRNO)`.
package struct MountFailure: Error, Hashable, Sendable {
  package let errno: Errno
  /// The WHY, a clause that can follow a colon.
  package let what: String
  /// What the user can do about it.
  package let remedy: String?
  /// Something that this machine lacks, rather than an error of the request: exit status 77.
  package let isMissing: Bool

  package init(_ errno: Errno, _ what: String, remedy: String? = nil, isMissing: Bool = false) {
    self.errno = errno
    self.what = what
    self.remedy = remedy
    self.isMissing = isMissing
  }
}

extension MountOptions {
  /// For mount(2).
  var flags: UInt {
    let wanted = [
      (isReadOnly, MS_RDONLY), (noSuid, MS_NOSUID), (noDev, MS_NODEV), (noExec, MS_NOEXEC),
      (noAtime, MS_NOATIME), (synchronous, MS_SYNCHRONOUS), (dirSync, MS_DIRSYNC),
    ]
    return wanted.reduce(into: 0) { if $1.0 { $0 |= UInt($1.1) } }
  }

  /// What mount(2) and fusermount3 both take as text, each with a comma before it.
  private var commonText: String {
    var text = ""
    if allowsOther { text += ",allow_other" }
    if defaultPermissions { text += ",default_permissions" }
    if let maximumRead { text += ",max_read=\(maximumRead)" }
    return text
  }

  /// The data of mount(2).
  func kernelText(device: Int32) -> String {
    "fd=\(device),rootmode=\(String(S_IFDIR, radix: 8)),user_id=\(getuid()),group_id=\(getgid())"
      + commonText
  }

  /// The argument of fusermount3's `-o`.
  var fusermountText: String {
    var escaped = ""
    for character in source.unicodeScalars {
      if character == "," || character == "\\" { escaped.unicodeScalars.append("\\") }
      escaped.unicodeScalars.append(character)
    }
    var text = "fsname=\(escaped),subtype=\(Mount.subtype)" + commonText
    let flags = [
      (isReadOnly, "ro"), (!noSuid, "suid"), (!noDev, "dev"), (noExec, "noexec"),
      (noAtime, "noatime"), (synchronous, "sync"), (dirSync, "dirsync"),
    ]
    for (isOn, name) in flags where isOn {
      text += "," + name
    }
    return text
  }
}

// Every way of changing something, as one table: through a read-only link each is EROFS (W1), at a
// hidden name each is ENOENT or EPERM (E1, E5), at a visible one each works.
import CPosixCases
import Glibc
import PosixCases
import Testing

struct Change: Sendable, CustomTestStringConvertible {
  let name: String
  let make: @Sendable (Place) -> String
  var testDescription: String { name }

  /// What the changes work on.
  static let items = ["f=content", "d/", "full/x=1", "l>f"]

  static func items(in directory: String) -> [String] { items.map { "\(directory)/\($0)" } }

  static let all: [Change] = [
    Change(name: "open for writing") { $0.open("f", O_WRONLY) },
    Change(name: "open for reading and writing") { $0.open("f", O_RDWR) },
    Change(name: "open for appending") { $0.open("f", O_WRONLY | O_APPEND) },
    Change(name: "open with O_TRUNC") { $0.open("f", O_RDONLY | O_TRUNC) },
    Change(name: "open through a symbolic link") { $0.open("l", O_RDWR) },
    Change(name: "create a file") { $0.open("new", O_CREAT | O_WRONLY) },
    Change(name: "create a file exclusively") { $0.open("new", O_CREAT | O_EXCL | O_RDONLY) },
    Change(name: "O_TMPFILE") { $0.open("d", O_RDWR | Flags.temporary) },
    Change(name: "truncate") { $0.truncate("f", 1) },
    Change(name: "mkdir") { $0.mkdir("new") },
    Change(name: "mkfifo") { $0.mkfifo("new") },
    Change(name: "bind a socket") { $0.bindSocket("new") },
    Change(name: "symlink") { $0.symlink("x", "new") },
    Change(name: "link") { $0.link("f", "new") },
    Change(name: "unlink") { $0.unlink("f") },
    Change(name: "unlink a symbolic link") { $0.unlink("l") },
    Change(name: "rmdir") { $0.rmdir("d") },
    Change(name: "rename a file") { $0.rename("f", "new") },
    Change(name: "rename a directory") { $0.rename("full", "new") },
    Change(name: "rename onto a file") { $0.rename("l", "f") },
    Change(name: "rename onto a directory") { $0.rename("full", "d") },
    Change(name: "rename without replacing") { $0.rename("f", "new", Flags.noReplace) },
    Change(name: "exchange") { $0.rename("f", "d", Flags.exchange) },
    Change(name: "chmod a file") { $0.chmod("f", 0o600) },
    Change(name: "chmod a directory") { $0.chmod("d", 0o700) },
    Change(name: "chown") { $0.chown("f", getuid(), getgid()) },
    Change(name: "utimensat") { $0.setTimes("f") },
    Change(name: "setxattr") { $0.setAttribute("f", "user.a", "1") },
    Change(name: "fchmod of a descriptor") { place in
      let file = place.descriptor("f")
      defer { close(file) }
      return Place.outcome(px_fchmod(file, 0o600))
    },
  ]
}

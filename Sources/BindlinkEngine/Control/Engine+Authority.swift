// Who may change the table (C9): the mount's owner and root, from the server's own user and process
// namespaces. What the kernel does not say of a caller is read from /proc.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

extension Engine {
  func mayChange(_ caller: Caller) -> Bool {
    Authority.accepts(caller, serverUser: geteuid(), Processes())
  }
}

/// What is known of a process by its number.
package protocol ProcessTable {
  /// The inode of its user namespace; nil where that may not be read.
  func userNamespace(_ process: String) -> UInt64?
  func status(_ process: String) -> ProcessStatus?
  func userMap(_ process: String) -> [UInt8]?
}

/// Of /proc/PID/status.
package struct ProcessStatus: Equatable {
  /// The file system uid, by which the kernel names callers.
  package var uid: UInt32
  /// How many process namespaces know the process, from that of /proc on inwards.
  package var depth: Int

  package init(uid: UInt32, depth: Int) {
    self.uid = uid
    self.depth = depth
  }
}

package enum Authority {
  package static func accepts(
    _ caller: Caller, serverUser: UInt32, _ processes: some ProcessTable
  ) -> Bool {
    // Not 0: root of another user namespace is somebody else there. 0 as pid: outside of ours.
    guard caller.uid == serverUser || caller.uid == 0, caller.pid > 0 else { return false }
    let process = "\(caller.pid)"
    // Where /proc is not of our process namespace, the number means somebody else there.
    guard processes.status("self")?.depth == 1, let status = processes.status(process),
      status.depth == 1,
      // A caller that was killed may have left its number to somebody else.
      status.uid == caller.uid
    else { return false }
    if let namespace = processes.userNamespace(process) {
      return namespace == processes.userNamespace("self")
    }
    guard let map = processes.userMap(process) else { return false }
    return map == processes.userMap("self")
  }
}

/// The kernel's.
struct Processes: ProcessTable {
  func userNamespace(_ process: String) -> UInt64? {
    var status = Glibc.stat()
    guard unsafe stat("/proc/\(process)/ns/user", &status) == 0 else { return nil }
    return UInt64(status.st_ino)
  }

  func status(_ process: String) -> ProcessStatus? {
    guard let text = System.content(of: "/proc/\(process)/status") else { return nil }
    return ProcessStatus(text)
  }

  func userMap(_ process: String) -> [UInt8]? { System.content(of: "/proc/\(process)/uid_map") }
}

extension ProcessStatus {
  /// Nil where a line is missing: kernels before 4.1 do not say who knows the process.
  package init?(_ text: [UInt8]) {
    var uid: UInt32?
    var depth: Int?
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
      switch fields.first.map({ String(decoding: $0, as: UTF8.self) }) {
      case "Uid:": uid = fields.last.flatMap { UInt32(String(decoding: $0, as: UTF8.self)) }
      case "NSpid:": depth = fields.count - 1
      default: break
      }
    }
    guard let uid, let depth else { return nil }
    self.init(uid: uid, depth: depth)
  }
}

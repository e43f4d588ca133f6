// The caller's credentials on a worker thread, for a change of the name space in a view that serves
// several users (O6): file-system uid and gid, groups, and no capability that the caller lacks. What
// the kernel's request does not say is read from /proc; a caller that is not visible from here, or is
// in another user namespace, has no groups and no capabilities.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

struct Impersonation: ~Copyable {
  private let own: OwnCredentials?

  /// EPERM where the thread cannot become the caller.
  init(_ engine: Engine, _ caller: Caller) throws(Errno) {
    guard engine.switchesCredentials else {
      own = nil
      return
    }
    let own = OwnCredentials.current
    let process = CallerProcess(caller)
    var wanted = own.capabilities
    wanted.effective = own.capabilities.permitted & process.capabilities
    self.own = own
    do throws(Errno) {
      if own.groups != nil {
        _ = try unsafe System.checked(bl_set_groups(process.groups, process.groups.count))
      }
      _ = try System.checked(bl_set_fsgid(caller.gid))
      _ = try System.checked(bl_set_fsuid(caller.uid))
      _ = try unsafe System.checked(bl_set_capabilities(&wanted))
    } catch {
      own.restore()
      throw error
    }
  }

  deinit { own?.restore() }

  /// Only root, or root of a user namespace, can become somebody else.
  static var isPossible: Bool { geteuid() == 0 }
}

/// The server's own, as they were when it began.
struct OwnCredentials: Sendable {
  let uid = geteuid()
  let gid = getegid()
  /// Nil where the user namespace denies setgroups(2): nobody in it changes groups, the server neither.
  let groups: [UInt32]?
  let capabilities: bl_capabilities

  static let current = OwnCredentials()

  private init() {
    var groups = [UInt32](repeating: 0, count: Int(BL_MAX_GROUPS))
    let count = unsafe bl_get_groups(&groups, groups.count)
    groups.removeSubrange(Int(max(0, count))...)
    self.groups = unsafe bl_set_groups(groups, groups.count) == 0 ? groups : nil
    var capabilities = bl_capabilities()
    _ = unsafe bl_get_capabilities(&capabilities)
    self.capabilities = capabilities
  }

  /// The order is the reverse: capabilities first, since the others need them; and again at the end,
  /// since a change of the uid changes them. A thread that stays somebody else must not go on.
  func restore() {
    var capabilities = capabilities
    guard unsafe bl_set_capabilities(&capabilities) == 0, bl_set_fsuid(uid) == 0,
      bl_set_fsgid(gid) == 0, restoreGroups(), unsafe bl_set_capabilities(&capabilities) == 0
    else { abort() }
  }

  private func restoreGroups() -> Bool {
    guard let groups else { return true }
    return unsafe bl_set_groups(groups, groups.count) == 0
  }
}

/// What /proc says of the calling thread.
struct CallerProcess {
  private let gid: UInt32
  private(set) var groups: [UInt32] = []
  private(set) var capabilities: UInt64 = 0

  func isIn(group: UInt32) -> Bool { group == gid || groups.contains(group) }

  init(_ caller: Caller) {
    gid = caller.gid
    let pid = caller.pid
    guard pid > 0, let status = System.content(of: "/proc/\(pid)/status") else { return }
    let lines = status.split(separator: UInt8(ascii: "\n"))
    // A caller that was killed may have left its number to somebody else.
    guard Self.fileSystemID("Uid:", in: lines) == caller.uid,
      Self.fileSystemID("Gid:", in: lines) == caller.gid
    else { return }
    for line in lines {
      if line.starts(with: "Groups:".utf8) {
        groups = line.dropFirst(7).split { $0 == 32 || $0 == 9 }.compactMap {
          UInt32(String(decoding: $0, as: UTF8.self))
        }
      } else if line.starts(with: "CapEff:".utf8) {
        let digits = line.dropFirst(7).drop { $0 == 32 || $0 == 9 }
        capabilities = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
      }
    }
    let namespace = Processes().userNamespace("\(pid)")
    if namespace == nil || namespace != Self.ownNamespace { capabilities = 0 }
  }

  /// The last of a line's four numbers.
  private static func fileSystemID(_ key: String, in lines: [ArraySlice<UInt8>]) -> UInt32? {
    guard let line = lines.first(where: { $0.starts(with: key.utf8) }),
      let last = line.split(separator: UInt8(ascii: "\t")).last
    else { return nil }
    return UInt32(String(decoding: last, as: UTF8.self))
  }

  private static let ownNamespace = Processes().userNamespace("self")
}

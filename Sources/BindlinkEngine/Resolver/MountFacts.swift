// What is known of the host's mounts: which need no care, which hold attributes that must be asked for
// anew, and which a file server must not show because they answer for whoever looks (R9).

internal import BindlinkMap
internal import CBindlinkSystem
internal import Synchronization

enum MountKind {
  case plain
  /// Somebody else changes it: attributes are asked for each time.
  case remote
  /// procfs or sysfs.
  case pseudo
}

final class MountFacts: Sendable {
  private struct Key: Hashable {
    let mount, device: UInt64
  }

  /// The mount that was last found to be plain: nearly always the one in question.
  private let plain = Atomic<UInt64>(0)
  /// Guards nothing else; taken alone.
  private let kinds = Guarded<[Key: MountKind]>([:])

  /// Its device: a mount's number may be another one's later.
  private let plainDevice = Atomic<UInt64>(UInt64.max)

  @inline(__always)
  func isPlain(_ mount: UInt64) -> Bool { plain.load(ordering: .relaxed) == mount }

  func isPlain(_ mount: UInt64, device: UInt64) -> Bool {
    isPlain(mount) && plainDevice.load(ordering: .relaxed) == device
  }

  private func setPlain(_ key: Key) {
    plain.store(key.mount, ordering: .relaxed)
    plainDevice.store(key.device, ordering: .relaxed)
  }

  /// The kind of the mount that an object is in; `name` nil: the object is the descriptor's own.
  func kind(of status: Status, at directory: Int32, _ name: Name?) throws(Errno) -> MountKind {
    let key = Key(mount: status.mount_id, device: status.device)
    if let known = kinds.withLock({ $0[key] }) {
      if case .plain = known { setPlain(key) }
      return known
    }
    let type: Int64
    if let name = unsafe name {
      let object = try unsafe System.open(directory, name, System.pathOnly)
      type = try System.checked(bl_file_system_type(object.raw))
    } else {
      type = try System.checked(bl_file_system_type(directory))
    }
    let kind: MountKind =
      switch type {
      case 0x9fa0, 0x6265_6572: .pseudo  // procfs, sysfs
      case _ where System.isRemote(type: type): .remote
      default: .plain
      }
    kinds.withLock { $0[key] = kind }
    if case .plain = kind { setPlain(key) }
    return kind
  }
}

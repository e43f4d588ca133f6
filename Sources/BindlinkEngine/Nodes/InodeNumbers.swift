// The view's inode numbers (R7). A backing object keeps its own number where the view's root has that
// device; elsewhere it gets a hash of device and number. A directory's number also says which link
// governs it, so that a backing directory that is reachable below itself is no loop.

internal import BindlinkMap
internal import CBindlinkSystem

struct InodeNumbers: Sendable {
  private let device: UInt64
  private let mount: UInt64
  private let root: Int32
  private let links: LinkNumbers

  init(_ links: LinkNumbers, root: Located) {
    self.links = links
    self.root = root.link
    device = root.origin == .synthesised ? Identity.nowhere : root.status.device
    mount = root.status.mount_id
  }

  private static let high: UInt64 = 1 << 63

  func number(_ device: UInt64, _ inode: UInt64, mount: UInt64, isDirectory: Bool, link: Int32)
    -> UInt64
  {
    if device == Identity.nowhere { return inode }
    if device == self.device {
      if !isDirectory || (link == root && mount == self.mount) { return inode }
    }
    var value = mix(inode ^ mix(device))
    if isDirectory {
      value = mix(value ^ links.salt(of: link))
      if mount != self.mount { value = mix(value ^ mount) }
    }
    return value | Self.high
  }

  func number(of identity: Identity, isDirectory: Bool, link: Int32) -> UInt64 {
    number(
      identity.device, identity.inode, mount: identity.mount, isDirectory: isDirectory, link: link)
  }

  /// A synthesised directory is what its parent's number and its name say.
  func identity(of located: Located, parentInode: UInt64, nameHash: UInt64) -> Identity {
    guard located.origin == .synthesised else { return located.status.identity }
    return Identity(
      device: Identity.nowhere, inode: synthesised(parent: parentInode, nameHash: nameHash),
      mount: 0, birth: 0)
  }

  func synthesised(parent: UInt64, nameHash: UInt64) -> UInt64 {
    mix(parent ^ nameHash) | Self.high
  }
}

extension Identity {
  /// The device of synthesised directories.
  static let nowhere = UInt64.max
}

/// FNV-1a.
func hash(_ bytes: Span<UInt8>) -> UInt64 {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  for index in bytes.indices { value = (value ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
  return value
}

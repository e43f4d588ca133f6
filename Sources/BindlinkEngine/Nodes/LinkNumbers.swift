// The numbers by which nodes and scopes name links, whatever becomes of the table.

internal import BindlinkMap

/// A link keeps its number as long as its virtual path and its backing stay the same, also when it
/// is removed and made again: its directories keep their nodes and inode numbers (R7). One record for
/// each link that ever was.
final class LinkNumbers: Sendable {
  private struct Key: Hashable {
    let virtualPath: VirtualPath
    let backing: [UInt8]
  }
  private struct State {
    var numbers: [Key: Int32] = [:]
    /// For each number one made of the virtual path, the same in each mount.
    var salts: [UInt64] = []
    var backings: [[UInt8]] = []
  }

  private let state = Guarded(State())

  func number(of link: Link) -> Int32 {
    let key = Key(virtualPath: link.virtualPath, backing: link.backing)
    return state.withLock { state in
      if let known = state.numbers[key] { return known }
      let number = Int32(state.salts.count)
      state.numbers[key] = number
      state.salts.append(hash(link.virtualPath.bytes.span))
      state.backings.append(link.backing)
      return number
    }
  }

  /// Nil for the anchor, and for nobody.
  func backing(of number: Int32) -> [UInt8]? {
    number < 0 ? nil : state.withLock { $0.backings[Int(number)] }
  }

  /// 0 for the anchor, and for nobody.
  func salt(of number: Int32) -> UInt64 {
    number < 0 ? 0 : state.withLock { $0.salts[Int(number)] }
  }
}

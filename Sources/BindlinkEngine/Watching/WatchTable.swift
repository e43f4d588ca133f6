// Which directories are watched, for which nodes, and when something last changed in each. Part of the
// node table, under its lock; the marks themselves are made and taken away by `Watcher`.
//
// Time is counted in moments: each watch that begins and each event that is worked off is one. An
// answer may be believed for long if what it says was watched before the moment at which its request
// looked at the backing, and nothing has changed there since.

internal import CBindlinkSystem

/// A directory as events name it: file system and file handle.
typealias WatchKey = SIMD8<UInt64>

/// What an answer of the engine rests on, and so how long the kernel may believe it.
package enum Regime: UInt8, Comparable, Sendable {
  /// Nothing: it is to ask each time.
  case asked
  /// It may change unseen: one second.
  case timed
  /// Each change of it is told to the kernel.
  case watched

  package static func < (a: Regime, b: Regime) -> Bool { a.rawValue < b.rawValue }
}

struct WatchTable {
  private struct Watch {
    var key: WatchKey
    /// The nodes of the directory; nearly always one.
    var slots: [UInt32]
    /// When it began or something last changed in it.
    var latest: UInt64
  }

  /// `Node.watch` of a directory that cannot be watched.
  static let refused = UInt32.max

  /// Index 0 is nobody's.
  private var watches = [Watch(key: .zero, slots: [], latest: 0)]
  private var free: [UInt32] = []
  private var indices: [WatchKey: UInt32] = [:]
  private(set) var now: UInt64 = 1
  /// In these names have been changed by ways that are none of their nodes: the kernel knows the
  /// change of the place that it asked about, not of this one. They stay so: who changes one does not
  /// know whether the directory is being watched at this moment.
  private var shared: Set<WatchKey> = []
  /// When it was last unknown what had changed.
  private var everything: UInt64 = 0
  /// A file's name that this server has taken away: what others did before is told by it.
  private struct Former {
    let parent: UInt32
    let name: [UInt8]
    let node: NodeID
    let turn: UInt64
  }
  private var formers: [Former] = []
  /// How often events were begun to be taken from the kernel, and how often they were noted.
  private var turn: UInt64 = 0
  private(set) var turnsEnded: UInt64 = 0

  var count: Int { indices.count }

  func contains(_ key: WatchKey) -> Bool { indices[key] != nil }

  /// Returns what becomes the node's `watch`.
  mutating func insert(_ key: WatchKey, for slot: UInt32) -> UInt32 {
    now += 1
    if let index = indices[key] {
      watches[Int(index)].slots.append(slot)
      watches[Int(index)].latest = now
      return index
    }
    let watch = Watch(key: key, slots: [slot], latest: now)
    let index: UInt32
    if let reused = free.popLast() {
      index = reused
      watches[Int(index)] = watch
    } else {
      index = UInt32(watches.count)
      watches.append(watch)
    }
    indices[key] = index
    return index
  }

  /// The node's part in a watch ends. Returns the key if it was the last one.
  mutating func remove(_ index: UInt32, for slot: UInt32) -> WatchKey? {
    guard index != 0, index != Self.refused else { return nil }
    watches[Int(index)].slots.removeAll { $0 == slot }
    guard watches[Int(index)].slots.isEmpty else { return nil }
    let key = watches[Int(index)].key
    indices[key] = nil
    free.append(index)
    return key
  }

  mutating func share(_ key: WatchKey) { shared.insert(key) }

  /// The kernel knows of each change of a name there that this server made.
  func isOnePlace(_ key: WatchKey) -> Bool {
    guard let index = indices[key] else { return true }
    return watches[Int(index)].slots.count == 1 && !shared.contains(key)
  }

  func slots(of key: WatchKey) -> [UInt32] {
    indices[key].map { watches[Int($0)].slots } ?? []
  }

  mutating func addFormer(_ name: [UInt8], in parent: UInt32, _ node: NodeID) {
    formers.append(Former(parent: parent, name: name, node: node, turn: turn))
  }

  func forEachFormer(_ name: [UInt8], in parent: UInt32, _ body: (NodeID) -> Void) {
    for former in formers where former.parent == parent && former.name == name { body(former.node) }
  }

  mutating func beginTurn() -> UInt64 {
    turn += 1
    return turn
  }

  /// All events are noted that came before the turn began.
  mutating func endTurn(_ turn: UInt64) {
    formers.removeAll { $0.turn < turn }
    turnsEnded += 1
  }

  mutating func noteChange(of key: WatchKey) {
    guard let index = indices[key] else { return }
    now += 1
    watches[Int(index)].latest = now
  }

  mutating func noteChangeOfEverything() {
    now += 1
    everything = now
  }

  /// The watch has run since that moment, and nothing has changed.
  @inline(__always)
  func isQuiet(_ index: UInt32, since moment: UInt64) -> Bool {
    index != 0 && index != Self.refused && watches[Int(index)].latest <= moment
      && everything <= moment
  }
}

// A notifier that remembers what it was asked to write.
import BindlinkEngine
import Synchronization

final class Recorder: Notifier {
  let sent = Mutex<[Invalidations]>([])

  func send(_ invalidations: Invalidations) -> Bool {
    sent.withLock { $0.append(invalidations) }
    return true
  }
  func post(_ invalidations: Invalidations) { _ = send(invalidations) }
  /// The nodes whose attributes were to be asked for anew.
  let expired = Mutex<[NodeID]>([])

  func expireAttributes(of node: NodeID) { expired.withLock { $0.append(node) } }

  func expireNames() {
    var all = Invalidations()
    all.everyEntry = true
    post(all)
  }

  var isIdle: Bool { true }

  /// What was sent since the last call, in one.
  func take() -> Invalidations {
    sent.withLock { sent in
      defer { sent = [] }
      var all = Invalidations()
      for one in sent {
        all.everyEntry = all.everyEntry || one.everyEntry
        all.entries += one.entries
        all.dropped += one.dropped
        all.nodes += one.nodes
        all.fences += one.fences
      }
      return all
    }
  }
}

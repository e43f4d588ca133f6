// Where the kernel keeps what it was told, a test that changed something behind the view waits, before
// it looks through the view, until the kernel knows: any request of control does that.
import PosixCases
import Synchronization

enum Settling {
  private struct State {
    var view: String?
    var isDue = false
  }
  private static let state = Mutex(State())

  static func begin(_ view: String) { state.withLock { $0 = State(view: view) } }
  static func end() { state.withLock { $0 = State() } }

  /// Something is about to be done at a path.
  static func note(_ path: Path) {
    let view = state.withLock { state -> String? in
      guard let view = state.view else { return nil }
      let root = Array(view.utf8)
      // What is open is of the view.
      let isOpen = path.bytes.starts(with: Array("/proc/self/fd/".utf8))
      if !isOpen, path.bytes.first == UInt8(ascii: "/"), path.bytes != root,
        !path.bytes.starts(with: root + [UInt8(ascii: "/")])
      {
        state.isDue = true
        return nil
      }
      defer { state.isDue = false }
      return state.isDue ? view : nil
    }
    if let view { _ = try? run([Situation.binary, "list", view]) }
  }
}

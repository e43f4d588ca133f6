// Where the kernel keeps what it was told, a test that changed something behind the view, or at another
// place of it, waits before it looks through the view until the kernel knows: any request of control
// does that.
import Glibc
import PosixCases
import Synchronization
import Testing

enum Settling {
  private struct State {
    var view: String?
    var isDue = false
    /// The name in the view's root that the last operation was at or below.
    var top: ArraySlice<UInt8>?
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
      // What was done at one place of the view may show at another one, as if by somebody else.
      let inside = isOpen ? path.bytes[...] : path.bytes.dropFirst(root.count + 1)
      let top = inside.prefix { $0 != UInt8(ascii: "/") }
      defer { (state.isDue, state.top) = (false, top) }
      return state.isDue || (state.top != nil && state.top != top) ? view : nil
    }
    if let view {
      let outcome = try? run([Situation.binary, "list", view])
      // A view whose root has no backing cannot be asked.
      let isAnswered = unsafe outcome?.status == 0 || access(view, F_OK) == -1
      #expect(isAnswered, "\(String(describing: outcome))")
    }
  }
}

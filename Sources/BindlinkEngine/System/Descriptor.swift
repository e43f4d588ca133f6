// A file descriptor with an owner.

internal import CBindlinkSystem

/// An open file descriptor, closed when its owner ends: at the end of the scope of a variable that
/// holds it, but at once for a value that no variable holds. So never `try open(…).raw`.
struct Descriptor: ~Copyable {
  let raw: Int32

  init(owning raw: Int32) { self.raw = raw }

  deinit { _ = bl_close(raw) }

  /// Gives the descriptor up without closing it.
  consuming func release() -> Int32 {
    let raw = self.raw
    discard self
    return raw
  }
}

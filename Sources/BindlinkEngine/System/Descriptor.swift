// A file descriptor with an owner.

internal import CBindlinkSystem

/// An open file descriptor, closed when its owner ends.
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

// What the kernel answers by itself and no server can help.

import Glibc
import ModelReference

enum KernelFault {
  /// A rename of which a last name leads to a directory that the kernel still has at another one, from
  /// where it was moved behind its back (by another link to its backing): the kernel cannot move its
  /// entry in the middle of a rename, and says ESTALE without asking. Any look at the name mends it.
  static func explains(_ operation: Operation, _ errno: Int32) -> Bool {
    operation.side == .view && operation.kind == .rename && errno == ESTALE
  }

  /// What was made is, by a link into its own outer view, what an exception below the name shows, so that
  /// a way stands at the name (R8): the kernel gets a directory as the answer to a file, and says EIO.
  static func explains(
    _ operation: Operation, made verdict: Verdict, _ errno: Int32, _ reference: Reference
  ) -> Bool {
    let kinds: [Operation.Kind] = [.create, .makeFIFO, .symbolicLink, .link, .temporaryFile]
    guard operation.side == .view, kinds.contains(operation.kind), errno == EIO,
      verdict.refusals.isEmpty
    else { return false }
    let path = reference.hold(operation.other.isEmpty ? operation.path : operation.other).path
    if reference.view.see(path).isThere { return false }
    verdict.apply()
    return reference.view.see(path).isSynthesised
  }
}

extension Caller {
  func lookAtNames(of operation: Operation) {
    for path in [operation.path, operation.other] {
      _ = try? SystemCall.status(place(operation.side, path))
    }
  }
}

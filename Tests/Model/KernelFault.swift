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
}

extension Caller {
  func lookAtNames(of operation: Operation) {
    for path in [operation.path, operation.other] {
      _ = try? SystemCall.status(place(operation.side, path))
    }
  }
}

// What is known to be wrong in the view and is not reported without --faults.

import Glibc
import ModelReference

enum KnownFault {
  /// A file of which another known name is something else now.
  static func excuses(_ operation: Operation, _ verdict: Verdict, _ errno: Int32) -> Bool {
    let opens: [Operation.Kind] = [.read, .write, .append, .truncate, .create]
    return operation.side == .view && opens.contains(operation.kind) && verdict.refusals.isEmpty
      && [EISDIR, ELOOP, ENXIO].contains(errno)
  }
}

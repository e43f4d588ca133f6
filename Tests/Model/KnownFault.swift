// What is known to be wrong in the view and is not reported without --faults.

import Glibc
import ModelReference

enum KnownFault {
  /// A new link's parent that is not there, below a way that is a file's.
  static func excuses(_ change: LinkChange, _ verdict: Verdict, _ errno: Int32) -> Bool {
    verdict.refusals.contains(ENOENT) && errno == ENOTDIR
  }

  /// A file of which another known name is something else now.
  static func excuses(_ operation: Operation, _ verdict: Verdict, _ errno: Int32) -> Bool {
    // A merged directory whose sides are one object.
    if operation.side == .view, operation.kind == .removeDirectory, verdict.refusals.isEmpty,
      errno == ENOENT
    {
      return true
    }
    // A directory that was renamed under another link's name.
    if operation.side == .view, operation.kind == .rename, errno == ESTALE { return true }
    let opens: [Operation.Kind] = [.read, .write, .append, .truncate, .create]
    return operation.side == .view && opens.contains(operation.kind) && verdict.refusals.isEmpty
      && [EISDIR, ELOOP, ENXIO].contains(errno)
  }
}

// One case in two places: what differs between their logs.

import CPosixCases
import Glibc

extension PosixCase {
  /// Runs the case in a new directory of `directory` and removes that again.
  package func log(in directory: String) -> [String] {
    let place = directory + "/posix-case-\(getpid())"
    let made = unsafe px_mkdir(AT_FDCWD, place, 0o755)
    guard made >= 0 else { return ["mkdir \(place) \(errorName(-made))"] }
    var lines = run(in: place)
    let cleared = clearDirectory(place)
    let removed = unsafe px_rmdir(place)
    if !cleared || removed < 0 { lines.append("clean-up \(errorName(-removed))") }
    return lines
  }

  /// The lines that the case logs in only one of two directories, in the manner of diff; empty if
  /// the logs are equal.
  package func differences(between plain: String, and other: String) -> [String] {
    let expected = log(in: plain)
    let found = log(in: other)
    return found.difference(from: expected).map { change in
      switch change {
      case .remove(_, let line, _): "- \(line)"
      case .insert(_, let line, _): "+ \(line)"
      }
    }
  }
}

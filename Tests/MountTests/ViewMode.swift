// $BINDLINK_MOUNT_OPTIONS: options that each view of `withView` is mounted with on top of its own, such
// as `--no-open`, so that all tests run in that mode, too.
//
// What is different in a mode, and why, stands in README ("Without opens"). Tests that show such a
// difference, or want the opposite, say so by `with:`; this is the only list of them.
import Foundation

enum ViewMode {
  static let options: [String] =
    (ProcessInfo.processInfo.environment["BINDLINK_MOUNT_OPTIONS"] ?? "")
    .split(separator: " ").map(String.init)

  static var noOpen: Bool { options.contains("--no-open") }

  /// What is added to a view's own options. A view with a read-only link cannot be had without opens
  /// (W1: opening for writing is to be refused), nor one that says itself what it wants.
  static func options(besides own: [String]) -> [String] {
    let decides = own.contains { argument in
      argument.contains("read-only") || ["--open", "--no-open"].contains(argument)
    }
    return options.filter { $0 != "--no-open" || !decides }
  }

  enum Difference: String {
    case readOnlyLinkLater = "a read-only link is added while the view is mounted: EOPNOTSUPP"
    case hostLocks = "locks are the view's own: they do not count against the host's"
    case asksAccess = "the kernel checks permissions itself and sends no ACCESS"
    case firstUse = "what is replaced behind the view between open and first read is lost"
  }

  /// For `.enabled(if:)`: whether a test that shows the difference can run.
  static func allows(_ difference: Difference) -> Bool { !noOpen }
}

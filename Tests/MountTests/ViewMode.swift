// $BINDLINK_MOUNT_OPTIONS: options that each view of `withView` is mounted with on top of its own, such
// as `--no-open`, so that all tests run in that mode, too.
//
// What is different in a mode, and why, stands here for the tests, which name the case, and in README
// ("Without opens") for users.
import Foundation
import Testing

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

  /// What a test can show that is different without opens, and why.
  enum Difference: String {
    case readOnlyLinkLater = "W1: a read-only link that comes later is refused (EOPNOTSUPP)"
    case unaskedNames =
      "while the kernel believes a name, nobody asks whether the file is still there"
    case firstUse = "what is replaced behind the view between open and first use is lost"
  }
}

extension Trait where Self == ConditionTrait {
  static func shows(_ difference: ViewMode.Difference) -> Self {
    .enabled(if: !ViewMode.noOpen, "\(difference.rawValue)")
  }
}

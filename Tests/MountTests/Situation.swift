// Where the tests run: Scripts/test runs them once in each privilege situation, `swift test` in the
// present one.
import Foundation
import Glibc

enum Situation: String {
  case root, user, namespace

  static let present: Situation = {
    if let name = ProcessInfo.processInfo.environment["BINDLINK_SITUATION"] {
      guard let situation = Situation(rawValue: name) else {
        fatalError("BINDLINK_SITUATION is '\(name)', not root, user or namespace")
      }
      return situation
    }
    let map = try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)
    if map?.contains("4294967295") == false { return .namespace }
    return getuid() == 0 ? .root : .user
  }()

  /// The policy of the views whose tests do not choose one: $BINDLINK_CACHE, or auto.
  static let cache = ProcessInfo.processInfo.environment["BINDLINK_CACHE"] ?? "auto"

  /// FUSE over io_uring is on for views that are mounted now.
  static let hasRings =
    (try? String(
      contentsOfFile: "/sys/module/fuse/parameters/enable_uring", encoding: .utf8))?.hasPrefix("Y")
    ?? false

  static var isRoot: Bool { present == .root }
  /// Whether mount(2) can be called.
  static var canMount: Bool { present != .user }

  /// $BINDLINK_BINARY, or the command beside the test bundle.
  static let binary: String = {
    if let path = ProcessInfo.processInfo.environment["BINDLINK_BINARY"] { return path }
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let candidates = [bundle, program, CommandLine.arguments.first].compactMap { $0 }.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("bindlink").path
    }
    return candidates.first { unsafe access($0, X_OK) == 0 } ?? "bindlink"
  }()

  /// A client of control, beside the command.
  static let controlClient = URL(fileURLWithPath: binary).deletingLastPathComponent()
    .appendingPathComponent("control-client").path

  /// The program of the library's documentation, beside it.
  static let exampleProgram = URL(fileURLWithPath: binary).deletingLastPathComponent()
    .appendingPathComponent("bindlink-example").path
}

// Runs the built `bindlink` as a user would.
import Foundation

struct Outcome: Sendable {
  let status: Int32
  let output: String
  let errors: String
}

enum BuiltCommand {
  /// $BINDLINK_BINARY, or the one beside the test bundle.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["BINDLINK_BINARY"] { return path }
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: bundle ?? "").deletingLastPathComponent()
      .appendingPathComponent("bindlink").path
  }()

  /// Runs a program for at most 30 seconds and returns when all holders of its output are gone.
  static func run(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "--kill-after=1", "30"] + arguments
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Neither ever fills a pipe.
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    let errorData = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }
}

/// A directory that is removed at the end, together with what is mounted in it.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path =
      URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath()
      .appendingPathComponent("bindlink-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
  }

  deinit {
    for mount in mounts {
      let place = mount.split(separator: " ")[4]
      _ = try? BuiltCommand.run(["umount", "-l", String(place)])
    }
    try? FileManager.default.removeItem(atPath: path)
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(path)/\(name)", withIntermediateDirectories: true)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// The names in the directory and below, sorted.
  var names: [String] {
    FileManager.default.subpaths(atPath: path)?.sorted() ?? []
  }

  /// The mounts in the directory.
  var mounts: [Substring] {
    let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").filter { $0.contains(path) }
  }

  /// The processes whose command line names the directory.
  var processes: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { $0.allSatisfy(\.isNumber) }.filter { process in
      // FileManager's contents(atPath:) leaks its buffer where a file says that it is empty.
      let file = FileHandle(forReadingAtPath: "/proc/\(process)/cmdline")
      let line = (try? file?.readToEnd()) ?? Data()
      return String(decoding: line, as: UTF8.self).contains(path)
    }
  }
}

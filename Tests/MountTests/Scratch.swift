// A directory of a test's own: what is mounted or runs there ends with it, also if it hangs.
import Foundation
import Glibc
import PosixCases
import Synchronization

final class Scratch: Sendable {
  /// Absolute and without symbolic links.
  let path: String
  var host: Place { Place("\(path)") }

  /// `patience`: the seconds after which what runs there counts as hanging.
  init(_ items: [String] = [], patience: Double = 60) throws {
    let directory = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath()
    path = directory.appendingPathComponent("view-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    host.make(items)
    Watchdog.shared.watch(path, patience: patience)
  }

  func remove() {
    Watchdog.shared.release(path)
    for mount in mounts.reversed() { _ = try? run(Self.lazyUnmount + [mount]) }
    for server in servers { kill(server, SIGKILL) }
    clearDirectory(path)
    _ = unsafe rmdir(path)
  }

  fileprivate static var lazyUnmount: [String] {
    Situation.canMount ? ["umount", "-l"] : ["fusermount3", "-uz"]
  }

  /// "@" stands for the scratch directory.
  func expand(_ argument: String) -> String { argument.replacingOccurrences(of: "@", with: path) }

  /// Runs the command; "@" stands for the scratch directory.
  func command(_ arguments: [String], in directory: String? = nil) throws -> Outcome {
    try run([Situation.binary] + arguments.map(expand), in: directory ?? path)
  }

  var mounts: [String] { Self.mounts(in: path) }
  var servers: [pid_t] { Self.servers(of: path) }

  /// Where something is mounted in the directory, the uppermost last.
  fileprivate static func mounts(in path: String) -> [String] {
    let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[4].hasPrefix(path) ? String(fields[4]) : nil
    }
  }

  /// The processes of the command whose arguments name the directory.
  static func servers(of path: String) -> [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.filter { process in
      process != getpid() && commandLine(of: process).contains(path)
    }
  }

  /// Stops a server that hangs and whoever waits for it: a test then fails and the run goes on.
  private final class Watchdog: Sendable {
    static let shared = Watchdog()
    private let deadlines = Mutex<[String: Date]>([:])

    private init() {
      Thread.detachNewThread {
        while true {
          sleep(1)
          let now = Date()
          for path in self.deadlines.withLock({ $0.filter { $0.value < now }.keys.sorted() }) {
            print("stopping what hangs in \(path)")
            for server in Scratch.servers(of: path) { kill(server, SIGKILL) }
            for mount in Scratch.mounts(in: path).reversed() {
              _ = try? run(Scratch.lazyUnmount + [mount], seconds: 5)
            }
          }
        }
      }
    }

    func watch(_ path: String, patience: Double) {
      deadlines.withLock { $0[path] = Date(timeIntervalSinceNow: patience * slowness) }
    }
    func release(_ path: String) { deadlines.withLock { $0[path] = nil } }
  }
}

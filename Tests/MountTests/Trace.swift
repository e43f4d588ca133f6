// The requests that a test causes, as the server traces them.
import Foundation
import Glibc
import PosixCases
import Testing

/// What a server says of the requests that `body` makes in a view of "src", which `items` make. `options`
/// are separated by spaces.
func trace(
  _ items: [String], _ options: String, _ body: (_ view: Place, _ host: Place) throws -> Void
) throws -> String {
  let scratch = try Scratch(items + ["view/"])
  defer { scratch.remove() }
  scratch.host.write("trace", "")
  let server = Process()
  server.executableURL = URL(fileURLWithPath: Situation.binary)
  server.arguments =
    ["mount", "src", "view", "-d"] + options.split(separator: " ").map(String.init)
  server.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
  server.standardError = try FileHandle(
    forWritingTo: URL(fileURLWithPath: scratch.path + "/trace"))
  server.standardOutput = FileHandle.nullDevice
  try server.run()
  for _ in 0..<100 where scratch.mounts.isEmpty { usleep(50_000) }
  try body(scratch.host["view"], scratch.host)
  #expect(try scratch.command(["unmount", "@/view"]).status == 0)
  server.waitUntilExit()
  return scratch.host.content("trace")
}

/// How many requests of that name are in a trace.
func count(_ request: String, in trace: String) -> Int {
  trace.components(separatedBy: " \(request) ").count - 1
}

// All tests of mounted views, one after the other, and the way in which each mounts its view.
import Foundation
import Glibc
import PosixCases
import Testing

@Suite(.serialized) struct MountedViews {}

/// Mounts a view with `arguments` at "@/view" (unless the last one begins with "at:"), where "@" is a
/// scratch directory that holds `items`, and runs `body` with the view and the scratch directory.
/// Nothing may be left behind.
func withView(
  _ items: [String], _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation,
  body: (_ view: Place, _ host: Place) throws -> Void
) throws {
  try withView(items, arguments, sourceLocation: sourceLocation, body: body)
}

func withView(
  _ items: [String], _ arguments: [String], patience: Double = 60,
  sourceLocation: SourceLocation = #_sourceLocation,
  body: (_ view: Place, _ host: Place) throws -> Void
) throws {
  let scratch = try Scratch(items, patience: patience)
  defer { scratch.remove() }
  var arguments = arguments
  var mountpoint = "@/view"
  if let last = arguments.last, last.hasPrefix("at:") {
    mountpoint = String(arguments.removeLast().dropFirst(3))
  }
  mountpoint = scratch.expand(mountpoint)
  scratch.host.mkdir("view")

  let paths = arguments.prefix { !$0.hasPrefix("-") }
  let mounted = try scratch.command(
    ["mount"] + paths + [mountpoint] + arguments.dropFirst(paths.count)
      + (arguments.contains("--cache") ? [] : ["--cache", Situation.cache])
      + ViewMode.options(besides: arguments))
  try #require(
    mounted.status == 0 && mounted.errors.isEmpty, "\(mounted)", sourceLocation: sourceLocation)
  let servers = scratch.servers
  #expect(servers.count == 1, sourceLocation: sourceLocation)

  if Situation.cache != "never" { Settling.begin(mountpoint) }
  defer { Settling.end() }
  try body(Place("\(mountpoint)"), scratch.host)

  let unmounted = try scratch.command(["unmount", mountpoint])
  #expect(unmounted.status == 0, "\(unmounted)", sourceLocation: sourceLocation)
  #expect(scratch.mounts == [], sourceLocation: sourceLocation)
  #expect(servers.allSatisfy { hasEnded($0) }, sourceLocation: sourceLocation)
}

/// Whether the process ends within five seconds.
func hasEnded(_ process: pid_t) -> Bool {
  for _ in 0..<Int(250 * slowness) {
    if commandLine(of: process).isEmpty { return true }  // a zombie has no arguments either
    usleep(20_000)
  }
  return false
}

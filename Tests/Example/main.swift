// The program of the article "Changing a mounted view", whose code blocks are parts of this file.
//
//   bindlink-example SOURCE MOUNTPOINT NOTES
import Bindlink
import Foundation
import SystemPackage

let source = FilePath(CommandLine.arguments[1])
let mountpoint = FilePath(CommandLine.arguments[2])
let notes = FilePath(CommandLine.arguments[3])

// Mounting

var view = View(source: source)
view.exceptions.append(.rule("**/.env"))
let mounted = try view.mount(at: mountpoint)
Thread.detachNewThread { mounted.serve() }

// Asking

let control = mounted.control
let hidden = try await control.explain("/.env")
print("\(hidden.path) is \(hidden.isVisible ? "visible" : "hidden") by \(hidden.rule)")

// Changing

try await control.create(BindLink("/docs", backing: notes, isReadOnly: true))
let docs = try await control.explain("/docs")
print("/docs shows \(docs.physicalPath ?? "nothing")")

let today = try String(contentsOfFile: "\(mountpoint)/docs/today", encoding: .utf8)
print("today: \(today)")

// Whole tables

var configuration = try await control.configuration()
configuration.exceptions = ["**/.env", "*.pem"]
try await control.apply(configuration)
for status in try await control.links() {
  print(status.link.virtualPath, status.kind, status.state)
}

// Errors

do {
  try await control.remove("/")
} catch {
  print(error.errno == .resourceBusy ? "EBUSY" : "\(error.errno)", error.rule!, error.subject!)
}

// Ending

try mounted.unmount(lazily: true)

// Runs programs as a user's shell would, with a time limit.
import Foundation

struct Outcome: Sendable, CustomStringConvertible {
  let status: Int32
  let output: String
  let errors: String

  var description: String { "status \(status) \(output)\(errors)" }
}

/// The arguments of a process; empty where there is none. (FileManager's contents(atPath:) leaks its
/// buffer where a file says that it is empty.)
func commandLine(of process: pid_t) -> String {
  let file = FileHandle(forReadingAtPath: "/proc/\(process)/cmdline")
  return String(decoding: (try? file?.readToEnd()) ?? Data(), as: UTF8.self)
}

/// What a process has open, as /proc shows it.
func openDescriptors(of process: pid_t) throws -> [String] {
  let directory = "/proc/\(process)/fd"
  return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
  }
}

func isRing(_ descriptor: String) -> Bool { descriptor.contains("io_uring") }

/// How many times longer than usual everything may take: sanitizers are slow.
let slowness = ProcessInfo.processInfo.environment["BINDLINK_SLOWNESS"].flatMap(Double.init) ?? 1

/// Returns when all holders of the program's output are gone. The status of a program that had to be
/// stopped is 124.
func run(_ arguments: [String], in directory: String = "/", seconds: Int = 30) throws -> Outcome {
  let process = Process()
  let output = Pipe()
  let errors = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["timeout", "--kill-after=1", "\(Double(seconds) * slowness)"] + arguments
  process.currentDirectoryURL = URL(fileURLWithPath: directory)
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

func shell(_ script: String, in directory: String = "/") throws -> Outcome {
  try run(["sh", "-c", script], in: directory)
}

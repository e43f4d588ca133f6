// Writes a copy of a module in which each mutant can be chosen by BINDLINK_MUTANT, and a line for
// each mutant: number, file:line, function and change, separated by tabs.

import Foundation

guard CommandLine.arguments.count == 3 else {
  print("Usage: mutants SOURCES COPY")
  exit(64)
}
let sources = URL(fileURLWithPath: CommandLine.arguments[1])
let copy = URL(fileURLWithPath: CommandLine.arguments[2])
try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)

/// What has not changed is not compiled again.
func write(_ text: String, to name: String) throws {
  let file = copy.appendingPathComponent(name)
  let data = Data(text.utf8)
  if (try? Data(contentsOf: file)) != data { try data.write(to: file) }
}

var next = 1
var seen: [String: Int] = [:]
let files = try FileManager.default.contentsOfDirectory(
  at: sources, includingPropertiesForKeys: nil)
for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "swift" {
  let finder = try MutantFinder(text: String(contentsOf: file, encoding: .utf8), firstNumber: next)
  next += finder.mutants.count
  try write(finder.mutated, to: file.lastPathComponent)
  for mutant in finder.mutants {
    let name = "\(mutant.function)\t\(mutant.change)"
    let count = seen[name, default: 0] + 1
    seen[name] = count
    let place = "\(file.lastPathComponent):\(mutant.line)"
    print(mutant.number, place, count == 1 ? name : "\(name) (\(count))", separator: "\t")
  }
}
try write(mutantFunctions, to: "Mutants.swift")

// The command line of the model test.

import ArgumentParser

@main
struct Model: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "A view and the rules, on generated cases.")

  @Option(help: "Same seed, same cases.")
  var seed: UInt64 = 1
  @Option(help: "The seed's case to begin with.")
  var first: UInt64 = 0
  @Option(help: "How many operations, over all cases.")
  var operations = 100_000
  @Option(help: "Operations of one case.")
  var length = 300
  @Option(help: "Seconds without an answer after which the server is killed.")
  var patience = 20
  @Option(help: "What the kernel keeps: never, or auto with a settled view before each look.")
  var cache = "never"
  @Option(help: "Where the script of a failing case is kept.")
  var keep = "."
  @Option(help: "The bindlink command.")
  var command: String

  func run() throws {
    let (passed, failure) = Campaign(self).run()
    if let failure { print(failure) }
    print("model: \(passed) passed, \(failure == nil ? 0 : 1) failed")
    if failure != nil { throw ExitCode.failure }
  }
}

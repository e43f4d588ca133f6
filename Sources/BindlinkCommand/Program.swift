// What runs a command and turns every failure into one line and an exit status.
internal import ArgumentParser
internal import Bindlink
internal import Glibc
internal import SystemPackage

/// Runs the command that the arguments ask for and returns the exit status of the process.
func runProgram(_ arguments: ProgramArguments) -> Int32 {
  do {
    if arguments.programName == MountHelper.name {
      return try MountHelper(parsing: arguments.encoded).run()
    }
    return try runCommand(arguments.encoded)
  } catch {
    report(error)
    return error.exitStatus.rawValue
  }
}

private func runCommand(_ arguments: [String]) throws(BindlinkError) -> Int32 {
  do {
    if arguments.isEmpty { throw ValidationError("no command is given") }
    var command = try BindlinkCommand.parseAsRoot(separatingMountOptions(in: arguments))
    guard let served = command as? any ExecutableCommand else {
      try command.run()  // help and version, which the parser makes
      return 0
    }
    return try served.execute()
  } catch let error as BindlinkError {
    throw error
  } catch {
    if BindlinkCommand.exitCode(for: error).isSuccess {
      print(BindlinkCommand.fullMessage(for: error))
      return 0
    }
    let command = arguments.first.map { BindlinkCommand.names.contains($0) ? " \($0)" : "" } ?? ""
    let message = BindlinkCommand.message(for: error).split(whereSeparator: \.isNewline)
      .joined(separator: " ")
    throw wrongUsage(
      message.prefix(1).lowercased() + message.dropFirst(), see: "bindlink\(command) --help")
  }
}

/// `-oLIST` as `-o LIST`: the parser would take a `=` in a joined list for its own.
private func separatingMountOptions(in arguments: [String]) -> [String] {
  arguments.flatMap { argument in
    argument.hasPrefix("-o") && argument.count > 2
      ? ["-o", String(argument.dropFirst(2))] : [argument]
  }
}

/// A mistake in the arguments.
func wrongUsage(_ why: some StringProtocol, see help: String) -> BindlinkError {
  let end = why.hasSuffix(".") || why.hasSuffix("?") ? why.dropLast() : why[...]
  return BindlinkError("wrong usage", String(end), .invalidArgument, remedy: "see '\(help)'")
}

/// Writes to standard output.
func output(_ text: String, terminator: String = "\n") { print(text, terminator: terminator) }

/// Writes the one line of a failure to standard error.
func report(_ error: BindlinkError) {
  let line = Array("bindlink: \(error)\n".utf8)
  _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

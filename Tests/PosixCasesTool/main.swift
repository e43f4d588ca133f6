// posix-cases PLAIN OTHER [--no-other-users] [TEXT]: compares the table of POSIX cases in two
// directories, of which the second is below a mount; TEXT chooses the cases whose names contain it.
// Exit status: 0 all equal, 1 some differ, 64 wrong usage.

import Glibc
import PosixCases

var arguments = Array(CommandLine.arguments.dropFirst())
let withUsers = !arguments.contains("--no-other-users")
arguments.removeAll { $0 == "--no-other-users" }
guard (2...3).contains(arguments.count) else {
  print("usage: posix-cases PLAIN OTHER [--no-other-users] [TEXT]")
  exit(64)
}

var ran = 0
var failed = 0
var left: [String] = []
for posixCase in posixCases {
  if arguments.count == 3, !posixCase.name.contains(arguments[2]) { continue }
  if let reason = posixCase.kernelLimit {
    left.append("\(posixCase.name): \(reason)")
    continue
  }
  if posixCase.requirement == .otherUsers, !withUsers {
    left.append("\(posixCase.name): needs other users")
    continue
  }
  ran += 1
  let differences = posixCase.differences(between: arguments[0], and: arguments[1])
  guard !differences.isEmpty else { continue }
  failed += 1
  print("FAILED \(posixCase.name)\(posixCase.rule.map { " (\($0))" } ?? "")")
  for line in differences.prefix(40) { print("  \(line)") }
}
for reason in left { print("left out \(reason)") }
print("\(ran) cases, \(failed) differ, \(left.count) left out")
exit(failed == 0 ? 0 : 1)

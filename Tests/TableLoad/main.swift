// Processes that read, write, rename and list in a view while its links come and go (C6, C7, R4). The
// view is served by this process, so that its nodes can be counted; whoever works in it is a process
// of its own: this program again, with a role.
import Glibc

let words = Array(CommandLine.arguments.dropFirst())
if let role = words.first.flatMap(Role.init) {
  exit(role.run(Array(words.dropFirst())))
}
exit(Load(words).run())

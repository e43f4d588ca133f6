// What one request of each kind costs the server in allocations, counted over a socket pair and
// compared with the committed limits. Scripts/request-costs runs it.
import Glibc

exit(Measurement(Array(CommandLine.arguments.dropFirst())).run())

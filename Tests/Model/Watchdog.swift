// Ends a server that does not answer, so that the call that waits for it fails and can be reported.

import Dispatch
import Glibc
import Synchronization

final class Watchdog: Sendable {
  private let server = Atomic<pid_t>(0)
  private let steps = Atomic<Int>(0)
  private let hasBitten = Atomic<Bool>(false)

  func watch(_ process: pid_t) { server.store(process, ordering: .releasing) }

  /// A step begins.
  func step() { steps.add(1, ordering: .relaxed) }

  /// Whether it killed a server since it was asked last.
  func takeBite() -> Bool { hasBitten.exchange(false, ordering: .acquiring) }

  init(seconds: Int) {
    DispatchQueue.global().async { [self] in
      var (last, unchanged) = (0, 0)
      while true {
        sleep(1)
        let now = steps.load(ordering: .relaxed)
        unchanged = now == last ? unchanged + 1 : 0
        last = now
        let process = server.load(ordering: .acquiring)
        if unchanged >= seconds, process > 0 {
          hasBitten.store(true, ordering: .releasing)
          _ = kill(process, SIGKILL)
          unchanged = 0
        }
      }
    }
  }
}

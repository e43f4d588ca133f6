// Ends a server that does not answer, so that the call that waits for it fails and can be reported;
// and all servers when the model itself is told to end.

import Dispatch
import Glibc
import Synchronization

final class Watchdog: Sendable {
  private let servers = Mutex<[pid_t: String]>([:])
  private let steps = Atomic<Int>(0)
  private let hasBitten = Atomic<Bool>(false)

  func watch(_ process: pid_t, view: String) { servers.withLock { $0[process] = view } }

  func forget(_ process: pid_t) { servers.withLock { _ = $0.removeValue(forKey: process) } }

  private func killServers() {
    for process in servers.withLock({ $0.keys }) { _ = kill(process, SIGKILL) }
  }

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
        if unchanged >= seconds {
          hasBitten.store(true, ordering: .releasing)
          killServers()
          unchanged = 0
        }
      }
    }
    var signals = sigset_t()
    _ = unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { _ = unsafe sigaddset(&signals, signal) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    let ending = signals
    DispatchQueue.global().async { [self] in
      var (ending, signal) = (ending, Int32(0))
      _ = unsafe sigwait(&ending, &signal)
      for view in servers.withLock({ $0.values }) { Process.unmount(view) }
      killServers()
      _exit(128 + signal)
    }
  }
}

// The signals upon which the server unmounts its view and ends.
internal import Bindlink
internal import Glibc
internal import Logging

struct TerminationSignals: Sendable {
  private let numbers: [Int32]

  /// SIGINT, SIGTERM and SIGHUP; the last not where nohup(1) had it ignored.
  init(respectingIgnoredHangup: Bool) {
    var hangup = sigaction()
    unsafe sigaction(SIGHUP, nil, &hangup)
    let isIgnored =
      unsafe unsafeBitCast(hangup.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    numbers = [SIGINT, SIGTERM] + (respectingIgnoredHangup && isIgnored ? [] : [SIGHUP])
  }

  private var set: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }

  /// Keeps the signals from every thread that is started from now on, so that they wait for
  /// `unmountOnArrival`.
  func block() {
    var set = set
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Starts a thread that unmounts the view lazily when one of the signals arrives.
  func unmountOnArrival(_ view: MountedView, log: Logger?) {
    let watch = unsafe Unmanaged.passRetained(Watch(view: view, signals: set, log: log))
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, waitForSignals, watch.toOpaque())
    pthread_detach(thread)
  }
}

private final class Watch: Sendable {
  let view: MountedView
  let signals: sigset_t
  let log: Logger?

  init(view: MountedView, signals: sigset_t, log: Logger?) {
    self.view = view
    self.signals = signals
    self.log = log
  }
}

private func waitForSignals(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let watch = unsafe Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue()
  var signals = watch.signals
  while true {
    var number = 0 as Int32
    guard unsafe sigwait(&signals, &number) == 0 else { continue }
    watch.log?.info("unmounting on signal \(number)")
    do {
      try watch.view.unmount(lazily: true)
    } catch {
      report(error)
    }
  }
}

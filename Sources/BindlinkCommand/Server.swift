// The process that serves a view: in the foreground, or as a daemon that its parent waits for.
internal import Bindlink
internal import CBindlinkSystem
internal import Glibc
internal import Logging
internal import SystemPackage

/// What the child of a fork goes on with.
private final class Daemon: Sendable {
  let server: Server
  let ready: FileDescriptor

  init(server: Server, ready: FileDescriptor) {
    self.server = server
    self.ready = ready
  }
}

struct Server {
  let view: View
  let mountpoint: FilePath

  /// Mounts and serves the view.
  ///
  /// In the foreground it returns when the view is unmounted. Otherwise a child serves, and this
  /// returns the child's verdict: 0 when the view is ready, or the exit status of a child that
  /// failed, which has said why on standard error by then.
  func start(inForeground: Bool) throws(BindlinkError) -> Int32 {
    if inForeground {
      LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
      let log = Logger(label: "bindlink")
      let status = try serve(log: log) {
        log.info("view mounted at \(mountpoint)")
        return true
      }
      log.info("view at \(mountpoint) unmounted")
      return status
    }
    return try startInBackground()
  }

  private func startInBackground() throws(BindlinkError) -> Int32 {
    let what = "cannot start the server of \(mountpoint)"
    guard let ready = try? FileDescriptor.pipe() else {
      throw BindlinkError(what, "no pipe can be made", Errno(rawValue: Glibc.errno))
    }
    let daemon = Daemon(server: self, ready: ready.writeEnd)
    let child = unsafe bindlink_fork(runDaemon, Unmanaged.passUnretained(daemon).toOpaque())
    withExtendedLifetime(daemon) {}
    guard child >= 0 else {
      throw BindlinkError(what, "no process can be made", Errno(rawValue: Glibc.errno))
    }

    try? ready.writeEnd.close()
    var byte = [0 as UInt8]
    let count = unsafe byte.withUnsafeMutableBytes { unsafe try? ready.readEnd.read(into: $0) }
    if count == 1 { return 0 }
    var status = 0 as Int32
    while unsafe waitpid(child, &status, 0) < 0 && Glibc.errno == EINTR {}
    let signal = status & 0x7F
    guard signal == 0 else {
      throw BindlinkError(what, "it was ended by signal \(signal)", .interrupted)
    }
    return status >> 8 & 0xFF
  }

  /// The child's life. `ready` gets one byte when the view is there.
  fileprivate func serveAsDaemon(ready: FileDescriptor) -> Int32 {
    setsid()
    bindlink_close_descriptors(3, ready.rawValue)
    _ = fcntl(ready.rawValue, F_SETFD, FD_CLOEXEC)
    do {
      return try serve(log: nil) {
        // The last use of what the user's shell gave: relative paths and standard error.
        unsafe chdir("/")
        Self.leaveTerminal()
        let isAwaited = (try? ready.writeAll([1])) == 1
        try? ready.close()
        return isAwaited
      }
    } catch {
      report(error)
      return error.exitStatus.rawValue
    }
  }

  /// Mounts, tells `didMount` that the view is there, and serves to the end. Where `didMount`
  /// returns false nobody wants the view any more.
  private func serve(log: Logger?, didMount: () -> Bool) throws(BindlinkError) -> Int32 {
    Self.dieOfFatalSignals()
    Self.raiseDescriptorLimit()
    let signals = TerminationSignals(respectingIgnoredHangup: log != nil)
    signals.block()
    let mounted = try view.mount(at: mountpoint)
    guard didMount() else {
      try mounted.unmount(lazily: true)
      return BindlinkError.ExitStatus.failed.rawValue
    }
    signals.unmountOnArrival(mounted, log: log)
    mounted.serve()
    return 0
  }

  /// Swift's backtracer can hang in a crashed process of many threads, and its mount with it.
  private static func dieOfFatalSignals() {
    for signal in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] {
      Glibc.signal(signal, SIG_DFL)
    }
    Glibc.signal(SIGPIPE, SIG_IGN)
  }

  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func leaveTerminal() {
    let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { return }
    for descriptor in 0...2 as ClosedRange<Int32> { dup2(null, descriptor) }
    close(null)
  }
}

private func runDaemon(_ argument: UnsafeMutableRawPointer?) -> Int32 {
  let daemon = unsafe Unmanaged<Daemon>.fromOpaque(argument!).takeUnretainedValue()
  return daemon.server.serveAsDaemon(ready: daemon.ready)
}

// A session that serves one end of a socket pair on a thread of its own, over an engine whose
// anchor is a fresh scratch directory; the test holds the other end.
import BindlinkControl
import BindlinkEngine
import BindlinkFuse
import Glibc
import Synchronization
import Testing

final class ServedSession: Sendable {
  let client: WireClient
  let directory: String
  let engine: Engine
  private let runner: Runner

  var session: Session { runner.session }

  /// `initializes`: the connection is past INIT.
  init(initializes: Bool = true) throws {
    directory = try makeScratchDirectory()
    var sockets: [Int32] = [-1, -1]
    let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(unsafe socketpair(AF_UNIX, type, 0, &sockets) == 0)
    client = WireClient(socket: sockets[1])
    let pathOnly: Int32 = 0o10_000_000  // O_PATH
    let under = unsafe open(directory, pathOnly | O_DIRECTORY | O_CLOEXEC)
    let setup = ViewSetup(
      mountpoint: Array("/nonexistent/mountpoint".utf8), under: under, anchor: .underMountpoint,
      source: nil)
    engine = try Engine(setup)
    engine.didMount(device: .max, mountID: .max)
    runner = Runner(
      try Session(engine: engine, device: sockets[0], options: SessionOptions(handlesACL: true)))
    runner.start()
    if initializes {
      let reply = try #require(client.initialize())
      try #require(reply.error == 0)
    }
  }

  deinit {
    runner.session.stop()
    _ = runner.waitForEnd()
    close(client.socket)
    removeTree(directory)
  }

  /// Whether `run` has returned, after ten seconds at most.
  func waitForEnd() -> Bool { runner.waitForEnd() }
}

/// What the serving thread holds.
private final class Runner: Sendable {
  let session: Session
  private let hasEnded = Atomic(false)

  init(_ session: Session) { self.session = session }

  func start() {
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, runSession, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  func run() {
    session.run(workers: 8)
    hasEnded.store(true, ordering: .releasing)
  }

  func waitForEnd() -> Bool {
    for _ in 0..<10_000 {
      if hasEnded.load(ordering: .acquiring) { return true }
      usleep(1_000)
    }
    return false
  }
}

private func runSession(_ runner: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Runner>.fromOpaque(runner!).takeRetainedValue().run()
  return nil
}

/// With a file of each kind that a request may be about.
private func makeScratchDirectory() throws -> String {
  var template = Array("/tmp/bindlink-wire-XXXXXX".utf8CString)
  let directory = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
  for name in ["file", "other"] {
    let descriptor = unsafe open("\(directory)/\(name)", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    try #require(unsafe write(descriptor, "content\n", 8) == 8)
    close(descriptor)
  }
  try #require(unsafe mkdir("\(directory)/sub", 0o700) == 0)
  try #require(unsafe symlink("file", "\(directory)/symlink") == 0)
  return directory
}

private func removeTree(_ path: String) {
  removeContents(unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  unsafe rmdir(path)
}

/// By descriptor: names need not be UTF-8.
private func removeContents(_ directory: Int32) {
  guard let stream = unsafe fdopendir(directory) else { return }
  while let entry = unsafe readdir(stream) {
    unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      let name = unsafe UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)
      if unsafe strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
      if unsafe unlinkat(directory, name, 0) == -1 {
        removeContents(unsafe openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        unsafe unlinkat(directory, name, AT_REMOVEDIR)
      }
    }
  }
  unsafe closedir(stream)
}

// The view, the processes that use it, and what must be as it was when they have ended.
import BindlinkControl
import BindlinkEngine
import BindlinkFuse
import BindlinkMap
import Glibc

struct Load {
  private var seconds = 60
  private var processes = 8
  private var usesEpoch = true
  private let directory: String

  init(_ arguments: [String]) {
    var words = arguments[...]
    var directory: String?
    while let word = words.popFirst() {
      switch word {
      case "--seconds": seconds = Int(words.popFirst() ?? "") ?? 0
      case "--processes": processes = Int(words.popFirst() ?? "") ?? 0
      case "--without-epoch": usesEpoch = false
      default: directory = word
      }
    }
    guard let directory, seconds > 0, processes > 0 else {
      print("usage: table-load [--seconds N] [--processes N] [--without-epoch] DIRECTORY")
      exit(64)
    }
    self.directory = directory
  }

  func run() -> Int32 {
    do {
      return try serve() ? 0 : 1
    } catch {
      print("cannot mount: \(error)")
      return 1
    }
  }

  private func serve() throws -> Bool {
    let view = "\(directory)/view"
    for path in ["view", "anchor", "anchor/own", "anchor/pair", "anchor/h", "a", "b", "h"] {
      unsafe mkdir("\(directory)/\(path)", 0o755)
    }
    for number in 0..<processes { unsafe mkdir("\(directory)/anchor/own/\(number)", 0o755) }
    for (path, content) in [("a/who", "a"), ("b/who", "b"), ("h/secret", "s"), ("h/open", "o")] {
      _ = Calls.write("\(directory)/\(path)", content)
    }
    let pathOnly: Int32 = 0o10_000_000  // O_PATH
    let under = unsafe open(view, pathOnly | O_DIRECTORY | O_CLOEXEC)
    var setup = ViewSetup(
      mountpoint: Array(view.utf8), under: under,
      anchor: .directory(Array("\(directory)/anchor".utf8)), source: nil)
    setup.links = [
      LinkRequest(virtualPath: Array("/h".utf8), backing: Array("\(directory)/h".utf8))
    ]
    setup.cachePolicy.entryTimeout = 1_000
    setup.cachePolicy.attributeTimeout = 1_000
    setup.cachePolicy.negativeTimeout = 1_000
    setup.cachePolicy.keepsPageCache = true
    let engine = try Engine(setup)
    let mount = try Mount.attach(at: view, under: under, options: MountOptions(source: "load"))
    engine.didMount(device: mount.deviceNumber, mountID: mount.mountID)
    let session = try Session(
      engine: engine, device: mount.device, options: SessionOptions(usesEpoch: usesEpoch))
    let server = Server(session)
    server.start()
    let before = descriptorCount

    let children = (0..<processes).map { Child("work", [view, "\($0)", "\(seconds)"]) }
    let changer = Child("change", [view, directory, "\(seconds)"])
    var isRight = true
    for child in children + [changer] where child.wait() != 0 { isRight = false }

    if Child("forget", [view]).wait() == 0 {
      let nodes = engine.nodeCount
      let descriptors = descriptorCount
      print("nodes \(nodes), descriptors \(descriptors), before \(before)")
      // The directories that the changes left open are in the cache of descriptors.
      if nodes > 1 || descriptors > before + 1 { isRight = false }
    } else {
      print("nodes and descriptors not counted: only root can make the kernel forget")
    }
    try mount.detach(lazily: !isRight)
    server.join()
    return isRight
  }

  private var descriptorCount: Int {
    guard let entries = unsafe opendir("/proc/self/fd") else { return 0 }
    defer { unsafe closedir(entries) }
    var count = -3  // ".", ".." and the listing's own
    while unsafe readdir(entries) != nil { count += 1 }
    return count
  }
}

/// The thread that serves.
@safe private final class Server: @unchecked Sendable {
  private let session: Session
  private var thread = pthread_t()

  init(_ session: Session) { self.session = session }

  func start() {
    unsafe pthread_create(
      &thread, nil,
      { argument in
        let server = unsafe Unmanaged<Server>.fromOpaque(argument!).takeUnretainedValue()
        server.session.run(workers: 64)
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}

/// This program in another role.
struct Child {
  private var process = pid_t()

  init(_ role: String, _ arguments: [String]) {
    var words = unsafe (["table-load", role] + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    let result = unsafe posix_spawn(&process, "/proc/self/exe", nil, nil, &words, environ)
    for index in unsafe words.indices { unsafe free(words[index]) }
    guard result == 0 else { fatalError("cannot start \(role): \(result)") }
  }

  /// Its exit status, or 128 and the signal that ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return 127 }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}

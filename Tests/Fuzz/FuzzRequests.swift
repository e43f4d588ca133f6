// Fuzzes FUSE requests over a socket pair into a session with a real engine: no crash, no hang, one
// answer for each request that has one, no descriptor left, and nothing touched outside of the
// directory that is served. Scripts/sanitize builds it; it is no part of the package's build.
//
// The input is a sequence of records after an INIT: opcode, choice of node, choice of handle, length,
// arguments. A choice is one of the ids that were answered so far, or, from 0xf0 on, what the
// arguments say. An opcode with its highest bit set announces a wrong length.

import BindlinkControl
import BindlinkEngine
import BindlinkFuse
import BindlinkMap
import CBindlinkSystem
import Glibc

@c(LLVMFuzzerTestOneInput)
public func fuzzRequests(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let ground = Ground.shared
  ground.prepare()
  serve(Array(UnsafeBufferPointer(start: data, count: count)), ground)
  ground.check()
  return 0
}

/// The engine and its session have ended when this returns.
@inline(never)
private func serve(_ input: [UInt8], _ ground: Ground) {
  let client = Client(ground)
  var records = input[...]
  while let record = Record(&records), client.isServed { client.send(record) }
  client.finish()
}

/// As `precondition`, whose text an optimised build leaves out.
private func require(_ holds: Bool, _ rule: @autoclosure () -> String = "set up") {
  if !holds { fatalError(rule()) }
}

/// One request of the input.
private struct Record {
  let opcode: UInt32
  let isShort: Bool
  let node, handle: Int
  let arguments: [UInt8]

  init?(_ bytes: inout ArraySlice<UInt8>) {
    guard bytes.count >= 4 else { return nil }
    let head = Array(bytes.prefix(4))
    opcode = UInt32(head[0] & 0x7f)
    isShort = head[0] & 0x80 != 0
    (node, handle) = (Int(head[1]), Int(head[2]))
    bytes = bytes.dropFirst(4)
    arguments = Array(bytes.prefix(Int(head[3])))
    bytes = bytes.dropFirst(Int(head[3]))
  }
}

/// `base` holds what must not be reached, and `base/view`, which is served.
private final class Ground {
  nonisolated(unsafe) static let shared = Ground()

  let base: String
  private var openBefore: [String] = []

  private init() {
    // In memory where that can be: the requests synchronise.
    let place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(place)/bindlink-fuzz-XXXXXX".utf8CString)
    base = mkdtemp(&template).map { String(cString: $0) }!
    chmod(base, 0o755)
    // Half a disk is not to be allocated. Where the limit is passed, EFBIG is enough.
    var limit = rlimit(rlim_cur: 16 << 20, rlim_max: 16 << 20)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    signal(SIGXFSZ, SIG_IGN)
    Self.makeFile("\(base)/canary")
    atexit { Ground.remove(Ground.shared.base) }

  }

  private static func makeFile(_ path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    require(write(file, "content\n", 8) == 8)
    close(file)
  }

  func prepare() {
    openBefore = openDescriptors()
    require(mkdir("\(base)/view", 0o777) == 0)
    mkdir("\(base)/view/directory", 0o777)
    for name in ["view/file", "view/other", "view/directory/inner"] {
      Self.makeFile("\(base)/\(name)")
    }
    symlink("../canary", "\(base)/view/symlink")
    link("\(base)/view/file", "\(base)/view/hard")
    mkfifo("\(base)/view/fifo", 0o666)
    for name in ["", "/directory", "/directory/inner", "/file", "/other", "/fifo"] {
      chmod("\(base)/view\(name)", 0o777)
      if getuid() == 0 { lchown("\(base)/view\(name)", Runner.user, Runner.user) }
    }
  }

  /// What surrounds the view is untouched, and nothing of the session is left.
  func check() {
    Self.remove("\(base)/view")
    var status = stat()
    require(lstat("\(base)/canary", &status) == 0, "the canary is gone")
    require(
      status.st_mode == 0o100644 && status.st_size == 8 && status.st_nlink == 1
        && status.st_uid == getuid(), "the canary was changed")
    require(Self.names(base) == ["canary"], "something is beside the view")
    let left = openDescriptors()
    require(left == openBefore, "left open: \(left)")
  }

  /// The descriptors that a session has: sockets, and what lies in the base.
  private func openDescriptors() -> [String] {
    Self.names("/proc/self/fd").compactMap { descriptor in
      var target = [UInt8](repeating: 0, count: 4096)
      let length = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
      let text = String(decoding: target[..<max(0, length)], as: UTF8.self)
      return text.hasPrefix("socket:") || text.hasPrefix(base) ? text : nil
    }.sorted()
  }

  private static func names(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private static func remove(_ path: String) {
    removeContents(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
    require(rmdir(path) == 0, "\(path) cannot be removed: \(errno)")
  }

  /// By descriptor: names need not be UTF-8.
  private static func removeContents(_ directory: Int32) {
    fchmod(directory, 0o700)
    guard let stream = fdopendir(directory) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) {
        let name = UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)
        if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return }
        if unlinkat(directory, name, 0) == -1 {
          removeContents(
            openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
          unlinkat(directory, name, AT_REMOVEDIR)
        }
      }
    }
  }
}

/// The thread that serves. Without root's rights, so that the requests can make no device.
private final class Runner {
  static let user: UInt32 = 65534

  let session: Session
  private var thread = pthread_t()

  init(_ session: Session) {
    self.session = session
    let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      Unmanaged<Runner>.fromOpaque($0!).takeUnretainedValue().run()
      return nil
    }
    pthread_create(&thread, nil, start, Unmanaged.passUnretained(self).toOpaque())
  }

  private func run() {
    if getuid() == 0 {
      var none = bl_capabilities()
      require(
        bl_set_groups(nil, 0) == 0 && bl_set_fsgid(Self.user) == 0
          && bl_set_fsuid(Self.user) == 0 && bl_set_capabilities(&none) == 0)
    }
    session.run(workers: 2)
  }

  func end() {
    session.stop()
    pthread_join(thread, nil)
  }
}

/// The kernel's side.
private final class Client {
  private let socket: Int32
  private let runner: Runner
  private var nodes: [UInt64] = [1]
  private var handles: [UInt64] = []
  private var unique: UInt64 = 2
  private var outstanding: [UInt64: UInt32] = [:]
  /// The last request that waits for a lock.
  private var waiting: UInt64 = 0
  private(set) var isServed = true

  private enum Opcode {
    static let forget: UInt32 = 2
    static let batchForget: UInt32 = 42
    static let notifyReply: UInt32 = 41
    static let interrupt: UInt32 = 36
    static let waitingLock: UInt32 = 33
    static let initialize: UInt32 = 26
    static let statfs: UInt32 = 17
    static let givingNodes: Set<UInt32> = [1, 6, 8, 9, 13, 35, 51]
    static let opening: Set<UInt32> = [14, 27]
    static let creating: Set<UInt32> = [35, 51]
    static let naming: Set<UInt32> = [12, 13, 45]
    static let copying: Set<UInt32> = [47, 53]
    static let withHandle: Set<UInt32> = [
      15, 16, 18, 20, 25, 28, 29, 30, 31, 32, 33, 39, 43, 44, 46, 47, 53,
    ]
  }

  init(_ ground: Ground) {
    var sockets: [Int32] = [-1, -1]
    let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    require(socketpair(AF_UNIX, type, 0, &sockets) == 0)
    socket = sockets[1]
    let under = open("\(ground.base)/view", O_DIRECTORY | pathOnly | O_CLOEXEC)
    var setup = ViewSetup(
      mountpoint: Array("/nonexistent/mountpoint".utf8), under: under, anchor: .underMountpoint,
      source: nil)
    setup.links = [
      LinkRequest(
        virtualPath: Array("/made/link".utf8), backing: Array("\(ground.base)/view/directory".utf8))
    ]
    setup.links[0].createsParents = true
    setup.exceptions = [.argument(Array("hidden".utf8)), .argument(Array("/directory/inner".utf8))]
    do {
      let engine = try Engine(setup)
      engine.didMount(device: .max, mountID: .max)
      runner = Runner(
        try Session(
          engine: engine, device: sockets[0], options: SessionOptions(handlesACL: true)))
    } catch {
      fatalError("\(error)")
    }
    let initialize = words(7, 45, 131_072, 0x73ff_fffb, 0x1ff) + [UInt8](repeating: 0, count: 44)
    exchange(Opcode.initialize, node: 0, initialize, length: nil)
  }

  func send(_ record: Record) {
    var arguments = record.arguments
    func put(_ value: UInt64, at offset: Int) {
      guard arguments.count >= offset + 8 else { return }
      for byte in 0..<8 {
        arguments[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
      }
    }
    var node: UInt64 = 0
    if record.node < 0xf0 {
      node = nodes[record.node % nodes.count]
    } else {
      for byte in arguments.prefix(8) { node = node << 8 | UInt64(byte) }
    }
    if record.handle < 0xf0 {
      if Opcode.naming.contains(record.opcode) {
        put(nodes[record.handle % nodes.count], at: 0)
      } else if record.opcode == Opcode.interrupt {
        put(waiting, at: 0)
      } else if Opcode.withHandle.contains(record.opcode), !handles.isEmpty {
        put(handles[record.handle % handles.count], at: 0)
        if Opcode.copying.contains(record.opcode) {
          put(handles[(record.handle / 16) % handles.count], at: 24)
        }
      }
    }
    exchange(
      record.opcode, node: node, arguments, length: record.isShort ? UInt32(record.node) : nil)
  }

  private func exchange(
    _ opcode: UInt32, node: UInt64, _ arguments: [UInt8], length: UInt32?
  ) {
    unique += 2
    let own = unique
    var packet = words(
      length ?? UInt32(40 + arguments.count), opcode, UInt32(truncatingIfNeeded: own), 0,
      UInt32(truncatingIfNeeded: node), UInt32(truncatingIfNeeded: node >> 32), Runner.user,
      Runner.user, UInt32(getpid()), 0)
    packet += arguments
    outstanding[own] = opcode
    let sent = Glibc.send(socket, packet, packet.count, Int32(MSG_NOSIGNAL))
    guard sent == packet.count else {
      isServed = false
      outstanding[own] = nil
      return
    }
    switch opcode {
    case Opcode.forget, Opcode.batchForget, Opcode.notifyReply: outstanding[own] = nil
    // Answered with EAGAIN if the next request comes before the one it is about.
    case Opcode.interrupt: break
    case Opcode.waitingLock: waiting = own
    default:
      while outstanding[own] != nil, receive(milliseconds: 20_000) {}
      require(outstanding[own] == nil, "no answer to opcode \(opcode)")
    }
  }

  private func receive(milliseconds: Int32) -> Bool {
    var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, milliseconds) == 1 else { return false }
    let size = 2 << 20
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
      let count = recv(socket, buffer.baseAddress!, size, 0)
      guard count >= 16 else { return false }
      require(buffer.load(as: UInt32.self) == UInt32(count), "an answer's length")
      let error = buffer.load(fromByteOffset: 4, as: Int32.self)
      require(error <= 0 && error > -1000, "an answer's error is \(error)")
      require(error == 0 || count == 16, "an error with a payload")
      guard
        let opcode = outstanding.removeValue(
          forKey: buffer.load(fromByteOffset: 8, as: UInt64.self))
      else { fatalError("an answer to nothing") }
      if error == 0 { learn(opcode, UnsafeRawBufferPointer(rebasing: buffer[16..<count])) }
      return true
    }
  }

  private func learn(_ opcode: UInt32, _ payload: UnsafeRawBufferPointer) {
    let entrySize = 128
    if Opcode.givingNodes.contains(opcode), payload.count >= entrySize {
      nodes.append(payload.loadUnaligned(as: UInt64.self))
    }
    if Opcode.opening.contains(opcode), payload.count >= 8 {
      handles.append(payload.loadUnaligned(as: UInt64.self))
    }
    if Opcode.creating.contains(opcode), payload.count >= entrySize + 8 {
      handles.append(payload.loadUnaligned(fromByteOffset: entrySize, as: UInt64.self))
    }
  }

  func finish() {
    // What was not waited for has been read when the next request is answered; a session that ends
    // owes no answer to what it has not read.
    if isServed { exchange(Opcode.statfs, node: 1, [], length: nil) }
    runner.end()
    while receive(milliseconds: 0) {}
    outstanding = outstanding.filter { $0.value != Opcode.interrupt }
    require(outstanding.isEmpty, "never answered: \(outstanding)")
    close(socket)
  }
}

private let pathOnly: Int32 = 0o10_000_000

private func words(_ values: UInt32...) -> [UInt8] {
  values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) } }
}

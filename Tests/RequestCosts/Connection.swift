// The kernel's side of a connection, and the session that serves the other end in this process.
import BindlinkControl
import BindlinkEngine
import BindlinkFuse
import CAllocationCount
import Glibc

/// Used by one thread, whose allocations do not count.
final class Connection {
  private let socket: Int32
  private let server: Server
  private var unique: UInt64 = 2
  private var reply = [UInt8](repeating: 0, count: 1 << 18)
  private var request: [UInt8] = []

  /// `directory` is shown at "/", as `bindlink mount` shows it; `under` is empty.
  init(showing directory: String, under: String) throws {
    leave_thread_out()
    var sockets: [Int32] = [-1, -1]
    let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &sockets) == 0 else { throw Failure("socketpair") }
    socket = sockets[1]
    let pathOnly: Int32 = 0o10_000_000  // O_PATH
    let setup = ViewSetup(
      mountpoint: Array("/nonexistent/mountpoint".utf8),
      under: unsafe open(under, pathOnly | O_DIRECTORY | O_CLOEXEC), anchor: .none,
      source: Array(directory.utf8))
    let engine = try Engine(setup)
    engine.didMount(device: .max, mountID: .max)
    server = Server(try Session(engine: engine, device: sockets[0], options: SessionOptions()))
    server.start()
    // As Linux 6.18 does, with what it offers.
    try call(26, node: 0, Bytes().u32(7).u32(45).u32(131_072).u32(0x73ff_fffb).u32(0x1ff).zeros(44))
  }

  /// Sends a request, whose bytes the caller made before, and waits for its answer.
  @discardableResult
  func call(_ opcode: UInt32, node: UInt64, _ arguments: Bytes, expecting error: Int32 = 0) throws
    -> ArraySlice<UInt8>
  {
    try send(opcode, node: node, arguments)
    let size = reply.count
    let count = unsafe reply.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, size, 0) }
    guard count >= 16 else { throw Failure("no answer to opcode \(opcode)") }
    let answered = unsafe reply.withUnsafeBytes {
      unsafe (
        $0.load(fromByteOffset: 8, as: UInt64.self), $0.load(fromByteOffset: 4, as: Int32.self)
      )
    }
    guard answered.0 == unique, answered.1 == -error else {
      throw Failure("opcode \(opcode) got \(answered.1)")
    }
    return reply[16..<count]
  }

  func send(_ opcode: UInt32, node: UInt64, _ arguments: Bytes) throws {
    unique += 2
    request.removeAll(keepingCapacity: true)
    let head = Bytes().u32(UInt32(40 + arguments.bytes.count)).u32(opcode).u64(unique).u64(node)
      .u32(getuid()).u32(getgid()).u32(UInt32(getpid())).u32(0)
    request += head.bytes
    request += arguments.bytes
    guard unsafe Glibc.send(socket, request, request.count, 0) == request.count else {
      throw Failure("send")
    }
  }
}

/// Bytes of a message, in the order of the calls.
struct Bytes {
  private(set) var bytes: [UInt8] = []

  func u32(_ value: UInt32) -> Bytes { appending(value) }
  func u64(_ value: UInt64) -> Bytes { appending(value) }
  func zeros(_ count: Int) -> Bytes { adding([UInt8](repeating: 0, count: count)) }
  func name(_ text: String) -> Bytes { adding(Array(text.utf8) + [0]) }

  func adding(_ more: [UInt8]) -> Bytes {
    var copy = self
    copy.bytes += more
    return copy
  }

  private func appending(_ value: some FixedWidthInteger) -> Bytes {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe adding(Array($0)) }
  }
}

extension ArraySlice<UInt8> {
  func u64(at offset: Int) -> UInt64 {
    self[(startIndex + offset)..<(startIndex + offset + 8)].reversed()
      .reduce(0) { $0 << 8 | UInt64($1) }
  }
}

struct Failure: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// What the serving thread holds. One worker: which thread serves a request must not depend on luck.
private final class Server: Sendable {
  private let session: Session

  init(_ session: Session) { self.session = session }

  func start() {
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, serve, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  func run() { session.run(workers: 1) }
}

private func serve(_ server: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Server>.fromOpaque(server!).takeRetainedValue().run()
  return nil
}

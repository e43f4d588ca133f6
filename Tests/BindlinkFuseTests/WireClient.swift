// The kernel's side of a FUSE connection, spoken raw over a socket pair: what the tests send is
// bytes that they lay out themselves, well-formed or not.
import Glibc

/// The bytes of a request's arguments, in the order of the calls.
struct Arguments {
  private(set) var bytes: [UInt8] = []

  func u16(_ value: UInt16) -> Arguments { appending(value) }
  func u32(_ value: UInt32) -> Arguments { appending(value) }
  func u64(_ value: UInt64) -> Arguments { appending(value) }

  func zeros(_ count: Int) -> Arguments { raw([UInt8](repeating: 0, count: count)) }

  func name(_ text: String) -> Arguments { raw(Array(text.utf8) + [0]) }

  func raw(_ more: [UInt8]) -> Arguments {
    var copy = self
    copy.bytes += more
    return copy
  }

  private func appending(_ value: some FixedWidthInteger) -> Arguments {
    var copy = self
    var rest = UInt64(truncatingIfNeeded: value)
    for _ in 0..<(value.bitWidth / 8) {
      copy.bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    return copy
  }
}

struct Reply: Sendable {
  let unique: UInt64
  /// 0 or an errno.
  let error: Int32
  let payload: [UInt8]

  func u32(at offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: integer(at: offset, size: 4)) }
  func u64(at offset: Int) -> UInt64 { integer(at: offset, size: 8) }

  private func integer(at offset: Int, size: Int) -> UInt64 {
    payload[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// One end of a SOCK_SEQPACKET pair: each message is a packet, as on /dev/fuse.
final class WireClient: Sendable {
  let socket: Int32

  init(socket: Int32) { self.socket = socket }

  static func request(
    _ opcode: UInt32, unique: UInt64, node: UInt64, _ arguments: Arguments, length: Int? = nil,
    uid: UInt32 = getuid()
  ) -> [UInt8] {
    let size = 40 + arguments.bytes.count
    return Arguments().u32(UInt32(length ?? size)).u32(opcode).u64(unique).u64(node)
      .u32(uid).u32(getgid()).u32(UInt32(getpid())).u32(0).raw(arguments.bytes).bytes
  }

  @discardableResult
  func send(_ packet: [UInt8]) -> Bool {
    unsafe Glibc.send(socket, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count
  }

  /// nil if nothing comes in time, or the server is gone.
  func receive(milliseconds: Int32 = 10_000) -> Reply? {
    var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&waiting, 1, milliseconds) == 1 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 17)
    let count = unsafe recv(socket, &buffer, buffer.count, 0)
    guard count >= 16 else { return nil }
    let head = Reply(unique: 0, error: 0, payload: Array(buffer[..<16]))
    return Reply(
      unique: head.u64(at: 8), error: 0 &- Int32(bitPattern: head.u32(at: 4)),
      payload: Array(buffer[16..<count]))
  }

  /// Sends a request and gives the next reply, which must be its own.
  func call(
    _ opcode: UInt32, unique: UInt64, node: UInt64 = 1, _ arguments: Arguments = Arguments()
  ) -> Reply? {
    send(Self.request(opcode, unique: unique, node: node, arguments))
    let reply = receive()
    return reply?.unique == unique ? reply : nil
  }

  /// The first request of a connection, as Linux 6.18 sends it.
  func initialize() -> Reply? {
    call(
      26, unique: 2, node: 0,
      Arguments().u32(7).u32(45).u32(131_072).u32(0x73ff_fffb).u32(0x1ff).zeros(44))
  }
}

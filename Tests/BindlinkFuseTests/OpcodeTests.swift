// Each opcode of the protocol is implemented, or listed with its reason; what is implemented
// answers a well-formed request.
import BindlinkFuse
import Testing

@Suite struct OpcodeTests {
  /// Never given out by the protocol.
  static let unassigned: Set<UInt32> = [7, 19]

  @Test func everyNumberIsInTheTable() {
    for number in UInt32(1)...53 where !Self.unassigned.contains(number) {
      #expect(Opcode(rawValue: number) != nil, "opcode \(number)")
    }
    #expect(Opcode(rawValue: 4096) == .cuseInit)
    #expect(Opcode.allCases.count == 52)
  }

  @Test(arguments: Opcode.allCases) func whatIsNotImplementedHasAReason(_ opcode: Opcode) {
    switch opcode.treatment {
    case .libfuse, .direct: break
    case .refused(let reason), .ignored(let reason): #expect(reason.count > 10)
    }
  }

  @Test func refusedOpcodesGetENOSYS() throws {
    let served = try ServedSession()
    for opcode in Opcode.allCases {
      guard case .refused = opcode.treatment else { continue }
      let reply = served.client.call(opcode.rawValue, unique: 4, Arguments().zeros(64))
      #expect(reply?.error == 38, "\(opcode)")
    }
  }

  @Test func everyImplementedOpcodeIsAnswered() throws {
    let served = try ServedSession()
    let requests = try WellFormedRequests(served.client)
    for opcode in Opcode.allCases {
      guard opcode.treatment == .libfuse || opcode.treatment == .direct,
        let (node, arguments) = requests.request(for: opcode)
      else { continue }
      let reply = try #require(
        served.client.call(opcode.rawValue, unique: 1000, node: node, arguments), "\(opcode)")
      #expect(reply.error != 38, "\(opcode)")
      #expect(reply.error != 22, "\(opcode)")
    }
  }

  @Test func initNegotiates() throws {
    let served = try ServedSession(initializes: false)
    let reply = try #require(served.client.initialize())
    #expect(reply.error == 0)
    #expect(reply.u32(at: 0) == 7)
    let flags = reply.u32(at: 12)
    // ASYNC_READ, POSIX_LOCKS, ATOMIC_O_TRUNC, DONT_MASK, FLOCK_LOCKS, AUTO_INVAL_DATA,
    // DO_READDIRPLUS, READDIRPLUS_AUTO, PARALLEL_DIROPS, POSIX_ACL, HANDLE_KILLPRIV_V2
    for bit in [0, 1, 3, 6, 10, 12, 13, 14, 18, 20, 28] {
      #expect(flags & 1 << UInt32(bit) != 0, "flag \(bit)")
    }
    // SPLICE_WRITE, SPLICE_MOVE, SPLICE_READ, ASYNC_DIO, WRITEBACK_CACHE, HANDLE_KILLPRIV
    for bit in [7, 8, 9, 15, 16, 19] {
      #expect(flags & 1 << UInt32(bit) == 0, "flag \(bit)")
    }
    #expect(reply.u32(at: 20) == 1 << 20, "max_write")
  }

  @Test func anOldKernelIsRefused() throws {
    let served = try ServedSession(initializes: false)
    let reply = served.client.call(
      26, unique: 2, node: 0, Arguments().u32(7).u32(8).u32(0).u32(0))
    #expect(reply?.error == 71)
    // The connection is not lost by it.
    #expect(served.client.initialize()?.error == 0)
  }
}

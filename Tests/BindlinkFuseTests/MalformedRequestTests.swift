// What the kernel never sends, but a fuzzer does: every request gets one answer, an errno, or is
// one of those that have none; and the server goes on serving.
import BindlinkFuse
import Glibc
import Testing

@Suite struct MalformedRequestTests {
  /// Opcodes whose arguments have a fixed part of that size, followed by names where so noted.
  static let shapes: [(opcode: UInt32, fixed: Int, names: Int)] = [
    (1, 0, 1), (3, 16, 0), (4, 88, 0), (6, 0, 2), (8, 16, 1), (9, 8, 1), (10, 0, 1), (11, 0, 1),
    (12, 8, 2), (13, 8, 1), (14, 8, 0), (15, 40, 0), (16, 40, 0), (18, 24, 0), (20, 16, 0),
    (21, 8, 1), (22, 8, 1), (23, 8, 0), (24, 0, 1), (25, 24, 0), (27, 8, 0), (28, 40, 0),
    (29, 24, 0), (30, 16, 0), (31, 48, 0), (32, 48, 0), (33, 48, 0), (34, 8, 0), (35, 16, 1),
    (39, 32, 0), (43, 32, 0), (44, 40, 0), (45, 16, 2), (46, 24, 0), (47, 56, 0), (50, 8, 0),
    (51, 16, 1), (52, 24, 0), (53, 56, 0),
  ]

  @Test func truncatedArgumentsAreInvalid() throws {
    let served = try ServedSession()
    for shape in Self.shapes {
      for size in stride(from: 0, to: shape.fixed, by: 4) {
        let reply = served.client.call(shape.opcode, unique: 4, Arguments().zeros(size))
        #expect(reply?.error == EINVAL, "opcode \(shape.opcode), \(size) bytes")
      }
    }
  }

  @Test func namesWithoutTheirEndAreInvalid() throws {
    let served = try ServedSession()
    for shape in Self.shapes where shape.names > 0 {
      var arguments = Arguments().zeros(shape.fixed)
      for _ in 0..<shape.names {
        let reply = served.client.call(
          shape.opcode, unique: 4, arguments.raw(Array("name".utf8)))
        #expect(reply?.error == EINVAL, "opcode \(shape.opcode)")
        arguments = arguments.name("name")
      }
    }
  }

  @Test(arguments: ["", ".", "..", "a/b", "/", "../secret"])
  func namesThatAreNoComponentAreInvalid(_ name: String) throws {
    let served = try ServedSession()
    let others: Set<UInt32> = [21, 22, 24, 51]
    for shape in Self.shapes where shape.names > 0 && !others.contains(shape.opcode) {
      let arguments = Arguments().zeros(shape.fixed).name(name).name("target")
      let reply = served.client.call(shape.opcode, unique: 4, arguments)
      #expect(reply?.error == EINVAL, "opcode \(shape.opcode)")
    }
  }

  @Test func nodeZeroIsInvalid() throws {
    let served = try ServedSession()
    for shape in Self.shapes {
      let arguments = Arguments().zeros(shape.fixed).name("name").name("name")
      let reply = served.client.call(shape.opcode, unique: 4, node: 0, arguments)
      #expect(reply?.error == EINVAL, "opcode \(shape.opcode)")
    }
    // LINK and RENAME carry a second node.
    for opcode in [12, 13, 45] as [UInt32] {
      let arguments = Arguments().zeros(opcode == 45 ? 16 : 8).name("name").name("name")
      #expect(served.client.call(opcode, unique: 4, arguments)?.error == EINVAL)
    }
  }

  @Test func countsLargerThanTheRequestAreInvalid() throws {
    let served = try ServedSession()
    let large: UInt32 = 1 << 20
    let write = Arguments().u64(1).u64(0).u32(large).zeros(20).zeros(100)
    #expect(served.client.call(16, unique: 4, write)?.error == EINVAL)
    let setxattr = Arguments().u32(large).u32(0).name("user.a").zeros(100)
    #expect(served.client.call(21, unique: 6, setxattr)?.error == EINVAL)
    let input = Arguments().u64(1).u32(0).u32(0).u64(0).u32(large).u32(0)
    #expect(served.client.call(39, unique: 8, input)?.error == EINVAL)
    let output = Arguments().u64(1).u32(0).u32(0).u64(0).u32(0).u32(.max)
    #expect(served.client.call(39, unique: 10, output)?.error == EINVAL)
  }

  @Test func aLengthThatIsNotTheRequestsIsInvalid() throws {
    let served = try ServedSession()
    for length in [0, 39, 41, 1 << 30] {
      served.client.send(
        WireClient.request(17, unique: 4, node: 1, Arguments(), length: length))
      #expect(served.client.receive()?.error == EINVAL, "length \(length)")
    }
  }

  @Test func unknownOpcodesAreNotImplemented() throws {
    let served = try ServedSession()
    for opcode in [0, 7, 19, 54, 1000, 4097, 436_207_616, .max] as [UInt32] {
      #expect(served.client.call(opcode, unique: 4)?.error == ENOSYS, "opcode \(opcode)")
    }
  }

  @Test func aSecondInitIsRefused() throws {
    let served = try ServedSession()
    #expect(served.client.initialize()?.error == EIO)
  }

  @Test func requestsBeforeInitAreRefused() throws {
    let served = try ServedSession(initializes: false)
    #expect(served.client.call(17, unique: 4)?.error == EIO)
    #expect(served.client.initialize()?.error == 0)
  }

  /// FORGET and its like have no answer, whatever is wrong with them: the next reply is to the
  /// next request.
  @Test func silentRequestsStaySilent() throws {
    let served = try ServedSession()
    let requests: [(UInt32, Arguments)] = [
      (2, Arguments().zeros(4)), (2, Arguments().u64(.max)),
      (42, Arguments()), (42, Arguments().u32(.max).u32(0).zeros(64)),
      (42, Arguments().u32(2).u32(0).u64(0).u64(1).u64(999).u64(.max)),
      (36, Arguments()), (41, Arguments()), (41, Arguments().zeros(40)),
    ]
    for (index, request) in requests.enumerated() {
      for node in [0, 1, 12345] as [UInt64] {
        served.client.send(
          WireClient.request(request.0, unique: UInt64(100 + index), node: node, request.1))
      }
      // Node 1 may have been forgotten, but is never gone.
      #expect(served.client.call(50, unique: 4, Arguments().zeros(8)) != nil, "\(request.0)")
    }
  }

  @Test func packetsWithoutAHeaderAreDropped() throws {
    let served = try ServedSession()
    for size in [1, 16, 39] {
      served.client.send([UInt8](repeating: 1, count: size))
    }
    #expect(served.client.call(50, unique: 4, Arguments().zeros(8)) != nil)
  }

  @Test func forgedNodesAndHandlesAreRefused() throws {
    let served = try ServedSession()
    for forged in [2, 3, 1 << 32, 1 << 63, .max] as [UInt64] {
      let handle = Arguments().u64(forged)
      let requests: [(UInt32, Arguments)] = [
        (15, handle.u64(0).u32(100).zeros(20)), (16, handle.u64(0).u32(3).zeros(20).zeros(3)),
        (20, handle.zeros(8)), (28, handle.u64(0).u32(4096).zeros(20)),
        (43, handle.u64(0).u64(4096).zeros(8)), (44, handle.u64(0).u32(4096).zeros(20)),
        (46, handle.u64(0).zeros(8)), (33, handle.zeros(40)),
        (47, handle.u64(0).u64(1).u64(forged).u64(0).u64(100).u64(0)),
        (53, handle.u64(0).u64(1).u64(forged).u64(0).u64(100).u64(0)),
      ]
      for (opcode, arguments) in requests {
        let reply = try #require(served.client.call(opcode, unique: 4, arguments), "\(opcode)")
        #expect(reply.error != 0, "opcode \(opcode)")
      }
      for opcode in [1, 3, 5, 14, 27] as [UInt32] {
        let arguments = opcode == 1 ? Arguments().name("file") : Arguments().zeros(16)
        let reply = try #require(
          served.client.call(opcode, unique: 4, node: forged, arguments), "\(opcode)")
        #expect(reply.error != 0, "opcode \(opcode)")
      }
      for opcode in [18, 29] as [UInt32] {
        #expect(served.client.call(opcode, unique: 4, handle.zeros(16)) != nil)
      }
    }
  }

  /// Reproducible: the seed is in the test's name.
  @Test(arguments: [1, 2, 3] as [UInt64]) func randomRequestsDoNoHarm(seed: UInt64) throws {
    let served = try ServedSession()
    var random = SplitMix(state: seed)
    // What may wait, or has no answer, or ends the connection.
    let others: Set<UInt32> = [2, 26, 33, 36, 38, 41, 42]
    for unique in UInt64(10)..<3_000 {
      var opcode = UInt32.random(in: 0...60, using: &random)
      if others.contains(opcode) { opcode = 1 }
      let size = Int.random(in: 0...200, using: &random)
      var bytes = (0..<size).map { _ in
        Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { bytes += Array("name\0".utf8) }
      let node = [0, 1, 2, UInt64.random(in: 0...UInt64.max, using: &random)].randomElement(
        using: &random)!
      let reply = served.client.call(
        opcode, unique: unique, node: node, Arguments().raw(bytes))
      try #require(reply != nil, "opcode \(opcode), node \(node), arguments \(bytes)")
    }
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

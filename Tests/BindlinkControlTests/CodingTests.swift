// The bytes of requests and replies: there and back, cut short, and hostile.
import BindlinkControl
import BindlinkMap
import Testing

@Suite struct CodingTests {
  static let link: LinkRequest = {
    var link = LinkRequest(virtualPath: Array("/src".utf8), backing: [47, 0xff, 10, 0x80])
    link.isMerged = true
    link.keepsSymbolicLinksInside = true
    link.exceptions = [Array("/secrets".utf8), [], Array("!*.pem".utf8)]
    link.inherited = [
      InheritedRequest(base: Array("/".utf8), exceptions: [Array("*.key".utf8)]),
      InheritedRequest(base: Array("/a/b".utf8), exceptions: []),
    ]
    return link
  }()

  static let table: TableRequest = {
    var table = TableRequest()
    table.links = [link, LinkRequest(virtualPath: [47], backing: [47])]
    table.anchorExceptions = []
    table.anchor = .directory(Array("/anchor".utf8))
    return table
  }()

  static let requests: [ControlRequest] = [
    .list, .explain([]), .explain(Array("/a/b".utf8)), .export, .change([]),
    .change([
      .create(link), .replace(link), .remove(Array("/x".utf8), recursively: true),
      .remove([], recursively: false), .apply(table), .apply(TableRequest()),
    ]),
  ]

  static let replies: [ControlReply] = [
    .changed, .links([]), .table(table),
    .links([
      LinkStatus(link: link, isAnchored: true, isLive: false, cache: .timed),
      LinkStatus(link: link, isAnchored: false, isLive: true, cache: .watched),
    ]),
    .explanation(
      Explanation(
        path: [47], isVisible: false, link: [47], physicalPath: nil, rule: "E4", reason: "ünd")),
    .explanation(
      Explanation(path: [], isVisible: true, link: nil, physicalPath: [], rule: "", reason: "")),
    .refused(LinkError(.exists, "C1", "/a", "is a link already")),
    .refused(LinkError(Errno(rawValue: -5), "C1", "", "", operation: "create link /a")),
  ]

  @Test(arguments: requests) func aRequestComesBackAsItWas(_ request: ControlRequest) throws {
    #expect(try ControlRequest(decoding: request.encoded) == request)
  }

  @Test(arguments: replies) func aReplyComesBackAsItWas(_ reply: ControlReply) throws {
    #expect(try ControlReply(decoding: reply.encoded) == reply)
  }

  @Test func eachFieldIsWritten() throws {
    var variants: [LinkRequest] = []
    for change: (inout LinkRequest) -> Void in [
      { _ in }, { $0.isReadOnly = true }, { $0.isMerged = true }, { $0.createsParents = true },
      { $0.keepsSymbolicLinksInside = true }, { $0.exceptions = [[1]] }, { $0.backing = [1] },
      { $0.virtualPath = [1] }, { $0.inherited = [InheritedRequest(base: [], exceptions: [])] },
    ] {
      var link = LinkRequest(virtualPath: [], backing: [])
      change(&link)
      variants.append(link)
      #expect(
        try ControlRequest(decoding: ControlRequest.change([.create(link)]).encoded)
          == .change([.create(link)]))
    }
    #expect(Set(variants.map { ControlRequest.change([.create($0)]).encoded }).count == 9)
  }

  @Test func whatIsCutShortOrTooLongIsMalformed() {
    for request in Self.requests {
      let bytes = request.encoded
      for count in 0..<bytes.count { expectMalformed(Array(bytes[..<count])) }
      expectMalformed(bytes + [0])
    }
    for reply in Self.replies {
      let bytes = reply.encoded
      for count in 0..<bytes.count {
        #expect(throws: MalformedMessage()) { try ControlReply(decoding: Array(bytes[..<count])) }
      }
    }
  }

  @Test(
    "counts that cannot be true, unknown kinds and flags, text that is none",
    arguments: [
      [], [4], [255], [3, 255, 255, 255, 255], [1, 255, 255, 255, 255], [1, 255, 255, 255, 127, 0],
      [3, 1, 0, 0, 0, 9], [3, 1, 0, 0, 0, 2, 0, 0, 0, 0, 2],
      [3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0],
      [3, 1, 0, 0, 0, 3, 16], [3, 1, 0, 0, 0, 3, 8, 3],
      [3, 1, 0, 0, 0, 3, 1, 255, 255, 255, 255],
    ] as [[UInt8]])
  func hostile(_ bytes: [UInt8]) { expectMalformed(bytes) }

  @Test func textMustBeUnicode() {
    var bytes = ControlReply.refused(LinkError(.exists, "C1", "a", "b")).encoded
    bytes[bytes.count - 1] = 0xff
    #expect(throws: MalformedMessage()) { try ControlReply(decoding: bytes) }
  }

  /// What is decoded is what its encoding says: no two byte strings are one value.
  @Test(arguments: [1, 2, 3] as [UInt64]) func oneEncodingEach(seed: UInt64) {
    var random = SplitMix(state: seed)
    var decoded = 0
    for _ in 0..<20_000 {
      var bytes = Self.requests.randomElement(using: &random)!.encoded
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] =
          Bool.random(using: &random)
          ? .random(in: 0...4, using: &random) : .random(in: 0...255, using: &random)
      }
      guard let request = try? ControlRequest(decoding: bytes) else { continue }
      decoded += 1
      #expect(request.encoded == bytes)
    }
    #expect(decoded > 1_000)
  }

  private func expectMalformed(_ bytes: [UInt8]) {
    #expect(throws: MalformedMessage(), "\(bytes)") { try ControlRequest(decoding: bytes) }
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

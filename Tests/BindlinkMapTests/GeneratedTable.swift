// Random tables over few names, so that links, exceptions and patterns meet.

import BindlinkMap

struct GeneratedTable {
  static let names = ["a", "b", "ab", "a.c", ".d", "B"].map { Array($0.utf8) }

  let links: [Link]
  let anchor: ExceptionList?
  let view: ExceptionList
  let table: LinkTable
  let reference: ReferenceResolver

  init(_ random: inout SeededGenerator) throws {
    var links: [Link] = []
    for virtualPath in Set(random.list(0...4) { Self.names($0.list(0...3) { $0.next() }) }) {
      var link = Link(virtualPath: VirtualPath(components: virtualPath), backing: [])
      link.isMerged = random.chance(25)
      link.exceptions = try Self.list(0...4, &random)
      if random.chance(20) {
        let base = Self.names(random.list(0...2) { $0.next() })
        link.inherited = [InheritedExceptions(list: try Self.list(1...2, &random), base: base)]
      }
      links.append(link)
    }
    self.links = links
    anchor = random.chance(80) ? try Self.list(0...2, &random) : nil
    view = random.chance(50) ? try Self.list(1...2, &random) : ExceptionList()
    table = try LinkTable(
      links: links, hasAnchor: anchor != nil, anchorExceptions: anchor ?? ExceptionList(),
      viewExceptions: view)
    reference = ReferenceResolver(table, anchor: anchor, view: view)
  }

  static func path(_ depths: ClosedRange<Int>, _ random: inout SeededGenerator) -> [[UInt8]] {
    names(random.list(depths) { $0.next() })
  }

  private static func names(_ numbers: [UInt64]) -> [[UInt8]] {
    numbers.map { names[Int($0 % UInt64(names.count))] }
  }

  private static func list(
    _ counts: ClosedRange<Int>, _ random: inout SeededGenerator
  ) throws -> ExceptionList {
    var list = ExceptionList()
    for _ in 0..<Int.random(in: counts, using: &random) {
      if random.chance(30) {
        try list.append(path: path(1...3, &random))
      } else {
        try list.append(line: pattern(&random).utf8)
      }
    }
    return list
  }

  /// Only what the reference's simple parser reads: no ranges, no escaped slashes.
  private static func pattern(_ random: inout SeededGenerator) -> String {
    let wild = ["*", "?", "a*", "*b", "*.c", ".*", "?b", "[ab]", "[!a]", "\\a", "a**", "*a*b*"]
    let plain = ["a", "b", "ab", "a.c", ".d"]
    let parts = random.list(1...4) { random in
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5: random.pick(plain)
      case 5..<8: random.pick(wild)
      default: "**"
      }
    }
    return (random.chance(25) ? "!" : "") + (random.chance(40) ? "/" : "")
      + parts.joined(separator: "/") + (random.chance(25) ? "/" : "")
  }
}

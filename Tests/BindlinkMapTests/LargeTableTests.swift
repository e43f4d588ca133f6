// Many links and exceptions build and resolve as few do.

import BindlinkMap
import Testing

@Suite struct LargeTableTests {
  @Test("R1: ten thousand links") func tenThousandLinks() throws {
    var links: [Link] = []
    for number in 0..<10_000 {
      var link = try link("/top/d\(number % 100)/e\(number)")
      if number % 10 == 0 { try link.exceptions.append(line: "/private/f\(number)".utf8) }
      links.append(link)
    }
    let table = try table(links.shuffled(), anchor: ["*.tmp"])
    #expect(table.links.count == 10_000)
    #expect(table.root.sortedNames == ["top"])
    #expect(try table.scope("/top").names().count == 100)
    #expect(try table.scope("/top/d7").names().count == 100)
    #expect(table.root.linkRootsBelow().count == 10_000)
    for number in stride(from: 0, to: 10_000, by: 7) {
      let place = "/top/d\(number % 100)/e\(number)"
      let link = try #require(table.link(at: try path(place)))
      #expect(table.links[Int(link)].virtualPath == (try path(place)))
      let scope = try table.scope(place)
      #expect(scope.layers.first?.link == link)
      #expect(scope.isScoped == (number % 10 == 0))
      if number % 10 == 0 {
        #expect(scope.sortedNames == ["private"])
        #expect(try table.layers("\(place)/private/f\(number)") == ["anchor"])
      }
      #expect(try table.layers("\(place)x") == ["anchor"])
    }
    #expect(!table.root.descend("elsewhere", keeping: [0]).linkBelow)
  }

  @Test("R4: a directory's scope is one object while somebody has it, however many there are")
  func twoThousandScopes() throws {
    let table = try table([link("/v", except: (0..<2_000).map { "/d\($0)/x*" })])
    let scopes = try (0..<2_000).map { try table.scope("/v/d\($0)") }
    for (number, scope) in scopes.enumerated() {
      #expect(scope.exclusion("x\(number)") == .always)
      #expect(try table.scope("/v/d\(number)") === scope)
    }
  }

  @Test("E4: ten thousand exceptions") func tenThousandExceptions() throws {
    var lines: [String] = []
    for number in 0..<10_000 {
      let patterns = ["name", "/dir/path", "*.ext", "!/dir/kept"]
      lines.append("\(patterns[number % 4])\(number)")
    }
    let table = try table([link("/v", except: ["kept*"] + lines)])
    let scope = try table.scope("/v/dir")
    for number in stride(from: 0, to: 10_000, by: 129) {
      #expect(scope.exclusion("name\(number)") == (number % 4 == 0 ? .always : .never))
      #expect(scope.exclusion("path\(number)") == (number % 4 == 1 ? .always : .never))
      #expect(scope.exclusion("x.ext\(number)") == (number % 4 == 2 ? .always : .never))
      #expect(scope.exclusion("kept\(number)") == (number % 4 == 3 ? .never : .always))
    }
    #expect(scope.names().count == 2_500)
  }
}

// R1, R2, R8, E-rules and the checklist's cases 79 to 97, as far as the map decides them.

import BindlinkMap
import Testing

@Suite struct ResolutionTests {
  @Test("R1: the longest prefix governs, in whatever order links were made") func longest() throws {
    let links = try [link("/Foo/Bar", except: ["x"]), link("/Foo", except: ["y"]), link("/")]
    for order in [links, links.reversed()] {
      let table = try table(order)
      #expect(table.links.map(\.virtualPath.description) == ["/", "/Foo", "/Foo/Bar"])
      #expect(try table.layers("/") == ["/"])
      #expect(try table.layers("/Foo/Bar/Baz") == ["/Foo/Bar", "/Foo", "/"])
      #expect(try table.layers("/Foo/Barn") == ["/Foo", "/"])
    }
  }

  @Test("R1: the table is the same in whatever order links were made") func sorted() throws {
    let places = ["/", "/b", "/c", "/d", "/a/y", "/a/z", "/b/a"]
    for shift in places.indices {
      let order = places[shift...] + places[..<shift]
      for order in [Array(order), order.reversed()] {
        let table = try table(order.map { try link($0) })
        #expect(table.links.map(\.virtualPath.description) == places)
      }
    }
  }

  @Test("R1, W1: layers name links by the numbers that these were given") func numbers() throws {
    var readOnly = try link("/a")
    readOnly.isReadOnly = true
    let links = [try link("/b"), readOnly, try link("/a/c")]
    let table = try LinkTable(
      links: links, hasAnchor: true, anchorExceptions: ExceptionList(),
      viewExceptions: ExceptionList()
    ) { $0.virtualPath.components.count == 2 ? 0 : $0.isReadOnly ? 5 : 3 }
    let names: [(number: Int32, place: String?)] = [
      (0, "/a/c"), (3, "/b"), (5, "/a"), (1, nil), (4, nil), (6, nil), (Layer.anchor, nil),
      (-2, nil),
    ]
    for (number, place) in names {
      #expect(table.link(number)?.virtualPath.description == place)
      #expect(table.isReadOnly(number) == (number == 5))
      if let place { #expect(table.link(at: try path(place)) == number) }
    }
    let scope = try table.scope("/a/c")
    #expect(scope.layers.map(\.link) == [0])
    #expect(scope.link(0)?.virtualPath == (try path("/a/c")))
    #expect(scope.link(5)?.virtualPath == (try path("/a")))
    #expect(scope.link(Layer.anchor) == nil)
  }

  @Test("C1: a refusal names what failed by it") func refusals() {
    let error = LinkError(.invalid, "C1", "a", "is not absolute")
    #expect(error.operation == nil)
    #expect(error.during("create link a").operation == "create link a")
    #expect(error.during("create link a").during("apply file").operation == "create link a")
    #expect(error.during("create link a").reason == "is not absolute")
  }

  @Test("R2: a link's root comes before an exception") func linkOverException() throws {
    let table = try table([link("/v", except: ["/x", "/y"]), link("/v/x")])
    let scope = try table.scope("/v")
    #expect(scope.child("x").words == ["link", "exception"])
    let below = scope.descend("x", keeping: [1])
    #expect(below.layers.map(\.link) == [table.link(at: try path("/v/x"))])
  }

  @Test("R8: each layer has its own ways, though they share directories") func sharedWays() throws {
    let typed = try table([link("/v", except: ["/x"])], anchor: ["/v/y", "v/", "/w"])
    #expect(try typed.scope("/").child("v").words == ["link", "to exception"])
    #expect(try typed.layers("/v") == ["/v"])
    #expect(try typed.scope("/v").sortedNames == ["x"])
    let plain = try table([link("/v", except: ["/x"])], anchor: ["/v"])
    #expect(try plain.scope("/").child("v").words == ["link", "exception"])
  }

  @Test("C1: one link at a virtual path") func duplicates() throws {
    #expect(throws: LinkError.self) { try table([link("/a"), link("/a")]) }
    let error = #expect(throws: LinkError.self) {
      try table([link("/a/b"), link("/a"), link("/x/../a/b")])
    }
    #expect(error?.errno == .exists)
    #expect(error?.rule == "C1")
    #expect(error?.subject == "/a/b")
  }

  @Test("E2, 83: whole components") func components() throws {
    let table = try table([link("/Foo", except: ["/Ba"])])
    let scope = try table.scope("/Foo")
    #expect(scope.exclusion("Ba") == .always)
    #expect(scope.exclusion("Baz") == .never)
    #expect(scope.child("Baz").words == [])
  }

  @Test("E1, 79, 81: an exception falls through to the anchor") func fallsThrough() throws {
    let table = try table([link("/Foo", except: ["/Baz"])])
    let scope = try table.scope("/Foo")
    #expect(scope.layers.map(\.depth) == [1, 0])
    #expect(scope.exclusion("Baz") == .always)
    #expect(scope.exclusion("Bar") == .never)
    #expect(scope.child("Baz").words == ["exception"])
    #expect(scope.sortedNames == ["Baz"])
    #expect(try table.layers("/Foo/Baz") == ["anchor"])
    #expect(try table.layers("/Foo/Bar") == ["/Foo"])
    #expect(try !table.scope("/Foo/Bar").isScoped)
    #expect(try !table.scope("/Foo/Baz").isScoped)
  }

  @Test("R8, 88: ways to a deep exception") func deepException() throws {
    let table = try table([link("/Foo", except: ["/a/b/c"])])
    let foo = try table.scope("/Foo")
    #expect(foo.sortedNames == ["a"])
    #expect(foo.child("a").words == ["to exception"])
    #expect(joined(foo.exceptionPathsBelow()) == ["a/b/c"])
    #expect(!foo.patternsReachBelow)
    #expect(try table.scope("/Foo/a").sortedNames == ["b"])
    #expect(try table.scope("/Foo/a/b").child("c").words == ["exception"])
    #expect(try table.layers("/Foo/a/b/c") == ["anchor"])
    #expect(try !table.scope("/Foo/a/x").isScoped)
    #expect(try table.scope("/").child("Foo").words == ["link"])
  }

  @Test("E7, M1, 91: the way through a merged link keeps the outer layers") func merged() throws {
    let table = try table([link("/v", except: ["/e"], merged: true)])
    #expect(try table.layers("/v") == ["/v", "anchor"])
    #expect(try table.layers("/v/e") == ["anchor"])
    #expect(try table.layers("/v/x") == ["/v", "anchor"])
    let below = try table.scope("/v/x")
    #expect(below.isScoped && below.isUniform)
    #expect(below.descend("y", keeping: [0, 1]) === below)
  }

  @Test("M1: a directory is merged as far as something outside of it shows") func merging() throws {
    let links = try [
      link("/m", merged: true), link("/m/in", except: ["x"]), link("/w", except: ["*.k"]),
    ]
    let anchored = try table(links)
    let facts: [(place: String, isMerged: Bool, merges: Bool)] = [
      ("/", false, false), ("/m", true, true), ("/m/a/b", true, true), ("/m/in", false, true),
      ("/w", false, false),
    ]
    for (place, isMerged, merges) in facts {
      let scope = try anchored.scope(place)
      #expect(scope.isMerged == isMerged, "\(place)")
      #expect(scope.merges == merges, "\(place)")
    }
    let alone = try table(links, anchor: nil).scope("/m")
    #expect(!alone.isMerged && !alone.merges)
  }

  @Test("M1: where a layer has something else than a directory, it is not merged") func closed()
    throws
  {
    let name = Array("n".utf8)
    let plain = try table([link("/v", merged: true)])
    let below = try plain.scope("/v/x")
    #expect(below.isUniform)
    let closed = below.descend(name.span, keeping: [0, 1], closed: 0)
    #expect(closed.layers.map { plain.name(ofLink: $0.link) } == ["/v"])
    #expect(!closed.merges)
    // What the rules still except shows the anchor.
    let ruled = try table([link("/v", except: ["*.k"], merged: true)]).scope("/v/x")
      .descend(name.span, keeping: [0, 1], closed: 0)
    #expect(ruled.layers.count == 2 && !ruled.isMerged && !ruled.merges)
    #expect(ruled.exclusion("a.k") == .always)
  }

  @Test("E1, 95: an exception inside of another adds nothing") func nestedExceptions() throws {
    let table = try table([link("/v", except: ["/a", "/a/b"])])
    #expect(try table.scope("/v").child("a").words == ["exception"])
    #expect(joined(try table.scope("/v").exceptionPathsBelow()) == ["a"])
    #expect(try table.layers("/v/a") == ["anchor"])
    #expect(try !table.scope("/v/a").isScoped)
  }

  @Test("E1, 96: an exception falls through to the next outer link") func nextOuter() throws {
    let table = try table([link("/Foo"), link("/Foo/In", except: ["/e"])])
    #expect(try table.layers("/Foo/In") == ["/Foo/In", "/Foo"])
    #expect(try table.layers("/Foo/In/e") == ["/Foo"])
  }

  @Test("E8, 97: a link at or below an exception governs there") func linkBelowException() throws {
    let table = try table([link("/Foo", except: ["/Baz"]), link("/Foo/Baz/new"), link("/Foo/Baz")])
    #expect(try table.layers("/Foo/Baz") == ["/Foo/Baz"])
    #expect(try table.layers("/Foo/Baz/new") == ["/Foo/Baz/new"])
    #expect(try table.scope("/Foo").child("Baz").words == ["link", "to link", "exception"])
    #expect(joined(try table.scope("/Foo").linkRootsBelow()) == ["Baz", "Baz/new"])
  }

  @Test("E4: paths and patterns are one ordered list") func ordered() throws {
    let taken = try table([link("/v", except: ["/a", "!/a"])])
    #expect(try taken.scope("/v").exclusion("a") == .never)
    #expect(try taken.scope("/v").names().isEmpty)
    let partly = try table([link("/v", except: ["/a", "!/a/"])])
    #expect(try partly.scope("/v").exclusion("a") == .unlessDirectory)
    #expect(try partly.scope("/v").child("a").words == ["exception"])
  }

  @Test("E4: the type is asked for only where a pattern looks at it") func asksForTypes() throws {
    let table = try table([link("/v", except: ["/gone", "out/"])])
    var asked: [String] = []
    func layers(_ text: String, type: Bool?) throws -> [String] {
      asked = []
      let scope = table.scope(of: try path(text)) { _, path in
        asked.append(path.description)
        return type
      }
      return scope.layers.map { table.name(ofLink: $0.link) }
    }
    #expect(try layers("/v/a/b", type: false) == ["/v", "anchor"])
    #expect(asked == [])
    #expect(try layers("/v/gone/b", type: false) == ["anchor"])
    #expect(asked == [])
    #expect(try layers("/v/out", type: false) == ["/v", "anchor"])
    #expect(asked == ["/v/out"])
    #expect(try layers("/v/out", type: true) == ["anchor"])
    #expect(try layers("/v/out", type: nil) == ["anchor"])
  }

  @Test("E4: a pattern for directories looks at the type") func types() throws {
    let table = try table([link("/v", except: ["out/", "*.d", "!*.d/"])], view: ["!out", "x"])
    let scope = try table.scope("/v")
    #expect(scope.exclusion("out") == .ifDirectory)
    #expect(scope.exclusion("a.d") == .unlessDirectory)
    #expect(scope.exclusion("x") == .always)
    #expect(scope.exclusion("y") == .never)
    #expect(scope.rule(excepting: "out", isDirectory: true)?.source == Array("out/".utf8))
    #expect(scope.rule(excepting: "out", isDirectory: false) == nil)
  }

  @Test("E4: no list takes back what another hides") func listsAddUp() throws {
    let table = try table(
      [link("/v", except: ["!k", "k2", "t/"])], view: ["k", "!k2", "t", "!t/"])
    let scope = try table.scope("/v")
    #expect(scope.exclusion("k") == .always)
    #expect(scope.exclusion("k2") == .always)
    #expect(scope.exclusion("t") == .always)
  }

  @Test("E4: the view's list counts for every link and for the anchor") func viewList() throws {
    let table = try table([link("/v")], view: ["/only/here", "*.key"])
    #expect(try table.scope("/").exclusion("a.key") == .always)
    #expect(try table.scope("/v/deep/er").exclusion("a.key") == .always)
    #expect(try table.scope("/only").exclusion("here") == .always)
    #expect(try table.scope("/v/only").exclusion("here") == .always)
    // No ways: it is a pattern of each, not a path of the view.
    #expect(try table.scope("/v").names().isEmpty)
    #expect(try table.scope("/v").patternsReachBelow)
    #expect(try !table.scope("/v/deep").patternsReachBelow)
  }

  @Test("C3: inherited exceptions hold where the backing lay") func inherited() throws {
    var chained = try link("/new")
    chained.inherited = [
      InheritedExceptions(list: try list(["/a/b/c", "secret", "a/**/k"]), base: [Array("a".utf8)])
    ]
    let table = try table([chained])
    let scope = try table.scope("/new")
    #expect(scope.exclusion("secret") == .always)
    #expect(scope.exclusion("c") == .never)
    #expect(try table.scope("/new/b").exclusion("c") == .always)
    #expect(try table.scope("/new/x/y").exclusion("k") == .always)
    #expect(scope.names().isEmpty)
    #expect(scope.patternsReachBelow)
  }

  @Test("P1: below a root that is no directory only the ways to links") func wayOnly() throws {
    let table = try table([link("/v", except: ["/e/f"]), link("/v/a/b", except: ["x"])])
    let name = Array("v".utf8)
    let way = table.root.descendToWayOnly(name.span)
    #expect(way.layers.isEmpty)
    #expect(way.sortedNames == ["a"])
    #expect(way.descend("a", keeping: []).child("b").words == ["link"])
    #expect(
      way.descend("a", keeping: []).descend("b", keeping: []).layers.map(\.link)
        == [table.link(at: try path("/v/a/b"))])
    #expect(!way.descend("z", keeping: []).isScoped)
  }

  @Test("E6: what hides by name alone") func hiding() throws {
    let table = try table(
      [
        link("/a"), link("/b"), link("/c", except: ["*.pem"]),
        link("/d", except: ["p/**", "!p/k"]), link("/e", except: ["p/**/x", "!x", "y"]),
        link("/f", except: ["x", "!x", "y"]), link("/g", except: ["!x", "x", "y"]),
        link("/h", except: ["!z", "!x/", "x", "y"]), link("/i", except: ["!z", "/j"]),
      ],
      view: ["*.key"])
    let a = try table.scope("/a")
    #expect(a.hidesLike(try table.scope("/b/deep")))
    #expect(a.hidesLike(try table.scope("/")))
    #expect(!a.hidesLike(try table.scope("/c")))
    #expect(try table.scope("/c/x") === table.scope("/c/y"))
    #expect(!a.hidesLike(try table.scope("/d/p")))
    #expect(try table.scope("/d/p").patternsReachBelow)
    #expect(try !table.scope("/d/q").patternsReachBelow)
    // "p/**/x" is "x" in p, and stands where it stood in the list.
    let p = try table.scope("/e/p")
    #expect(p.hidesLike(try table.scope("/f")))
    #expect(!p.hidesLike(try table.scope("/g")))
    #expect(!p.hidesLike(try table.scope("/e/q")))
    // Nothing is there yet to be taken back.
    #expect(try table.scope("/g").hidesLike(table.scope("/h")))
    #expect(a.hidesLike(try table.scope("/i")))
  }

  @Test("R1: the nearest link goes by prefixes alone") func nearestLinkGoesByPrefixesAlone() throws
  {
    let table = try table([link("/v", except: ["/x"]), link("/v/a/b")])
    #expect(table.nearestLink(of: try path("/v/x/y")) == table.link(at: try path("/v")))
    #expect(table.nearestLink(of: try path("/v/a/b")) == table.link(at: try path("/v/a/b")))
    #expect(table.nearestLink(of: try path("/w")) == nil)
    #expect(table.link(at: try path("/v/a")) == nil)
  }

  @Test("R1: without anchor and links nobody governs") func withoutAnchorAndLinksNobodyGoverns()
    throws
  {
    let empty = try table([], anchor: nil)
    #expect(empty.root.layers.isEmpty)
    #expect(!empty.root.isScoped)
    let anchored = try table([], anchor: ["/x/y"])
    #expect(anchored.root.child("x").words == ["to exception"])
    #expect(try anchored.scope("/x").exclusion("y") == .always)
  }
}

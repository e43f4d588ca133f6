// The table as `export` writes it is what `apply` makes of it again, for generated tables.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Testing

@Suite struct ExportTests {
  private static let items = """
    b/in/x/y=1 b/f=1 c/in/x/z=1 d/in/x/w=1 anchor/in/x/f=1 anchor/p/q/f=1
    """
  /// Lines that gitignore reads in different ways, among them spaces, escapes and bytes that are no text.
  private static let lines: [[UInt8]] =
    [
      "*.pem", "/in/x", "/in/x/", "!/in/x/y", "in", "**/f", "/in/**", "a\\ b\\ ", "\\#x", "\\!x",
      "/\\*", "[a-c]x", "/a b/c", "/in/[!x]", "x\r", "  ", "# comment", "/none/deep/way", "/x\\\\",
    ].map { Array($0.utf8) } + [[0x2f, 0xff, 0xfe], [0x0a, 0x78], Array("/new".utf8) + [0x0a]]

  private func exceptions(_ random: inout SeededGenerator) -> [[UInt8]] {
    random.list(0...4) { $0.pick(Self.lines) }
  }

  /// Creates links, some of them chained through what stands already; refusals are left out.
  private func fill(_ view: TableView, _ random: inout SeededGenerator) {
    var places = ["/", "/in", "/in/x", "/p", "/v", "/w", "/v/in", "/w/in/x", "/n/m", "/n/m/k/in"]
    places.shuffle(using: &random)
    for place in places.prefix(Int.random(in: 1...8, using: &random)) {
      let backing = random.pick([
        "b", "c", "d", "b/in", "b/f", "view/in", "view/v/in", "view/w", "view/p/q", "view/in/x",
      ])
      var link = LinkRequest(
        virtualPath: Array(place.utf8), backing: Array(TableView.backing(backing, view.tree).utf8))
      link.isReadOnly = random.chance(30)
      link.isMerged = random.chance(20)
      link.keepsSymbolicLinksInside = random.chance(20)
      link.createsParents = true
      link.exceptions = exceptions(&random)
      _ = view.apply([.create(link)])
    }
    var request = TableRequest()
    if random.chance(50) { request.viewExceptions = exceptions(&random) }
    if random.chance(50) { request.anchorExceptions = exceptions(&random) }
    _ = view.apply([.apply(request)])
  }

  @Test("C6, C8: an exported table is the same table when it is applied")
  func roundTrip() throws {
    let tree = try TableView(Self.items).tree
    var links = 0
    var inherited = 0
    for seed in 1...100 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      let view = try TableView(tree)
      fill(view, &random)
      let exported = view.engine.tableRequest()
      #expect(view.apply([.apply(exported)]) == "ok", "seed \(seed), where it stands")
      #expect(view.engine.tableRequest() == exported, "seed \(seed), where it stands")
      let fresh = try TableView(tree)
      #expect(fresh.apply([.apply(exported)]) == "ok", "seed \(seed): \(view.table)")
      #expect(fresh.engine.tableRequest() == exported, "seed \(seed)")
      let other = try TableView(tree)
      fill(other, &random)
      #expect(other.apply([.apply(exported)]) == "ok", "seed \(seed), over another table")
      #expect(other.engine.tableRequest() == exported, "seed \(seed), over another table")
      links += exported.links?.count ?? 0
      inherited += exported.links?.count { $0.inherited.contains { !$0.exceptions.isEmpty } } ?? 0
    }
    #expect(links > 250 && inherited > 15, "\(links) links, \(inherited) of them inherit")
  }

  @Test("The anchor is exported as mounted")
  func anchors() throws {
    let tree = try TableView(Self.items).tree
    #expect(try TableView(tree).engine.tableRequest().anchor == .underMountpoint)
    #expect(try TableView(tree, anchor: .none).engine.tableRequest().anchor == AnchorRequest.none)
    #expect(try TableView(tree, source: "b").engine.tableRequest().anchor == AnchorRequest.none)
    let directory = AnchorRequest.directory(Array("\(tree.path)/b".utf8))
    let view = try TableView(tree, anchor: directory)
    #expect(view.engine.tableRequest().anchor == directory)
    #expect(view.apply([.apply(view.engine.tableRequest())]) == "ok")
  }
}

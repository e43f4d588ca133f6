// Ten thousand links: one change of all of them, a small change among them, their list and the table as
// it is written out. Times are stated, not judged.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite(.serialized) struct LargeTableTests {
  private static let count = 10_000

  private func time<R>(_ what: String, _ body: () throws -> R) rethrows -> R {
    let start = ContinuousClock.now
    let result = try body()
    print("\(Self.count) links, \(what): \(ContinuousClock.now - start)")
    return result
  }

  private func request(_ tree: ScratchTree) -> TableRequest {
    var request = TableRequest()
    request.links = (0..<Self.count).map { number in
      let (outer, inner) = (number / 100, number % 100)
      return LinkRequest(
        virtualPath: Array("/d/\(outer)/link\(inner)".utf8),
        backing: Array("\(tree.path)/backing/\(outer)/b\(inner)".utf8))
    }
    return request
  }

  @Test("C6: ten thousand links are one change")
  func tenThousandLinks() throws {
    let tree = try ScratchTree()
    try tree.make("anchor/d/x=1")
    try tree.make("backing/x=1")
    for outer in 0..<100 {
      try tree.makeDirectory("anchor/d/\(outer)")
      try tree.makeDirectory("backing/\(outer)")
      for inner in 0..<100 { try tree.makeDirectory("backing/\(outer)/b\(inner)") }
    }
    let view = try TableView(tree)
    var request = request(tree)
    let applied = time("applied") { view.apply([.apply(request)]) }
    #expect(applied == "ok")
    #expect(view.engine.tableRequest().links?.count == Self.count)
    let again = time("applied as they stand") {
      view.apply([.apply(request)])
    }
    #expect(again == "ok")
    let more = try time("one more") { try view.change("+/v=backing") }
    let less = try time("one less") { try view.change("-/v") }
    #expect(more == "ok" && less == "ok")
    let statuses = try time("listed") {
      try view.engine.linkStatuses(showingExceptions: true)
    }
    #expect(statuses.count == Self.count)
    #expect(statuses.allSatisfy { $0.isLive && !$0.isAnchored })
    let told = try time("one explained") { try view.explain("/d/7/link7") }
    #expect(told == "R2 /d/7/link7 backing/7/b7: is the root of the link /d/7/link7")
    let exported = view.engine.tableRequest().links ?? []
    #expect(Set(exported) == Set(request.links ?? []))
    request.links = []
    let removed = time("removed") { view.apply([.apply(request)]) }
    #expect(removed == "ok")
    #expect(view.table == "")
    #expect(tree.openDescriptors.count <= 3, "\(tree.openDescriptors)")
  }

  @Test("C6: ten thousand created one below the other's place, and all below removed")
  func recursively() throws {
    let tree = try ScratchTree()
    try tree.make("b/f=1")
    let view = try TableView(tree, "+/v=b")
    let changes = (0..<Self.count).map { "+/v/\($0 % 100)/\($0)=b,parents" }
    let created = try time("created") {
      try view.change(changes.joined(separator: " "))
    }
    let removed = try time("removed recursively") {
      try view.change("-/v/**")
    }
    #expect(created == "ok" && removed == "ok")
    #expect(view.table == "")
  }
}

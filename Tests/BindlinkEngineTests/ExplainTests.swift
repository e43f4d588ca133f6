// C10: what is said of a path, for every way in which it can be decided; and C9: what is said of hidden
// ones to those who may not know. Links and their state as they are listed.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct ExplainTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let path: String
    /// "R1 /link physical/path: reason", with "-" first where nothing is visible.
    let told: String
    /// What those are told who may not know what is hidden; nil: the same.
    let others: String?
    init(_ path: String, _ told: String, _ others: String? = nil) {
      self.path = path
      self.told = told
      self.others = others
    }
    var testDescription: String { path }
  }

  static let items = """
    b/f=1 b/secret=1 b/dir/.env=1 b/dir/f=1 b/dir/deep/x=1 b/hid/x=1 b/to>dir gone/x=1 \
    anchor/src/shown/f=1 anchor/src/outer.env=1 anchor/src/outer=1 anchor/plain/f=1 anchor/own=1 \
    anchor/both/d/o=1 anchor/both/o=1 m/d/b=1 m/b=1 m/only/x=1 b/shown/g=1 b/outer=1 file=1 b/keep/k=1 \
    anchor/src/keep/o=1 anchor/src/link/z=1
    """
  static let changes = """
    +/src=b,except:/secret,except:/shown,except:**/.env,except:*.env,except:/hid,except:/outer,\
    except:/keep,except:/way/to/x \
    +/src/hid/inner=file,parents +/gone=gone +/gone2=gone,parents +/gone2/below=b,parents \
    +/both=m,merged +/n/way=b,parents +/file=file +/chain=view/src/dir +/deep=anchor/src,parents
    """

  static let cases = [
    Case("/", "R1 none view: is the root of the anchor"),
    Case("/plain/f", "R1 none view/plain/f: lies in the anchor"),
    Case("/src", "R2 /src b: is the root of the link /src"),
    Case("//src/./", "R2 /src b: is the root of the link /src"),
    Case("/file", "R2 /file file: is the root of the link /file"),
    Case("/src/f", "R1 /src b/f: lies in the link /src"),
    Case("/src/dir/deep/x", "R1 /src b/dir/deep/x: lies in the link /src"),
    Case("/src/dir/../f", "R1 /src b/f: lies in the link /src"),
    Case("/src/to", "R1 /src b/to: lies in the link /src"),
    Case("/src/to/f", "R1 /src b/dir/f: lies in the link /src"),
    Case("/n", "R8 none: is made up, as the way to a link or an exception"),
    Case("/n/way/f", "R1 /n/way b/f: lies in the link /n/way"),
    Case(
      "/src/hid", "R8 none: is made up, as the way to a link or an exception"),
    Case("/src/hid/inner", "R2 /src/hid/inner file: is the root of the link /src/hid/inner"),
    Case(
      "/src/shown",
      "E1 none view/src/shown: is excepted by '/shown' of /src, so that the outer view shows",
      "E1 none view/src/shown: is excepted, so that the outer view shows"),
    Case(
      "/src/shown/f",
      "E1 none view/src/shown/f: is excepted by '/shown' of /src, so that the outer view shows",
      "E1 none view/src/shown/f: is excepted, so that the outer view shows"),
    Case(
      "/src/outer.env",
      "E1 none view/src/outer.env: is excepted by '*.env' of /src, so that the outer view shows",
      "E1 none view/src/outer.env: is excepted, so that the outer view shows"),
    Case(
      "/src/secret", "- E1 /src b/secret: is excepted by '/secret' of /src",
      "- R1 /src: does not exist"),
    Case(
      "/src/dir/.env", "- E4 /src b/dir/.env: is excepted by '*.env' of /src",
      "- R1 /src: does not exist"),
    Case(
      "/src/dir/later.env", "- E4 /src: is excepted by '*.env' of /src", "- R1 /src: does not exist"
    ),
    Case(
      "/src/hid/x", "- E1 /src b/hid/x: is excepted by '/hid' of /src", "- R1 none: does not exist"),
    Case(
      "/src/shown/g", "- E1 /src b/shown/g: is excepted by '/shown' of /src",
      "- R1 none: does not exist"),
    Case(
      "/src/dir/x.pem", "- E4 /src: is excepted by '*.pem' of the view", "- R1 /src: does not exist"
    ),
    Case(
      "/chain/.env", "- E4 /chain b/dir/.env: is excepted by '*.env', which /chain inherits",
      "- R1 /chain: does not exist"),
    Case(
      "/own", "- E1 none view/own: is excepted by '/own' of the anchor", "- R1 none: does not exist"
    ),
    Case("/src/none", "- R1 /src: does not exist"),
    Case("/src/none/deeper", "- R1 /src: does not exist"),
    Case("/src/f/deeper", "- R1 /src: does not exist"),
    Case("/none", "- R1 none: does not exist"),
    Case("/gone", "- C10 /gone: is dangling: gone does not exist"),
    Case("/gone/x", "- C10 /gone: is dangling: gone does not exist"),
    Case("/gone2", "R8 /gone2: is made up, as the way to a link or an exception"),
    Case("/gone2/x", "- R1 none: does not exist"),
    Case("/both", "R2 /both m: is the root of the link /both"),
    Case("/both/b", "M1 /both m/b: comes from the backing of the merged link /both"),
    Case("/both/only", "M1 /both m/only: comes from the backing of the merged link /both"),
    Case("/both/o", "M1 /both view/both/o: comes from the outer view of the merged link /both"),
    Case("/both/d", "M1 /both m/d: is a directory of both sides of the merged link /both"),
    Case("/both/d/o", "M1 /both view/both/d/o: comes from the outer view of the merged link /both"),
    Case("relative", "EINVAL C1 relative"),
    Case("/../x", "EINVAL C1 /../x"),
  ]

  private func view() throws -> TableView {
    let view = try TableView(Self.items, Self.changes)
    try view.tree.move("gone", "elsewhere")
    var request = TableRequest()
    request.viewExceptions = [Array("*.pem".utf8)]
    request.anchorExceptions = [Array("/own".utf8)]
    #expect(view.apply([.apply(request)]) == "ok")
    return view
  }

  @Test("C10: each way in which a path is decided, and what C9 leaves of it")
  func explains() throws {
    let view = try view()
    for item in Self.cases {
      let told = try view.explain(item.path)
      #expect(told == item.told, "\(item.path)")
      let others = try view.explain(item.path, showingHidden: false)
      #expect(others == item.others ?? item.told, "\(item.path), to others")
    }
  }

  @Test("C9: a hidden path is answered as one that is not there, apart from its name")
  func hiddenIsAbsent() throws {
    let view = try view()
    for (hidden, absent) in [
      ("/src/secret", "/src/nothing"), ("/src/dir/.env", "/src/dir/nothing"),
      ("/src/hid/x", "/src/hid/nothing"), ("/src/secret/below", "/src/nothing/below"),
      ("/own", "/nothing"), ("/chain/.env", "/chain/nothing"),
      ("/src/shown/g", "/src/shown/nothing"),
    ] {
      var told = try view.engine.explain(Array(hidden.utf8), showingHidden: false)
      let plain = try view.engine.explain(Array(absent.utf8), showingHidden: false)
      #expect(String(decoding: told.path, as: UTF8.self) == hidden)
      told.path = plain.path
      #expect(told == plain, "\(hidden)")
      #expect(!told.isVisible && told.physicalPath == nil)
    }
  }

  @Test("C10: the explanation of a path and what is there agree")
  func agreesWithTheView() throws {
    let view = try view()
    for item in Self.cases where item.path.hasPrefix("/") && !item.path.contains("..") {
      var node = NodeID.root
      var isThere = true
      for name in item.path.split(separator: "/") where name != "." && name != "to" {
        do throws(Errno) {
          node = try unsafe view.engine.lookup(node, String(name)).node
        } catch {
          isThere = false
          break
        }
      }
      if item.path.contains("/to") { continue }
      #expect(item.told.hasPrefix("-") == !isThere, "\(item.path)")
    }
  }

  @Test("C10: a view without an anchor, one of a source, and one whose source is gone")
  func roots() throws {
    let tree = try TableView("b/f=1").tree
    let empty = try TableView(tree, anchor: .none)
    #expect(
      try empty.explain("/") == "R8 none: is an empty directory, since the view has no anchor")
    #expect(try empty.explain("/x") == "- R1 none: does not exist")
    let source = try TableView(tree, source: "b")
    #expect(try source.explain("/") == "R2 / b: is the root of the link /")
    #expect(try source.explain("/f") == "R1 / b/f: lies in the link /")
    try tree.move("b", "gone")
    #expect(try source.explain("/") == "- C10 /: is dangling: b does not exist")
    #expect(try source.explain("/f") == "- C10 /: is dangling: b does not exist")
  }

  @Test("C10, E4: what is made up is no directory that a pattern takes from a layer")
  func waysAndPatterns() throws {
    let view = try TableView("anchor/ b/f=1", "+/v/w/l=b,parents", exceptions: ["v/*/"])
    #expect(try view.explain("/v/w").hasPrefix("R8"))
    #expect(try view.explain("/v/w/x") == "- R1 none: does not exist")
  }

  @Test("R9: what is shown empty")
  func shownEmpty() throws {
    let view = try TableView("b/f=1", "+/p=/proc")
    #expect(try view.explain("/p") == "R9 /p /proc: is shown empty")
    #expect(try view.explain("/p/self") == "- R9 /p: lies in a directory that is shown empty")
  }

  // MARK: Listing

  private func statuses(_ view: TableView) throws -> [String] {
    try view.engine.linkStatuses(showingExceptions: true).map {
      "\(view.local($0.link.virtualPath)) \($0.isAnchored ? "anchored" : "anchorless") "
        + ($0.isLive ? "live" : "dangling")
    }
  }

  @Test("C10: anchored or anchorless by what the outer view shows now, live or dangling (35, 36)")
  func kinds() throws {
    let view = try TableView(
      Self.items,
      "+/src=b +/plain/new=b +/src/f=b +/src/none=b +/n/way=b,parents +/n=b,parents +/gone=gone")
    #expect(
      try statuses(view) == [
        "/gone anchorless live", "/n anchored live", "/src anchored live",
        "/n/way anchorless live", "/plain/new anchorless live", "/src/f anchored live",
        "/src/none anchorless live",
      ])
    try view.tree.move("gone", "elsewhere")
    try view.tree.makeFile("anchor/plain/new")
    try view.tree.move("b/f", "b/none")
    #expect(
      try statuses(view) == [
        "/gone anchorless dangling", "/n anchored live", "/src anchored live",
        "/n/way anchorless live", "/plain/new anchored live", "/src/f anchorless live",
        "/src/none anchored live",
      ])
    try view.tree.move("elsewhere", "gone")
    #expect(try statuses(view)[0] == "/gone anchorless live")
  }

  @Test("C10: what an exception hides or shows at a link's place; the root")
  func kindsBehindExceptions() throws {
    let view = try TableView(
      Self.items,
      "+/=m +/src=b,parents,except:/secret,except:/shown +/src/secret=b +/src/shown=b "
        + "+/both=b,except:/dir +/both/dir=b +/d=b")
    // Of "/src" and "/both" the way to the links below shows without them.
    let listed = try statuses(view)
    #expect(
      listed == [
        "/ anchored live", "/both anchored live", "/d anchored live", "/src anchored live",
        "/both/dir anchorless live", "/src/secret anchorless live", "/src/shown anchorless live",
      ])
    let source = try TableView("b/f=1", source: "b")
    #expect(try statuses(source) == ["/ anchorless live"])
  }

  @Test("C9: the list without exceptions")
  func listWithoutExceptions() throws {
    let view = try TableView(Self.items, "+/src=b,except:/secret,read-only +/a=view/src/dir")
    let full = try view.engine.linkStatuses(showingExceptions: true)
    #expect(full.map { $0.link.exceptions.count } == [0, 1])
    #expect(full.map { $0.link.inherited.count } == [1, 0])
    #expect(full.map { $0.link } == view.engine.tableRequest().links)
    let seen = try view.engine.linkStatuses(showingExceptions: false)
    #expect(seen.allSatisfy { $0.link.exceptions.isEmpty && $0.link.inherited.isEmpty })
    #expect(seen[1].link.isReadOnly)
  }
}

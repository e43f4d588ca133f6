// C1, C2, C5, C6, P6: what a change of a live table makes, and what it refuses, in a table of cases.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct TableChangeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let before: String
    let changes: String
    let outcome: String
    /// Nil: as before.
    let table: String?
    init(_ what: String, _ before: String, _ changes: String, _ outcome: String, _ table: String?) {
      self.what = what
      self.before = before
      self.changes = changes
      self.outcome = outcome
      self.table = table
    }
    var testDescription: String { what }
  }

  static let items = """
    b/f=1 b/Bar/x=1 c/g=2 file=3 to-b>b loop>loop anchor/d/x=1 anchor/file=1 anchor/to-d>d \
    anchor/to-file>file anchor/dangling>none anchor/out>/etc anchor/up>.. anchor/Foo/Bar/z=1 \
    b2>@/b e/g/h=1
    """

  static let cases = [
    Case("C1 (1): a new name", "", "+/v=b", "ok", "/v=b"),
    Case("C1 (12): no backing", "", "+/v=none", "ENOENT C1 none", nil),
    Case("C1: a backing below a file", "", "+/v=file/x", "ENOTDIR C1 file/x", nil),
    Case("C1: a file as a directory", "", "+/v=file/", "ENOTDIR C1 file/", nil),
    Case("C1: a backing that loops", "", "+/v=loop", "# C1 loop", nil),
    Case("C1 (13): no backing before EEXIST", "+/v=b", "+/v=none", "ENOENT C1 none", nil),
    Case("C1 (14): twice", "+/v=b", "+/v=c,read-only", "EEXIST C1 /v", nil),
    Case("C1: twice in a batch", "", "+/v=b +/v=c", "EEXIST C1 /v", nil),
    Case("C1: parents before EEXIST", "", "+/n/v=b +/n/v=c", "ENOENT C1 /n", nil),
    Case("C1 (16): a relative virtual path", "", "+v=b", "EINVAL C1 v", nil),
    Case("C1 (17): outside", "", "+/../v=b", "EINVAL C1 /../v", nil),
    Case("C1: well-formed before existing", "", "+/w=none +v=b", "EINVAL C1 v", nil),
    Case("C1 (6): no parent", "", "+/none/v=b", "ENOENT C1 /none", nil),
    Case("C1 (7): a parent that is a file", "", "+/file/v=b", "ENOTDIR C1 /file", nil),
    Case("C1: below a file", "", "+/file/x/v=b", "ENOENT C1 /file/x", nil),
    Case(
      "C1: below a way that a file became", "+/v=file +/v/w=b,parents", "+/v/x/y=b",
      "ENOENT C1 /v/x", nil),
    Case(
      "C1: an exception below the new link makes no parent", "+/v=b,except:/n/m/o", "+/v/n/m=b",
      "ENOENT C1 /v/n", nil),
    Case(
      "C1, E6: a parent that is a hidden file", "+/=b,except:/f", "+/f/v=b", "ENOENT C1 /f", nil),
    Case(
      "C1, M1: what an exception shows by the new link alone makes no directory",
      "+/v=b,except:/f/g/h +/v/f=c", "~/v/f=e,merged", "ENOTDIR M1 /v/f", nil),
    Case("C1: a parent that is a file link", "+/v=file", "+/v/x=b", "ENOTDIR C1 /v", nil),
    Case("C1: parents asked for", "", "+/n/m/v=b,parents", "ok", "/n/m/v=b,parents"),
    Case(
      "C1: beside a way that is there", "+/n/v=b,parents", "+/n/w=c", "ok",
      "/n/v=b,parents /n/w=c"),
    Case(
      "C1: beside a way that the batch makes", "", "+/n/w=c +/n/v=b,parents", "ok",
      "/n/v=b,parents /n/w=c"),
    Case("C1: new links make no way for each other", "", "+/n/w=c +/n/v=b", "ENOENT C1 /n", nil),
    Case("C1 (8): the parent in a backing", "+/v=b", "+/v/Bar/w=c", "ok", "/v=b /v/Bar/w=c"),
    Case("C1 (8): both in a batch, deep first", "", "+/v/Bar/w=c +/v=b", "ok", "/v=b /v/Bar/w=c"),
    Case("C1 (9): the parent in the shadow", "+/Foo=c", "+/Foo/Bar/w=b", "ENOENT C1 /Foo/Bar", nil),
    Case("C1 (9): shadowed by the batch", "", "+/Foo/Bar/w=b +/Foo=c", "ENOENT C1 /Foo/Bar", nil),
    Case(
      "C1 (10): an exception shows it", "+/Foo=c,except:/Bar", "+/Foo/Bar/w=b", "ok",
      "/Foo=c,except:/Bar /Foo/Bar/w=b"),
    Case(
      "C1 (11): a link at the parent", "+/Foo=c +/Foo/Bar=b,parents", "+/Foo/Bar/w=b", "ok",
      "/Foo=c /Foo/Bar=b,parents /Foo/Bar/w=b"),
    Case("C1: a hidden parent", "+/v=b,except:/Bar", "+/v/Bar/w=c", "ENOENT C1 /v/Bar", nil),
    Case(
      "C1: a parent that the batch removes", "+/v=b", "-/v +/v/Bar/w=c", "ENOENT C1 /v/Bar", nil),
    Case("C1 (23): merged over a file", "", "+/file=b,merged", "ENOTDIR M1 /file", nil),
    Case("M1: merged over a directory", "", "+/d=b,merged", "ok", "/d=b,merged"),
    Case("M1: merged at a new name", "", "+/v=b,merged", "ok", "/v=b,merged"),
    Case("P6: merged with a file", "", "+/v=file,merged", "ENOTDIR P6 file", nil),
    Case("P6: merged with a file over a directory", "", "+/d=file,merged", "ENOTDIR P6 file", nil),
    Case("C1: merged after EEXIST", "+/v=b", "+/v=c +/w=file,merged", "EEXIST C1 /v", nil),
    Case("C1: the root is a directory", "", "+/=file", "ENOTDIR C1 file", nil),
    Case("C1: the root", "+/v=b", "+/=c", "ok", "/=c /v=b"),

    Case("C2 (15): v/", "+/d/v=b", "+/d/v/=b", "EEXIST C1 /d/v", nil),
    Case("C2 (15): v/.", "+/d/v=b", "+/d/./v/.=b", "EEXIST C1 /d/v", nil),
    Case("C2 (15): x/../v", "+/d/v=b", "+//x/..//d/v=b", "EEXIST C1 /d/v", nil),
    Case("C2 (15): a symlinked parent", "+/d/v=b", "+/to-d/v=b", "EEXIST C1 /d/v", nil),
    Case("C2 (22): a link to a directory", "", "+/to-d=b", "ok", "/d=b"),
    Case("C2 (22): the link's other name", "+/d=b", "+/to-d=c", "EEXIST C1 /d", nil),
    Case("C2: a link to a file", "", "+/to-file=b", "ok", "/to-file=b"),
    Case("C2: a dangling link", "", "+/dangling=b", "ok", "/dangling=b"),
    Case("C2: a link out of the view", "", "+/out=b", "ok", "/out=b"),
    Case("C2: a parent that leads out", "", "+/out/v=b", "EINVAL C2 /out/v", nil),
    Case("C2: a parent that leads up and out", "", "+/up/v=b", "EINVAL C2 /up/v", nil),
    Case("C2: parents in a link of the batch", "", "+/v/to/w=c +/v=t", "ok", "/v=t /v/in/w=c"),
    Case("C2 (21): the backing resolved", "", "+/v=to-b +/w=b2/Bar/../f", "ok", "/v=b /w=b/f"),
    Case(
      "C2: an exception path", "", "+/v=t,except:/to/x,except:/to/y/", "ok",
      "/v=t,except:/in/x,except:/in/y/"),
    Case(
      "C2: an exception that a symbolic link leads out", "", "+/=anchor,except:/out/x", "ok",
      "/=anchor,except:/out/x"),

    Case("E2: an exception at the link", "", "+/v=b,except:/", "EINVAL E4 /", nil),
    Case("E2: an exception outside", "", "+/v=b,except:/../x", "EINVAL E4 /../x", nil),
    Case("E4: a pattern that is none", "", "+/v=b,except:[a", "EINVAL E4 [a", nil),

    Case("C5: removal", "+/v=b +/w=c", "-/v", "ok", "/w=c"),
    Case("C5 (104): no link", "+/v=b", "-/d", "ENOENT C5 /d", nil),
    Case("C5 (104): a child of a link", "+/v=b", "-/v/f", "ENOENT C5 /v/f", nil),
    Case("C5 (104): what never was", "+/v=b", "-/none/x", "ENOENT C5 /none/x", nil),
    Case("C5 (103): others below", "+/v=b +/v/Bar=c", "-/v", "EBUSY C5 /v", nil),
    Case("C5 (103): deepest first", "+/v=b +/v/Bar=c", "-/v/Bar -/v", "ok", ""),
    Case("C5: order never matters", "+/v=b +/v/Bar=c", "-/v -/v/Bar", "ok", ""),
    Case("C5: recursively", "+/v=b +/v/Bar=c +/vw=c", "-/v/**", "ok", "/vw=c"),
    Case("C5: others below are no prefix", "+/v=b +/vw=c", "-/v", "ok", "/vw=c"),
    Case(
      "C5: a link below that is replaced", "+/v=b +/v/Bar=c", "-/v ~/v/Bar=b", "EBUSY C5 /v",
      nil),
    Case("C5 (106): v/", "+/d/v=b", "-/d//v/.", "ok", ""),
    Case("C5 (106): a symlinked parent", "+/d/v=b", "-/to-d/v", "ok", ""),
    Case("C5 (106): the symbolic link's target", "+/to-d=b", "-/to-d", "ok", ""),
    Case("C5: the root", "+/=b +/Bar=c", "-/", "EBUSY C5 /", nil),
    Case("C5: all", "+/=b +/Bar=c", "-//**", "ok", ""),
    Case("C5: twice", "+/v=b", "-/v -/v", "ENOENT C5 /v", nil),

    Case("replace", "+/v=b", "~/v=c,read-only", "ok", "/v=c,read-only"),
    Case("P6: nothing to replace", "", "~/v=b", "ENOENT P6 /v", nil),
    Case("P6: no backing", "+/v=b", "~/v=none", "ENOENT C1 none", nil),
    Case("P6: merged with a file", "+/v=b", "~/v=file,merged", "ENOTDIR P6 file", nil),
    Case("replace: merged over a file", "+/file=b", "~/file=b,merged", "ENOTDIR M1 /file", nil),
    Case("replace through another spelling", "+/d/v=b", "~/to-d/v/=c", "ok", "/d/v=c"),
    Case("replace what the batch makes", "", "+/v=b ~/v=c", "ok", "/v=c"),
    Case("replace keeps what lies below", "+/v=b +/v/Bar=c", "~/v=c", "ok", "/v=c /v/Bar=c"),

    Case("C6: one bad entry", "+/v=b", "-/v +/w=c +/x=none", "ENOENT C1 none", nil),
    Case("C6: removed and made again", "+/v=b", "-/v +/v=c", "ok", "/v=c"),
    Case("C6: made and removed", "", "+/v=b -/v", "ok", ""),

    Case("apply", "+/v=b +/w=c", "=/w=c =/x=b", "ok", "/w=c /x=b"),
    Case("apply: nothing", "+/v=b +/v/Bar=c", "=", "ok", ""),
    Case("apply: twice the same place", "+/v=b", "=/d=b =/to-d=c", "EEXIST C1 /d", nil),
    Case("apply: one bad entry", "+/v=b", "=/v=b =/x=none", "ENOENT C1 none", nil),
    Case("apply: flags", "+/v=b", "=/v=b,read-only,except:x", "ok", "/v=b,read-only,except:x"),
    Case("apply: a new link below one that goes", "+/v=b", "=/v/Bar/x=c", "ENOENT C1 /v/Bar", nil),
  ]

  @Test("C1, C2, C5, C6, P6: a change", arguments: cases)
  func changes(_ item: Case) throws {
    let view = try TableView(Self.items + " t/in/x=1 t/in/y/z=1 t/to>in", item.before)
    let before = view.table
    let outcome = try view.change(item.changes)
    if item.outcome.hasPrefix("#") {
      #expect(outcome.hasSuffix(item.outcome.dropFirst()), "\(outcome)")
    } else {
      #expect(outcome == item.outcome)
    }
    #expect(view.table == item.table ?? before)
  }

  /// The mount checks as a change does: one way for both.
  @Test("C1, C2: a mount", arguments: cases.filter { $0.before.isEmpty && $0.changes.first == "+" })
  func mounts(_ item: Case) throws {
    guard !item.changes.contains(/[ ][-~]/) else { return }
    let items = Self.items + " t/in/x=1 t/in/y/z=1 t/to>in"
    do {
      let view = try TableView(items, item.changes)
      #expect(item.outcome == "ok" && view.table == item.table)
    } catch let error as LinkError {
      let word = item.outcome.split(separator: " ")
      #expect(error.rule == word[1] && error.subject.hasSuffix(word[2]), "\(error)")
    }
  }

  @Test("C1 (19): a backing that is not accessible", .enabled(if: getuid() != 0))
  func inaccessible() throws {
    let view = try TableView("b/f=1", "")
    unsafe chmod(view.tree.path + "/b", 0)
    #expect(try view.change("+/v=b") == "EACCES C1 b")
    unsafe chmod(view.tree.path + "/b", 0o755)
    #expect(try view.change("+/v=b") == "ok")
  }

  @Test("R3: a dangling link stays when the table is applied as it is")
  func appliesDangling() throws {
    let view = try TableView("b/f=1 c/f=1", "+/v=b +/w=c")
    try view.tree.move("b", "gone")
    let request = view.engine.tableRequest()
    #expect(view.apply([.apply(request)]) == "ok")
    #expect(view.table == "/v=b /w=c")
    #expect(try view.change("=/v=b,read-only =/w=c") == "ok", "its flags may change")
    #expect(view.table == "/v=b,read-only /w=c")
    #expect(try view.change("=/v=b") == "ok")
    #expect(try view.change("=/v=b =/x=b") == "ENOENT C1 b", "a new one needs its backing")
  }

  @Test("apply: what is nil stays; another anchor is EINVAL")
  func appliesParts() throws {
    let view = try TableView("b/f=1 c/f=1", "+/v=b")
    var request = TableRequest()
    request.viewExceptions = [Array("*.pem".utf8), Array("!a.pem".utf8)]
    #expect(view.apply([.apply(request)]) == "ok")
    request = TableRequest()
    request.anchorExceptions = [Array("/x".utf8)]
    request.anchor = .underMountpoint
    #expect(view.apply([.apply(request)]) == "ok")
    let exported = view.engine.tableRequest()
    #expect(exported.viewExceptions == [Array("*.pem".utf8), Array("!a.pem".utf8)])
    #expect(exported.anchorExceptions == [Array("/x".utf8)])
    #expect(view.table == "/v=b")
    for anchor in [AnchorRequest.none, .directory(Array("/etc".utf8))] {
      request.anchor = anchor
      #expect(view.apply([.apply(request)]).hasPrefix("EINVAL"))
    }
    request.anchor = .directory(Array((TableView.mountpoint + "/").utf8))
    #expect(view.apply([.apply(request)]) == "ok")
    request.anchorExceptions = [Array("/".utf8)]
    #expect(view.apply([.apply(request)]) == "EINVAL E4 /")
  }

  @Test("C8: a new engine has none of the links")
  func linksLiveAsLongAsTheMount() throws {
    let view = try TableView("b/f=1", "")
    #expect(try view.change("+/v=b") == "ok")
    #expect(try TableView("b/f=1", "").table == "")
  }

  @Test("C5 (27): 200 links come and go, no descriptor stays")
  func noDescriptorsStay() throws {
    let view = try TableView("b/f=1", "")
    let names = (0..<200).map { "/v\($0)" }
    #expect(try view.change(names.map { "+\($0)=b" }.joined(separator: " ")) == "ok")
    #expect(try view.engine.linkStatuses(showingExceptions: true).count == 200)
    #expect(try view.change(names.map { "-\($0)" }.joined(separator: " ")) == "ok")
    #expect(view.table == "")
    #expect(view.tree.openDescriptors.count <= 3, "\(view.tree.openDescriptors)")
  }

  @Test("C6 (112): of two that make the same link one succeeds")
  func concurrentCreation() async throws {
    let view = try TableView("b/f=1", "")
    let (engine, tree) = (view.engine, view.tree)
    let made = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          guard let changes = try? TableView.changes("+/v=b", tree) else { return false }
          return (try? engine.change(changes)) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(made == 1)
    #expect(view.table == "/v=b")
  }
}

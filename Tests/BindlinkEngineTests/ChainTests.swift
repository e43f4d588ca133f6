// C3: backings that lie in the view, what they are stored as, and what they inherit.
import BindlinkControl
import BindlinkEngine
import BindlinkMap
import Testing

@Suite struct ChainTests {
  typealias Case = TableChangeTests.Case

  static let items = """
    c/sub/deep/f=1 c/sub/secret=1 c/f=1 anchor/A/a=1 anchor/B/b=1 anchor/plain/f=1 anchor/away>@/c \
    to-view>/nonexistent/mountpoint to-b>to-view/b anchor/to-b>b \
    anchor/absolute>/nonexistent/mountpoint/b s/real/f=1 s/to>real
    """

  static let cases = [
    Case("C3 (107): through a link", "+/b=c", "+/a=view/b/sub", "ok", "/a=c/sub /b=c"),
    Case("C3: in a batch", "", "+/b=c +/a=view/b/sub", "ok", "/a=c/sub /b=c"),
    Case("C3: in any order", "", "+/a=view/b/sub +/b=c", "ok", "/a=c/sub /b=c"),
    Case(
      "C3: a chain of chains, last first", "", "+/w=view/x/deep +/x=view/y/sub +/y=view/z +/z=c",
      "ok", "/w=c/sub/deep /x=c/sub /y=c /z=c"),
    Case("C3: a place of the anchor", "", "+/p=view/plain", "ok", "/p=view/plain"),
    Case(
      "C3: below a link in a link's backing", "+/b=c +/b/sub=anchor/A", "+/a=view/b/sub", "ok",
      "/a=anchor/A /b=c /b/sub=anchor/A"),
    Case("C3 (108): two to each other", "", "+/A=view/B +/B=view/A", "ok", "/A=view/B /B=view/B"),
    Case("C3 (108): one after the other", "+/A=view/B", "+/B=view/A", "ok", "/A=view/B /B=view/B"),
    Case(
      "C3: two pairs", "", "+/A=view/B +/B=view/A +/w=view/A +/v=view/B", "ok",
      "/A=view/B /B=view/B /v=view/B /w=view/B"),
    Case("C3: to its own place", "", "+/A=view/A", "ok", "/A=view/A"),
    Case("C3: replaced by what it shows", "+/a=c", "~/a=view/a/sub", "ok", "/a=c/sub"),
    Case(
      "C2, C3: exception paths follow what the chain shows", "+/b=s", "+/a=view/b,except:/to", "ok",
      "/a=s,except:/real /b=s"),
    Case(
      "C2, C3: and not what the replaced link showed", "+/a=s", "~/a=view/a/real,except:/to", "ok",
      "/a=s/real,except:/to"),
    Case(
      "C3: exceptions are inherited", "+/b=c,except:/sub/secret,except:*.pem", "+/a=view/b/sub",
      "ok", "/a=c/sub,from:/sub:/sub/secret|*.pem /b=c,except:/sub/secret,except:*.pem"),
    Case(
      "C3: through two chains", "+/b=c,except:*.pem", "+/w=view/a/deep +/a=view/b/sub,except:x",
      "ok",
      "/a=c/sub,except:x,from:/sub:*.pem /b=c,except:*.pem "
        + "/w=c/sub/deep,from:/deep:x,from:/sub/deep:*.pem"),
    Case(
      "C3: a hidden backing is none", "+/b=c,except:/sub/secret", "+/a=view/b/sub/secret",
      "ENOENT C1 view/b/sub/secret", nil),
    Case("C3: no backing in the view", "", "+/a=view/none", "ENOENT C1 view/none", nil),
    Case("C3: below a file of the view", "+/b=c", "+/a=view/b/f/x", "ENOTDIR C1 view/b/f/x", nil),
    Case("C3: a file as a directory", "+/b=c", "+/a=view/b/f/", "ENOTDIR C1 view/b/f/", nil),
    Case(
      "C3: a synthesised directory", "+/x/y=c,parents", "+/a=view/x", "EOPNOTSUPP C3 view/x",
      nil),
    Case("C3: a merged directory", "+/A=c,merged", "+/a=view/A", "EOPNOTSUPP C3 view/A", nil),
    Case(
      "C3: a file of a merged directory", "+/A=c,merged", "+/a=view/A/f", "ok",
      "/A=c,merged /a=c/f"),
    Case("C3: the view's root", "", "+/a=view", "ok", "/a=view"),
    Case("C3: P6 of a chain", "+/b=c", "+/a=view/b/f,merged", "ENOTDIR P6 view/b/f", nil),
    Case(
      "C3: symbolic links of the host into the view", "+/b=c", "+/a=to-view/b/sub +/w=to-b/f",
      "ok", "/a=c/sub /b=c /w=c/f"),
    Case(
      "C3: symbolic links in the view", "+/b=c", "+/a=view/to-b/sub +/w=view/absolute/f", "ok",
      "/a=c/sub /b=c /w=c/f"),
    Case(
      "C3: a symbolic link out of the view", "+/=c,except:*.x +/o=anchor", "+/a=view/o/away/sub",
      "ok", "/=c,except:*.x /a=c/sub /o=anchor"),
    Case("C3: .. out of the view", "", "+/a=view/../../usr", "ok", "/a=/usr"),
    Case(
      "C3: apply resolves a chain as a mount does", "+/b=c +/a=view/b/sub",
      "=/b=c =/a=view/b/sub", "ok", "/a=c/sub /b=c"),
    Case("C3: a removed link is not seen", "+/A=c", "-/A +/a=view/A", "ok", "/a=view/A"),
  ]

  @Test("C3: a chain", arguments: cases)
  func chains(_ item: Case) throws {
    let view = try TableView(Self.items, item.before)
    let before = view.table
    #expect(try view.change(item.changes) == item.outcome)
    #expect(view.table == item.table ?? before)
  }

  @Test("C3: the view's and the anchor's exceptions are inherited, and stay when they go")
  func inheritsTheViews() throws {
    let view = try TableView(Self.items, "+/b=c")
    var request = TableRequest()
    request.viewExceptions = [Array("*.env".utf8)]
    request.anchorExceptions = [Array("/plain/x".utf8)]
    #expect(view.apply([.apply(request)]) == "ok")
    #expect(try view.change("+/a=view/b/sub +/p=view/plain") == "ok")
    request.viewExceptions = []
    request.anchorExceptions = []
    #expect(view.apply([.apply(request)]) == "ok")
    #expect(
      view.table == "/a=c/sub,from:/sub:*.env /b=c "
        + "/p=view/plain,from:/plain:/plain/x,from:/plain:*.env")
  }

  @Test("C3: a chain is read raw: what its link becomes does not matter")
  func chainsStay() throws {
    let view = try TableView(Self.items, "+/b=c +/a=view/b/sub")
    #expect(try view.change("~/b=anchor") == "ok")
    #expect(try view.change("-/b") == "ok")
    #expect(view.table == "/a=c/sub")
  }

  @Test("C3: a thousand chains in one batch")
  func manyChains() throws {
    let view = try TableView(Self.items, "+/b=c")
    let changes = (0..<1000).map { "+/v\($0)=view/b/sub" }.joined(separator: " ")
    #expect(try view.change(changes) == "ok")
    #expect(view.table.split(separator: " ").count == 1001)
  }
}

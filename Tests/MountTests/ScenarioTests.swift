// The documented scenarios of bind links, one by one, as somebody at a shell would go through them.
import Foundation
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct ScenarioTests {
    /// Runs `body` in a view of a source, with the command as `bindlink`.
    private func withSource(
      _ items: [String],
      body: (_ view: Place, _ host: Place, _ bindlink: (String) -> String) throws -> Void
    ) throws {
      try withView(items, ["@/src"]) { view, host in
        try body(view, host) { words in
          let arguments = words.replacingOccurrences(of: "@", with: host.string)
            .split(separator: " ").map(String.init)
          do {
            let outcome = try run([Situation.binary] + arguments)
            return outcome.status == 0 ? "ok" : "\(outcome.status) \(outcome.errors)"
          } catch {
            return "\(error)"
          }
        }
      }
    }

    private static let pets = ["src/V/Cat=cat", "src/V/Dog=dog", "B/Cow=cow", "B/Mouse=mouse"]

    @Test("C4, C5: Cow and Mouse shadow Cat and Dog until the link goes (4, 5)")
    func shadow() throws {
      try withSource(Self.pets) { view, host, bindlink in
        #expect(bindlink("create @/view/V @/B") == "ok")
        #expect(view.list("V") == "Cow Mouse" && host.list("src/V") == "Cat Dog")
        #expect(view.write("V/Hen", "hen") == "ok" && host.read("B/Hen") == "hen")
        #expect(bindlink("remove @/view/V") == "ok")
        #expect(view.list("V") == "Cat Dog" && host.list("B") == "Cow Hen Mouse")
      }
    }

    @Test("M1, M2: merged, all four are there, and a new one goes to the backing (51, 56)")
    func merged() throws {
      try withSource(Self.pets) { view, host, bindlink in
        #expect(bindlink("create @/view/V @/B --merged") == "ok")
        #expect(view.list("V") == "Cat Cow Dog Mouse")
        #expect(view.write("V/Hen", "hen") == "ok")
        #expect(host.list("B") == "Cow Hen Mouse" && host.list("src/V") == "Cat Dog")
        #expect(bindlink("remove @/view/V") == "ok" && view.list("V") == "Cat Dog")
      }
    }

    @Test("W1: read-only, nothing of the backing changes (71)", .shows(.readOnlyLinkLater))
    func readOnly() throws {
      try withSource(Self.pets) { view, host, bindlink in
        #expect(bindlink("create @/view/V @/B --read-only") == "ok")
        #expect(view.read("V/Cow") == "cow" && view.write("V/Cow", "x") == "EROFS")
        #expect(view.write("V/Hen", "x") == "EROFS" && view.unlink("V/Mouse") == "EROFS")
        #expect(host.list("B") == "Cow Mouse" && host.read("B/Cow") == "cow")
      }
    }

    @Test(
      "W3: read-only and merged, what lay there before stays writable (74 to 77)",
      .shows(.readOnlyLinkLater))
    func readOnlyAndMerged() throws {
      try withSource(Self.pets + ["src/V/Cow=outer"]) { view, host, bindlink in
        #expect(bindlink("create @/view/V @/B --read-only --merged") == "ok")
        #expect(view.list("V") == "Cat Cow Dog Mouse" && view.read("V/Cow") == "cow")
        #expect(view.write("V/Cow", "x") == "EROFS" && host.read("src/V/Cow") == "outer")
        #expect(view.write("V/Cat", "CAT") == "ok" && host.read("src/V/Cat") == "CAT")
        #expect(view.write("V/Hen", "hen") == "ok" && host.read("src/V/Hen") == "hen")
        #expect(view.unlink("V/Mouse") == "EROFS" && host.list("B") == "Cow Mouse")
      }
    }

    @Test("R1: Foo, Bar and Baz nested, whichever comes first (99, 100)")
    func nestedInBothOrders() throws {
      let items = ["src/Foo/Bar/u=u", "T/Cat=cat", "T2/Dog=dog"]
      let links = ["create @/view/Foo/Bar @/T", "create @/view/Foo @/T2"]
      for order in [links, links.reversed()] {
        try withSource(items + ["T2/Bar/"]) { view, host, bindlink in
          for link in order { #expect(bindlink(link) == "ok") }
          #expect(bindlink("create @/view/Foo/Bar/Baz @/T2") == "ok")
          #expect(view.list("Foo") == "Bar Dog" && view.list("Foo/Bar") == "Baz Cat")
          #expect(view.list("Foo/Bar/Baz") == "Bar Dog" && host.list("T") == "Cat")
        }
      }
    }

    @Test("O5: a file over a directory, and a directory over a file (25, 26)")
    func fileOverDirectory() throws {
      try withSource(["src/d/f=1", "src/file=2", "one=file", "dir/g=3"]) { view, _, bindlink in
        #expect(bindlink("create @/view/d @/one") == "ok")
        #expect(bindlink("create @/view/file @/dir") == "ok")
        #expect(view.read("d") == "file" && view.list("file") == "g")
        #expect(bindlink("remove @/view/d") == "ok" && view.list("d") == "f")
        #expect(bindlink("remove @/view/file") == "ok" && view.read("file") == "2")
      }
    }

    @Test("E1: an exception for Baz shows what lay there (79, 80)")
    func exceptionForBaz() throws {
      let items = ["src/Foo/Bar/Cat=c", "src/Foo/Baz/Dog=d", "T/Cow=cow"]
      try withSource(items) { view, host, bindlink in
        #expect(bindlink("create @/view/Foo @/T --except /Baz") == "ok")
        #expect(view.list("Foo") == "Baz Cow" && view.list("Foo/Baz") == "Dog")
        #expect(view.kind("Foo/Bar") == "ENOENT")
        #expect(view.write("Foo/Baz/new", "n") == "ok" && host.read("src/Foo/Baz/new") == "n")
        #expect(host.list("T") == "Cow")
      }
    }

    @Test("C1, C10, R3: a missing backing is refused; one that goes comes back (12, 35, 36)")
    func missingBacking() throws {
      try withSource(["src/V/u=u", "B/f=1"]) { view, host, bindlink in
        #expect(bindlink("create @/view/V @/none").contains("(ENOENT, C1)"))
        #expect(view.list("V") == "u")
        #expect(bindlink("create @/view/V @/B") == "ok")
        host.unlink("B/f")
        host.rmdir("B")
        #expect(view.kind("V") == "ENOENT" && view.list() == "", "the outer view does not show")
        let list = try run([Situation.binary, "list", view.string, "--json"])
        #expect(list.output.contains(#""state": "dangling""#), "\(list)")
        host.make(["B/g=2"])
        #expect(view.list("V") == "g")
      }
    }

    @Test("C5: links go deepest first, or all at once (103)")
    func deepestFirst() throws {
      try withSource(["src/a/b/u=u", "A/b/x=x", "B/y=y"]) { view, _, bindlink in
        #expect(bindlink("create @/view/a @/A") == "ok")
        #expect(bindlink("create @/view/a/b @/B") == "ok")
        #expect(bindlink("remove @/view/a").contains("(EBUSY, C5)"))
        #expect(view.list("a/b") == "y")
        #expect(bindlink("remove @/view/a/b") == "ok" && view.list("a/b") == "x")
        #expect(bindlink("create @/view/a/b @/B") == "ok")
        #expect(bindlink("remove @/view/a --recursive") == "ok" && view.list("a/b") == "u")
      }
    }
  }
}

// The commands that change a mounted view and ask it, as a user calls them.
import Foundation
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct LinkCommandTests {
    private func command(_ host: Place, _ arguments: String...) throws -> Outcome {
      try run(
        [Situation.binary] + arguments.map { $0.replacingOccurrences(of: "@", with: host.string) },
        in: host.string)
    }

    private func expectSuccess(
      _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome)",
        sourceLocation: sourceLocation)
    }

    private func expectFailure(
      _ outcome: Outcome, _ message: String, status: Int32 = 1,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(outcome.status == status, sourceLocation: sourceLocation)
      #expect(outcome.errors == "bindlink: \(message)\n", sourceLocation: sourceLocation)
    }

    private func json(_ outcome: Outcome) throws -> Any {
      try JSONSerialization.jsonObject(
        with: Data(outcome.output.utf8), options: [.fragmentsAllowed])
    }

    @Test(
      "create adds a link with its flags and exceptions (C1, C7, E4)", .shows(.readOnlyLinkLater))
    func create() throws {
      try withView(["b/f=1", "d/a=A", "d/o.o=O", "d/x/secret=S", "list=# one\n/x/secret\n"], "@/b")
      {
        view, host in
        #expect(view.read("l/a") == "ENOENT")
        expectSuccess(
          try command(
            host, "create", "view/l", "d", "--read-only", "--except", "*.o", "--except-from", "list"
          ))
        #expect(view.read("l/a") == "A")
        #expect(view.read("l/o.o") == "ENOENT")
        #expect(view.read("l/x/secret") == "ENOENT")
        #expect(view.write("l/a", "B") == "EROFS")
        expectFailure(
          try command(host, "create", "view/l", "d"),
          "cannot create link /l: /l has a link already (EEXIST, C1)")
        expectFailure(
          try command(host, "create", "view/m", "none"),
          "cannot create link /m: \(host.string)/none does not exist (ENOENT, C1)")
        let orphan = try command(host, "create", "view/no/parent", "d")
        #expect(orphan.status == 1 && orphan.errors.hasSuffix("(ENOENT, C1)\n"), "\(orphan)")
        expectSuccess(try command(host, "create", "view/no/parent", "d", "--parents"))
        #expect(view.read("no/parent/a") == "A")
        let wrong = try command(host, "create", "view/w", "d", "--except", "a[")
        #expect(wrong.status == 64 && wrong.errors.hasSuffix("(EINVAL, E4)\n"), "\(wrong)")
      }
    }

    @Test("replace changes a link as a whole; remove reveals what lay there (C5, C6, P6)")
    func replaceAndRemove() throws {
      try withView(["b/l/own=0", "d/a=A", "e/a=E"], "@/b", "--link", "/l=@/d,read-only") {
        view, host in
        expectSuccess(try command(host, "replace", "view/l", "e"))
        #expect(view.read("l/a") == "E")
        #expect(view.write("l/a", "F") == "ok")
        #expect(host.read("e/a") == "F")
        let none = try command(host, "replace", "view/none", "e")
        #expect(none.status == 1 && none.errors.hasSuffix("(ENOENT, P6)\n"), "\(none)")
        let busy = try command(host, "remove", "view")
        #expect(busy.status == 1 && busy.errors.hasSuffix("(EBUSY, C5)\n"), "\(busy)")
        expectSuccess(try command(host, "remove", "view/l"))
        #expect(view.read("l/own") == "0")
        #expect(view.read("l/a") == "ENOENT")
        expectSuccess(try command(host, "create", "view/l", "d"))
        expectSuccess(try command(host, "remove", "view", "--recursive"))
        #expect(view.list() == "")
      }
    }

    @Test("list --json has the documented keys (C10)")
    func list() throws {
      try withView(["b/l/", "d/a=A", "gone/"], "@/b", "--link", "/l=@/d,read-only") { view, host in
        expectSuccess(try command(host, "create", "view/g", "gone", "--merged", "--except", "/x"))
        host.rmdir("gone")
        let links = try #require(
          try json(try command(host, "list", "view", "--json")) as? [[String: Any]])
        #expect(links.map { $0["virtualPath"] as? String } == ["/", "/g", "/l"])
        #expect(
          links.map { $0["backingPath"] as? String }
            == ["b", "gone", "d"].map { "\(host.string)/\($0)" })
        #expect(links.map { $0["readOnly"] as? Bool } == [false, false, true])
        #expect(links.map { $0["merged"] as? Bool } == [false, true, false])
        #expect(links.map { $0["exceptions"] as? [String] } == [[], ["/x"], []])
        #expect(links.map { $0["kind"] as? String } == ["anchorless", "anchorless", "anchored"])
        #expect(links.map { $0["state"] as? String } == ["live", "dangling", "live"])
        let isWatched = Situation.cache == "auto"
        #expect(
          links.map { $0["cache"] as? String }
            == (isWatched ? ["watched", "never", "watched"] : ["never", "never", "never"]))
        #expect(links.allSatisfy { $0.count == 8 })
        let text = try command(host, "list", "view").output
        #expect(text.contains("/g -> \(host.string)/gone (merged, anchorless, dangling)\n"))
        #expect(text.contains("\n  except /x\n"))
        #expect(try command(host, "list").output.contains(view.string + "\n"))
      }
    }

    @Test("explain --json has the documented keys (C10)")
    func explain() throws {
      try withView(["b/f=1", "b/.env=S"], "@/b", "--except", "**/.env") { view, host in
        let seen = try #require(
          try json(try command(host, "explain", "view/f", "--json")) as? [String: Any])
        #expect(
          seen.keys.sorted() == ["link", "path", "physicalPath", "reason", "rule", "visible"])
        #expect(seen["path"] as? String == "/f")
        #expect(seen["visible"] as? Bool == true)
        #expect(seen["link"] as? String == "/")
        #expect(seen["physicalPath"] as? String == "\(host.string)/b/f")
        #expect(seen["rule"] as? String == "R1")
        let hidden = try #require(
          try json(try command(host, "explain", "view/.env", "--json")) as? [String: Any])
        #expect(hidden["visible"] as? Bool == false)
        #expect(hidden["rule"] as? String == "E4")
        let text = try command(host, "explain", "view/.env").output
        #expect(text.hasPrefix("/.env is excepted by '**/.env'"))
      }
      try withView(["view/f=1"]) { view, host in
        let line = try command(host, "explain", "view/f", "--json").output
        #expect(line.contains(#""link": null"#), "\(line)")
      }
    }

    @Test(
      "apply makes the table what the file says, at once or not at all (C6)",
      .shows(.readOnlyLinkLater))
    func apply() throws {
      try withView(["b/f=1", "d/a=A", "d/.env=S", "e/a=E"], "@/b", "--link", "/old=@/d") {
        view, host in
        host.write(
          "v.yaml",
          """
          links:
            - {virtual: /, backing: b}
            - {virtual: /deep/new, backing: ./d, parents: true, read-only: true}
          except: [.env]
          """)
        expectSuccess(try command(host, "apply", "v.yaml", "view"))
        #expect(view.list() == "deep f")
        #expect(view.list("deep/new") == "a")
        host.write("bad.yaml", "links: [{virtual: /x, backing: e}, {virtual: /y, backing: none}]")
        let outcome = try command(host, "apply", "bad.yaml", "view")
        #expect(outcome.status == 1 && outcome.errors.hasSuffix("(ENOENT, C1)\n"), "\(outcome)")
        host.write("anchor.yaml", "anchor: e")
        let anchor = try command(host, "apply", "anchor.yaml", "view")
        #expect(anchor.status == 1 && anchor.errors.contains("(EINVAL"), "\(anchor)")
        #expect(view.list() == "deep f")
        host.write("only.yaml", "except: []")
        expectSuccess(try command(host, "apply", "only.yaml", "view"))
        #expect(view.list("deep/new") == ".env a")
        let piped = try shell(
          "echo 'links: []' | '\(Situation.binary)' apply - view", in: host.string)
        expectSuccess(piped)
        #expect(view.list() == "")
      }
    }

    @Test("export writes what apply and mount --config accept")
    func export() throws {
      try withView(
        ["b/f=1", "b/.env=S", "d/a=A"], "@/b", "--link", "/p/l=@/d,read-only", "--parents",
        "--except", "**/.env", "--except", "/f"
      ) { view, host in
        let exported = try command(host, "export", "view").output
        host.write("e.yaml", exported)
        expectSuccess(try command(host, "check", "e.yaml"))
        expectSuccess(try command(host, "apply", "e.yaml", "view"))
        #expect(try command(host, "export", "view").output == exported)
        host.mkdir("again")
        expectSuccess(try command(host, "mount", "again", "--config", "e.yaml"))
        defer { _ = try? command(host, "unmount", "again") }
        #expect(try command(host, "export", "again").output == exported)
        #expect(host.list("again") == "p")
      }
    }

    @Test("mount takes a configuration file, and the options add to it")
    func mountConfiguration() throws {
      let text =
        "links: [{virtual: /d/l, backing: ./d}]\nparents: true\nexcept: ['*.o']\nanchor: none"
      try withView(
        ["b/f=1", "d/a=A", "d/o.o=O", "c.yaml=\(text)"], "--config", "@/c.yaml",
        "--link", "/x/y=@/b", "--except", "f"
      ) { view, _ in
        #expect(view.list() == "d x")
        #expect(view.list("d/l") == "a")
        #expect(view.list("x/y") == "")
      }
      try withView(["b/f=1", "d/a=A", "d/o.o=O", "c.yaml=\(text)"], "@/b", "-o", "config=@/c.yaml")
      {
        view, _ in
        #expect(view.list() == "d f")
      }
    }

    @Test("the article's program does what it says")
    func articleProgram() throws {
      let scratch = try Scratch(["project/.env=S", "project/f=1", "notes/today=T", "view/"])
      defer { scratch.remove() }
      let outcome = try run(
        [Situation.exampleProgram] + ["project", "view", "notes"].map { "\(scratch.path)/\($0)" })
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(
        outcome.output == """
          /.env is hidden by E4
          /docs shows \(scratch.path)/notes
          today: T
          / anchorless live
          /docs anchorless live
          EBUSY C5 /

          """)
      #expect(scratch.mounts == [])
    }
  }
}

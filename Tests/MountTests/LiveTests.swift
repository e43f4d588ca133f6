// C5 to C7, R4, E6: the table changes while the view is in use, and while the kernel has cached what it
// can.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct LiveTests {
    /// Without caches, and with everything cached for longer than a test.
    static let caching: [[String]] = [
      [],
      ["-o", "entry_timeout=1000,attr_timeout=1000,negative_timeout=1000,kernel_cache"],
    ]

    /// Looks at everything that a walk can see, and at names that are not there.
    private func warm(_ view: Place, missing: [Path]) {
      for _ in 0..<2 {
        _ = view.tree
        for name in missing { _ = view.kind(name) }
      }
    }

    private func bindlink(
      _ host: Place, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let expanded = arguments.map { $0.replacingOccurrences(of: "@", with: host.string) }
      let outcome = try run([Situation.binary] + expanded)
      #expect(
        outcome.status == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome)",
        sourceLocation: sourceLocation)
    }

    @Test(
      "C7: a link that comes, changes and goes is seen at once", .shows(.readOnlyLinkLater),
      arguments: caching)
    func seenAtOnce(_ options: [String]) throws {
      try withView(
        [
          "src/d/f=outer", "src/d/only=outer", "src/file=outer", "a/f=a", "a/x/y=a", "b/f=b",
          "one=1",
        ],
        ["@/src"] + options
      ) { view, host in
        let missing: [Path] = ["new", "new/f", "d/x", "d/x/y", "file/f"]
        for _ in 0..<3 {
          warm(view, missing: missing)
          try bindlink(host, "create", "@/view/d", "@/a")
          try bindlink(host, "create", "@/view/new", "@/b")
          try bindlink(host, "create", "@/view/file", "@/one")
          #expect(view.list() == "d file new")
          #expect(view.list("d") == "f x" && view.read("d/f") == "a" && view.read("d/x/y") == "a")
          #expect(view.kind("d/only") == "ENOENT")
          #expect(view.read("new/f") == "b" && view.read("file") == "1")
          warm(view, missing: missing)
          try bindlink(host, "replace", "@/view/d", "@/b", "--read-only")
          #expect(view.list("d") == "f" && view.read("d/f") == "b")
          #expect(view.kind("d/x/y") == "ENOENT")
          #expect(view.write("d/f", "no") == "EROFS" && view.write("new/g", "yes") == "ok")
          #expect(view.list("d") == "f g" && view.unlink("new/g") == "ok")
          warm(view, missing: missing)
          try bindlink(host, "remove", "@/view/d")
          try bindlink(host, "remove", "@/view/new")
          try bindlink(host, "remove", "@/view/file")
          #expect(view.list() == "d file" && view.list("d") == "f only")
          #expect(view.read("d/f") == "outer" && view.read("file") == "outer")
          #expect(view.kind("new/f") == "ENOENT")
        }
        #expect(host["src"].tree == host["src"].tree && host.list("src") == "d file")
      }
    }

    @Test("E6: a rule that comes hides what is cached, from every call", arguments: caching)
    func hidesWhatIsCached(_ options: [String]) throws {
      for (_, hiding) in ExceptionTests.hidings {
        let lines = hiding.filter { $0 != "--except" }.flatMap { ["--except", $0] }
        try withView(ExceptionTests.secrets.map { "b/\($0)" }, ["@/b"] + options) { view, host in
          warm(view, missing: ["none"])
          for name: Path in ["secret", "hidden/inner", "f"] {
            _ = view.attribute(name, "user.a")
            _ = view.handle(name)
          }
          let before = host["b"].tree
          let outcome = try run(
            [Situation.binary, "replace", view.string, "\(host.string)/b"] + lines)
          #expect(outcome.status == 0, "\(outcome)")
          for (name, expected, call) in ExceptionTests.calls {
            #expect(call(view) == expected, "\(name) of \(lines)")
          }
          #expect(view.list() == "d f to-secret")
          #expect(host["b"].tree == before)
          warm(view, missing: ["secret", "hidden", "hidden/inner"])
          try bindlink(host, "replace", "@/view", "@/b")
          #expect(view.read("secret") == "top" && view.list("hidden") == "inner")
        }
      }
    }

    @Test(
      "R4: what is open keeps its object; lookups from it follow the table",
      arguments: ViewMode.noOpen ? [[]] : caching)
    func openKeepsItsObject(_ options: [String]) throws {
      try withView(
        ["src/d/f=outer", "src/d/sub/g=outer", "a/f=inner", "a/h=inner", "a/sub/g=inner"],
        ["@/src"] + options
      ) { view, host in
        let file = view.descriptor("d/f", O_RDWR)
        let directory = view.descriptor("d", O_RDONLY | O_DIRECTORY)
        let below = view.descriptor("d/sub", O_RDONLY | O_DIRECTORY)
        defer { for open in [file, directory, below] { _ = px_close(open) } }
        let (here, belowHere) = (
          Place("/proc/self/fd/\(directory)"), Place("/proc/self/fd/\(below)")
        )
        let inode = here.inode("")
        #expect(here.read("f") == "outer" && belowHere.read("g") == "outer")

        try bindlink(host, "create", "@/view/d", "@/a")
        #expect(Place.read(file) == "outer" && Place.write(file, "OUTER") == "ok")
        #expect(host.read("src/d/f") == "OUTER" && view.read("d/f") == "inner")
        #expect(here.inode("") == inode, "the object is what it was")
        #expect(here.read("f") == "inner" && here.read("h") == "inner")
        #expect(belowHere.read("g") == "inner")
        #expect(here.write("new", "n") == "ok" && host.read("a/new") == "n")

        host.unlink("a/sub/g")
        host.rmdir("a/sub")
        #expect(belowHere.read("g") == "ENOENT" && belowHere.write("g", "n") == "ENOENT")

        try bindlink(host, "remove", "@/view/d")
        #expect(here.read("f") == "OUTER" && here.kind("h") == "ENOENT")
        #expect(belowHere.read("g") == "outer" && Place.read(file) == "OUTER")

        try bindlink(host, "create", "@/view/d", "@/a/f")
        #expect(view.read("d") == "inner", "a file stands there")
        #expect(here.kind("f") == "ENOENT" && belowHere.kind("g") == "ENOENT")
      }
    }

    @Test("C5: removal while files are open and somebody works inside", arguments: caching)
    func removalInUse(_ options: [String]) throws {
      try withView(["src/d/", "a/f=a", "a/in/g=g"], ["@/src"] + options) { view, host in
        try bindlink(host, "create", "@/view/l", "@/a")
        try bindlink(host, "create", "@/view/l/in/deep", "@/a")
        let file = view.descriptor("l/f", O_RDWR)
        let directory = view.descriptor("l/in", O_RDONLY | O_DIRECTORY)
        defer { for open in [file, directory] { _ = px_close(open) } }
        let busy = try run([Situation.binary, "remove", "\(view.string)/l"])
        #expect(busy.status == 1 && busy.errors.contains("(EBUSY, C5)"), "\(busy)")
        try bindlink(host, "remove", "@/view/l/in/deep")
        try bindlink(host, "remove", "@/view/l")
        #expect(view.list() == "d" && Place.read(file) == "a")
        #expect(Place.write(file, "A") == "ok" && host.read("a/f") == "A")
        #expect(Place("/proc/self/fd/\(directory)").read("g") == "ENOENT")
        let absent = try run([Situation.binary, "remove", "\(view.string)/l"])
        #expect(absent.status == 1 && absent.errors.contains("(ENOENT, C5)"), "\(absent)")
      }
    }
  }
}

// The table of POSIX cases, compared between a plain directory and views of one (O7).
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized) struct PosixComparisonTests {
    struct Arrangement: Sendable, CustomTestStringConvertible {
      let name: String
      var items: [String] = []
      var arguments: [String] = ["@/src"]
      /// The directory of the view in which the cases run.
      var directory: Path = ""
      var withOtherUsers = false
      /// The cases that come out otherwise.
      var differing: Set<String> = []
      var testDescription: String { name }
    }

    static let arrangements: [Arrangement] =
      [
        Arrangement(name: "a plain view", items: ["src/"]),
        Arrangement(
          name: "a plain view of which nothing is cached", items: ["src/"],
          arguments: ["@/src", "--cache", "never"]),
        Arrangement(
          name: "a plain view that writes back", items: ["src/"],
          arguments: ["@/src", "-o", "writeback", "--cache", "auto"],
          // The kernel moves the times itself, and only if the size is another one; and it knows of no
          // holes in what it has not handed on.
          differing: [
            "size: truncate moves the times", "size: PUNCH_HOLE",
            "data: SEEK_DATA and SEEK_HOLE in a sparse file",
          ]),
        Arrangement(
          name: "inside a nested link", items: ["src/", "outer/a/b/", "inner/"],
          arguments: [
            "@/src", "--link", "/n=@/outer", "--link", "/n/a/b/in=@/inner", "--parents",
          ],
          directory: "n/a/b/in"),
        Arrangement(
          name: "with exceptions loaded", items: ["src/hidden=x", "src/a/b/secret=y"],
          arguments: [
            "@/src", "--except", "/hidden", "--except", "/a/b/secret", "--except", "/a/never",
            "--except", "**/*.hidden-pem", "--except", "node_modules_hidden/", "--except",
            "/a/**/inner-hidden", "--except", "!kept-hidden", "--except", ".env-hidden",
          ]),
        Arrangement(
          name: "a merged root over an empty outer directory", items: ["view/", "src/"],
          arguments: ["--link", "/=@/src,merged"]),
        Arrangement(
          name: "the outer side of a merged root that is read-only", items: ["view/", "src/"],
          arguments: ["--link", "/=@/src,read-only,merged"]),
        Arrangement(
          name: "a directory that is merged from both sides",
          items: ["view/v/d/u=u", "src/d/b=b"], arguments: ["--link", "/v=@/src,merged"],
          directory: "v/d"),
        Arrangement(
          name: "the anchor, without a link", items: ["view/"], arguments: []),
        Arrangement(
          name: "a plain view without opens", items: ["src/"], arguments: ["@/src", "--no-open"]),
        Arrangement(
          name: "with exceptions, without opens", items: ["src/hidden=x"],
          arguments: [
            "@/src", "--no-open", "--except", "/hidden", "--except", "**/*.hidden-pem",
          ]),
        Arrangement(
          name: "a directory that is merged from both sides, without opens",
          items: ["view/v/d/u=u", "src/d/b=b"],
          arguments: ["--no-open", "--link", "/v=@/src,merged"], directory: "v/d"),
        Arrangement(
          name: "without opens, everything cached", items: ["src/"],
          arguments: [
            "@/src", "--no-open", "-o",
            "entry_timeout=1000,attr_timeout=1000,negative_timeout=1000",
          ]),
      ]
      + (Situation.isRoot
        ? [
          Arrangement(
            name: "a plain view without passthrough", items: ["src/"],
            arguments: ["@/src", "-o", "no_passthrough"]),
          Arrangement(
            name: "a plain view for other users, without passthrough", items: ["src/"],
            arguments: ["@/src", "-o", "allow_other,no_passthrough"], withOtherUsers: true),
          Arrangement(
            name: "a plain view for other users", items: ["src/"],
            arguments: ["@/src", "-o", "allow_other,default_permissions"], withOtherUsers: true),
          Arrangement(
            name: "with exceptions, for other users", items: ["src/hidden=x"],
            arguments: [
              "@/src", "-o", "allow_other", "--except", "/hidden", "--except", "**/*.hidden-pem",
            ], withOtherUsers: true),
          Arrangement(
            name: "a plain view for other users, without opens", items: ["src/"],
            arguments: ["@/src", "--no-open", "-o", "allow_other"], withOtherUsers: true),
        ] : [])

    @Test("O7: each POSIX case does what it does in a plain directory", arguments: arrangements)
    func agrees(_ arrangement: Arrangement) throws {
      try withView(["plain/"] + arrangement.items, arrangement.arguments, patience: 300) {
        view, host in
        let place = arrangement.directory.bytes.isEmpty ? view : view[arrangement.directory]
        var compared = 0
        for posixCase in posixCases where posixCase.kernelLimit == nil {
          if posixCase.requirement == .otherUsers, !arrangement.withOtherUsers { continue }
          compared += 1
          let differences = posixCase.differences(
            between: host["plain"].string, and: place.string)
          if arrangement.differing.contains(posixCase.name) {
            #expect(differences != [], "\(posixCase.name)")
          } else {
            #expect(differences == [], "\(posixCase.name)")
          }
        }
        #expect(compared >= 200)
      }
    }
  }
}

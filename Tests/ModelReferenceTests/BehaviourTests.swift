// The reference says what is documented: BEHAVIOURS, by number. U is anchor/v, B is b, V is /v.

import Testing

@Suite struct BehaviourTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let items: String
    let links: String
    /// Each "LINE -> RESULT", in order.
    let lines: [String]

    init(_ what: String, _ items: String, _ links: String, _ lines: String...) {
      (self.what, self.items, self.links, self.lines) = (what, items, links, lines)
    }

    var testDescription: String { what }
  }

  static let cases = [
    Case(
      "1, 2, 28-31: a link where nothing was", "b/f=1 b/d/", "/v=b", "ls / -> v", "ls /v -> d f",
      "append /v/f 2 -> ok", "host cat b/f -> 12", "put /v/new x -> ok", "host cat b/new -> x",
      "rm /v/f -> ok", "host kind b/f -> ENOENT", "mkdir /v/d/e -> ok", "host ls b/d -> e"),
    Case(
      "4, 5: what was there comes back", "anchor/v/Cat=u anchor/v/Dog=u b/Cow=b b/Mouse=b", "",
      "create /v=b -> ok", "ls /v -> Cow Mouse", "remove /v -> ok", "ls /v -> Cat Dog"),
    Case(
      "6, 7, 12-14: what cannot be created", "anchor/file=1 anchor/v/ b/", "",
      "create /none/v=b -> ENOENT", "create /file/v=b -> ENOTDIR", "create /x=none -> ENOENT",
      "create /v=b -> ok", "create /v=none -> ENOENT", "create /v=b -> EEXIST"),
    Case(
      "8-11: parents in a link", "anchor/Foo/Bar/ b/Bar/ c/x=1", "/Foo=b",
      "create /Foo/Bar/Baz=c -> ok", "ls /Foo/Bar/Baz -> x", "remove /Foo -> EBUSY",
      "remove /Foo/Bar/Baz -> ok", "rmdir /Foo/Bar -> ok", "create /Foo/Bar/Baz=c -> ENOENT"),
    Case(
      "23, P6: merged with files", "b/f=1 anchor/v=1 c/", "", "create /x=b/f,merged -> ENOTDIR",
      "create /v=c,merged -> ENOTDIR"),
    Case(
      "24-26: files over directories", "anchor/v/x=1 anchor/w=1 b/f=file c/y=2", "/v=b/f /w=c",
      "kind /v -> file", "cat /v -> file", "kind /w -> directory", "ls /w -> y"),
    Case(
      "35-38: the backing goes and comes", "b/d/ b/f=1", "/v=b/d /w=b/f", "rmdir /v -> ok",
      "kind /v -> ENOENT", "explain /v -> - C10", "ls / -> w", "mkdir /v -> ok", "rm /w -> ok",
      "put /w 2 -> ok", "host cat b/f -> 2", "host kind b/d -> directory"),
    Case(
      "51-53, 67, 68: merged",
      "anchor/v/Cat=u b/Cow=b anchor/v/s/t/u=u b/s/t/b=b anchor/v/x=u b/x=b "
        + "b/f=b anchor/v/f/in=u", "/v=b,merged", "ls /v -> Cat Cow f s x", "ls /v/s/t -> b u",
      "cat /v/x -> b", "cat /v/f -> b", "cat /v/f/in -> ENOTDIR"),
    Case(
      "54-60: changes in merged", "anchor/v/u=u anchor/v/x=u b/x=b", "/v=b,merged",
      "put /v/new n -> ok", "host cat b/new -> n", "append /v/u + -> ok",
      "host cat anchor/v/u -> u+",
      "host kind b/u -> ENOENT", "rm /v/x -> ok", "cat /v/x -> u", "rm /v/x -> ok",
      "kind /v/x -> ENOENT", "rm /v/u -> ok", "ls /v -> new"),
    Case(
      "61, 63, 64: rename in merged", "anchor/v/u=u anchor/v/x=u anchor/v/o=u b/x=b b/y=y",
      "/v=b,merged",
      "mv /v/u /v/new -> ok", "host cat b/new -> u", "mv /v/x /v/z -> ok", "cat /v/x -> u",
      "mv /v/y /v/o -> ok", "host cat anchor/v/o -> u", "cat /v/o -> y"),
    Case(
      "62, 66: what merged refuses", "anchor/v/u=u anchor/v/s/u=u far/s/", "/v=far,merged",
      "mv /v/u /v/new -> EXDEV", "rmdir /v/s -> ENOTEMPTY", "mv /v/s /v/t -> EXDEV",
      "put /v/u x -> EEXIST", "swap /v/u /v/s -> EXDEV"),
    Case(
      "69: M2", "anchor/v/o/ b/", "/v=b,merged", "put /v/o/new n -> ok",
      "host cat anchor/v/o/new -> n"),
    Case(
      "71-73: read-only", "b/f=1 b/d/", "/v=b,read-only /w=b", "append /v/f 2 -> EROFS",
      "put /v/n x -> EROFS", "rm /v/f -> EROFS", "rmdir /v/d -> EROFS", "chmod /v/f -> EROFS",
      "mv /v/f /v/g -> EROFS", "ln /v/f /v/g -> EROFS", "append /w/f 2 -> ok", "cat /v/f -> 12"),
    Case(
      "74-77: read-only and merged", "anchor/v/u=u anchor/v/x=u b/b=b b/x=b",
      "/v=b,read-only,merged",
      "append /v/u + -> ok", "append /v/b + -> EROFS", "put /v/new n -> ok",
      "host cat anchor/v/new -> n", "append /v/x + -> EROFS", "rm /v/x -> EROFS"),
    Case(
      "79-83, 93, 94: exceptions",
      "anchor/v/Baz/Dog=u anchor/v/Bar/ b/Cow=b b/Baz/Other=b b/Bazz=b",
      "/v=b,except:/Baz", "ls /v -> Baz Bazz Cow", "ls /v/Baz -> Dog", "kind /v/Bar -> ENOENT",
      "put /v/Baz/n x -> ok", "host cat anchor/v/Baz/n -> x", "rm /v/Baz/n -> ok",
      "rm /v/Baz/Dog -> ok", "rmdir /v/Baz -> ok", "ls /v -> Bazz Cow", "mkdir /v/Baz -> ok",
      "host kind anchor/v/Baz -> directory"),
    Case(
      "88, 89: deep exceptions", "anchor/v/a/b/c=u b/z=b", "/v=b,except:/a/b/c", "ls /v -> a z",
      "ls /v/a -> b", "cat /v/a/b/c -> u", "put /v/a/n x -> EROFS", "host mkdir b/a -> ok",
      "put /v/a/n x -> ok", "ls /v/a -> b n"),
    Case(
      "90, 91: exceptions of read-only and merged links", "anchor/v/e/u=u b/e/b=b b/f=b",
      "/v=b,read-only,merged,except:/e", "ls /v/e -> u", "append /v/e/u + -> ok",
      "append /v/f + -> EROFS"),
    Case(
      "92: renames into an exception", "anchor/v/e/ b/f=b far/f=b", "/v=b,except:/e /w=far",
      "mv /v/f /v/e/f -> ok", "host cat anchor/v/e/f -> b", "mv /w/f /v/e/g -> EXDEV"),
    Case(
      "95-97: nested", "anchor/Foo/x/y=u b/In/e=T b/f=b c/g=1", "/Foo=b,except:/x,except:/x/y",
      "ls /Foo/x -> y", "create /Foo/In=c,except:/e -> ok", "cat /Foo/In/e -> T",
      "create /Foo/x/new=c -> ok", "ls /Foo/x/new -> g", "ls /Foo/x -> new y"),
    Case(
      "E4, E5: types", "anchor/v/ b/f=1", "/v=b,except:d/", "mkdir /v/d -> ok",
      "host kind anchor/v/d -> directory", "kind /v/d -> directory", "rmdir /v/d -> ok",
      "put /v/d x -> ok", "host cat b/d -> x"),
    Case(
      "E5, E6: hidden", "b/k.pem=1 b/x=1", "/v=b,except:*.pem", "ls /v -> x",
      "cat /v/k.pem -> ENOENT",
      "put /v/k.pem x -> EPERM", "ln /v/x /v/y.pem -> EPERM", "mv /v/x /v/k.pem -> EPERM"),
    Case(
      "99-104, 110: nesting", "b/Cat=1 c/Dog=1 c/Bar=file", "/Foo/Bar=b,parents /Foo=c",
      "ls /Foo -> Bar Dog", "ls /Foo/Bar -> Cat", "host ls c -> Bar Dog", "remove /Foo -> EBUSY",
      "remove /Foo/Bar -> ok", "cat /Foo/Bar -> file", "remove /Foo/none -> ENOENT"),
    Case(
      "111, P4: what must stay", "b/d/ b/x/ c/f=1", "/v=b /v/d/l=c,parents",
      "mv /v/d /v/e -> EBUSY",
      "rmdir /v/d -> EBUSY", "mv /v/d/l /v/e -> EBUSY", "swap /v/x /v/d/l -> EBUSY",
      "mv /v/x /v/y -> ok"),
  ]

  @Test("The reference's answers", arguments: cases)
  func answers(_ item: Case) throws {
    let reference = ScriptedReference(item.items, item.links)
    for line in item.lines {
      let sides = line.split(separator: " -> ", omittingEmptySubsequences: false)
      #expect(reference.run(String(sides[0])) == sides[1], "\(line)")
    }
  }
}

// Where paths with links in them lead: the documented examples, the bounds, and generated cases
// against a second, naive resolver.
import SystemPackage
import Testing

@testable import Bindlink

@Suite struct LinkTargetResolverTests {
  private func step(
    _ style: LinkTargetResolver.Style, _ path: String, at link: String, _ target: String
  ) throws(BindlinkError) -> (modified: String, final: String) {
    let step = try LinkTargetResolver(style: style)
      .step(at: link.utf8, in: path.utf8, target: target.utf8)
    return (String(bytes: step.modifiedPath), String(bytes: step.finalPath))
  }

  @Test("S3: the documented example of an absolute link")
  func absoluteExample() throws {
    let (modified, final) = try step(
      .windows, #"C:\alpha\beta\absLink\gamma\file"#, at: #"C:\alpha\beta\absLink"#,
      #"\\machineB\share"#)
    #expect(modified == #"\\machineB\share\gamma\file"#)
    #expect(final == #"\\machineB\share\gamma\file"#)
  }

  @Test("S3: the documented example of a relative link")
  func relativeExample() throws {
    let (modified, final) = try step(
      .windows, #"C:\alpha\beta\link\gamma\file"#, at: #"C:\alpha\beta\link"#, #"..\..\theta"#)
    #expect(modified == #"C:\alpha\beta\..\..\theta\gamma\file"#)
    #expect(final == #"C:\theta\gamma\file"#)
  }

  @Test(
    "S3: one link in either style",
    arguments: [
      (.posix, "/a/b/l/g/f", "/a/b/l", "../../t", "/a/b/../../t/g/f", "/t/g/f"),
      (.posix, "/a/l/f", "/a/l", "/t", "/t/f", "/t/f"),
      (.posix, "/l/f", "/l", "../../t", "/../../t/f", "/t/f"),
      (.posix, "/a/l", "/a/l", ".", "/a/.", "/a"),
      (.posix, "/a/l", "/a/l", "..", "/a/..", "/"),
      (.posix, "//a/./l//f", "/a/./l", "x//y", "/a/./x/y/f", "/a/x/y/f"),
      (.posix, "/a/l/f", "/a/l", #"..\t"#, #"/a/..\t/f"#, #"/a/..\t/f"#),
      (.windows, #"C:\a\l\f"#, #"C:\a\l"#, #"\Windows"#, #"C:\Windows\f"#, #"C:\Windows\f"#),
      (
        .windows, #"\\s\t\a\l\f"#, #"\\s\t\a\l"#, #"\Windows"#, #"\\s\t\Windows\f"#,
        #"\\s\t\Windows\f"#
      ),
      (.windows, #"c:/a/l/f"#, #"C:\a\l"#, "x/y", #"C:\a\x\y\f"#, #"C:\a\x\y\f"#),
      (.windows, #"C:\a\l"#, #"C:\a\l"#, #"D:\"#, #"D:\"#, #"D:\"#),
      (.windows, #"C:\l\..\f"#, #"C:\l"#, #"x\y"#, #"C:\x\y\..\f"#, #"C:\x\f"#),
    ] as [(LinkTargetResolver.Style, String, String, String, String, String)])
  func oneLink(
    style: LinkTargetResolver.Style, path: String, link: String, target: String, modified: String,
    final: String
  ) throws {
    let step = try step(style, path, at: link, target)
    #expect(step.modified == modified)
    #expect(step.final == final)
  }

  @Test(
    "S3: what one link cannot be",
    arguments: [
      (.windows, #"C:\a\l\f"#, #"C:\a\l"#, #"..\..\t"#, .invalidArgument),
      (.windows, #"\\s\t\l\f"#, #"\\s\t\l"#, #"..\t"#, .invalidArgument),
      (.windows, #"C:\a\l\f"#, #"C:\a\l"#, "C:t", .invalidArgument),
      (.windows, #"\a\l"#, #"\a\l"#, "t", .invalidArgument),
      (.windows, #"C:\a\l"#, #"D:\a\l"#, "t", .invalidArgument),
      (.posix, "a/l", "a/l", "t", .invalidArgument),
      (.posix, "/a/lx/f", "/a/l", "t", .invalidArgument),
      (.posix, "/a/l", "/", "t", .invalidArgument),
      (.posix, "/a/l", "/a/l", "", .noSuchFileOrDirectory),
      (.windows, #"C:\l"#, #"C:\l"#, "", .noSuchFileOrDirectory),
    ] as [(LinkTargetResolver.Style, String, String, String, Errno)])
  func noLink(
    style: LinkTargetResolver.Style, path: String, link: String, target: String, errno: Errno
  ) {
    let error = #expect(throws: BindlinkError.self) {
      try step(style, path, at: link, target)
    }
    #expect(error?.errno == errno && error?.rule == "S3", "\(String(describing: error))")
  }

  /// A chain of links l1 → l2 → … → l(count) → end.
  private func follow(_ style: LinkTargetResolver.Style, chain count: Int) throws(BindlinkError)
    -> LinkTargetResolver.Resolution
  {
    let root = style == .posix ? "/" : #"C:\"#
    return try LinkTargetResolver(style: style).resolve("\(root)l1".utf8) { path in
      let name = String(bytes: path).dropFirst(root.count)
      guard name.first == "l", let number = Int(name.dropFirst()) else { return nil }
      return Array((number == count ? "end" : "l\(number + 1)").utf8)
    }
  }

  @Test(
    "S3: as many links as the style allows, and one more",
    arguments: [(.windows, 63, #"C:\end"#), (.posix, 40, "/end")]
      as [(LinkTargetResolver.Style, Int, String)])
  func bounds(style: LinkTargetResolver.Style, most: Int, end: String) throws {
    let resolution = try follow(style, chain: most)
    #expect(String(bytes: resolution.finalPath) == end)
    #expect(resolution.steps.count == most)
    let error = #expect(throws: BindlinkError.self) { try follow(style, chain: most + 1) }
    #expect(error?.errno == .tooManySymbolicLinkLevels && error?.rule == "S3")
  }

  @Test("S3: loops are ELOOP", arguments: [.windows, .posix] as [LinkTargetResolver.Style])
  func loops(style: LinkTargetResolver.Style) {
    let root = style == .posix ? "/" : #"C:\"#
    for links in [["a": "a"], ["a": "b", "b": "a"], ["a": "a/x"], ["a": "\(root)b/x", "b": "a"]] {
      let error = #expect(throws: BindlinkError.self) {
        try LinkTargetResolver(style: style).resolve("\(root)a/f".utf8) {
          path throws(BindlinkError) in
          links[String(String(bytes: path).dropFirst(root.count))].map { Array($0.utf8) }
        }
      }
      #expect(error?.errno == .tooManySymbolicLinkLevels, "\(links)")
    }
  }

  @Test("S3: '..' behind a link: Windows removes the name, POSIX leaves where the link led")
  func parents() throws {
    func resolve(
      _ style: LinkTargetResolver.Style, _ path: String, _ link: String, _ target: String
    )
      throws -> String
    {
      try String(
        bytes: LinkTargetResolver(style: style).resolve(path.utf8) { asked throws(BindlinkError) in
          String(bytes: asked) == link ? Array(target.utf8) : nil
        }.finalPath)
    }
    #expect(try resolve(.posix, "/a/l/../f", "/a/l", "/x/y") == "/x/f")
    #expect(try resolve(.windows, #"C:\a\l\..\f"#, #"C:\a\l"#, #"C:\x\y"#) == #"C:\a\f"#)
    #expect(try resolve(.posix, "/../../f", "/none", "") == "/f")
    #expect(throws: BindlinkError.self) { try resolve(.windows, #"C:\..\f"#, #"C:\none"#, "") }
  }

  @Test("S3: each step says its link, modified and final path")
  func steps() throws {
    let links = ["/a/l": "../m", "/m": "/n/./o"]
    let resolution = try LinkTargetResolver(style: .posix).resolve("/a/l/f".utf8) {
      path throws(BindlinkError) in links[String(bytes: path)].map { Array($0.utf8) }
    }
    #expect(
      resolution.steps.map { step in
        [step.link, step.target, step.modifiedPath, step.finalPath].map { String(bytes: $0) }
      } == [["/a/l", "../m", "/a/../m/f", "/m/f"], ["/m", "/n/./o", "/n/./o/f", "/n/o/f"]])
    #expect(String(bytes: resolution.finalPath) == "/n/o/f")
  }

  @Test(
    "S3: generated paths and links lead where a naive resolver says",
    arguments: [.windows, .posix] as [LinkTargetResolver.Style], [1, 2, 3] as [UInt64])
  func generated(style: LinkTargetResolver.Style, seed: UInt64) {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let naive = NaiveResolver(isWindows: style == .windows)
    let roots = style == .posix ? ["/"] : [#"C:\"#, #"\\s\t\"#]
    func names(_ count: Int) -> String {
      let choices = ["a", "b", "c", "d", "..", ".", "a", "b"]
      return (0..<count).map { _ in choices[random(choices.count)] }
        .joined(separator: naive.separator)
    }
    var outcomes: [String: Int] = [:]
    for _ in 0..<4_000 {
      var links: [String: String] = [:]
      for _ in 0..<random(4) {
        let place = (0..<1 + random(3)).map { _ in ["a", "b", "c"][random(3)] }
        let target =
          switch random(4) {
          case 0: roots[random(roots.count)] + names(1 + random(3))
          case 1 where style == .windows: #"\"# + names(1 + random(2))
          default: names(1 + random(3))
          }
        links[roots[random(roots.count)] + place.joined(separator: naive.separator)] = target
      }
      let path = roots[random(roots.count)] + names(1 + random(5))
      let outcome: String
      do {
        outcome = try String(
          bytes: LinkTargetResolver(style: style).resolve(path.utf8) {
            asked throws(BindlinkError) in
            links[String(bytes: asked)].map { Array($0.utf8) }
          }.finalPath)
      } catch {
        outcome = error.errno == .tooManySymbolicLinkLevels ? "ELOOP" : "EINVAL"
      }
      #expect(outcome == naive.resolve(path, links), "\(path) \(links)")
      outcomes[outcome.hasPrefix("E") ? outcome : links.isEmpty ? "plain" : "path", default: 0] += 1
    }
    #expect(outcomes["ELOOP", default: 0] > 20 && outcomes["path", default: 0] > 500, "\(outcomes)")
    if style == .windows { #expect(outcomes["EINVAL", default: 0] > 20, "\(outcomes)") }
  }
}

/// By rewriting text, from the beginning again after each link.
private struct NaiveResolver {
  let isWindows: Bool
  var separator: String { isWindows ? #"\"# : "/" }
  private var most: Int { isWindows ? 63 : 40 }

  func resolve(_ path: String, _ links: [String: String]) -> String {
    var path = path
    var count = 0
    while true {
      if isWindows {
        guard let folded = folded(path) else { return "EINVAL" }
        path = folded
      }
      let (root, names) = split(path)
      var followed = false
      // The shortest prefix that is a link once the names before it are carried out.
      for end in names.indices where names[end] != "." && names[end] != ".." {
        let before = folded(root + names[...end].joined(separator: separator))!
        guard let target = links[before] else { continue }
        count += 1
        if count > most { return "ELOOP" }
        let parent = before.components(upTo: separator, root: root)
        let rest = names[(end + 1)...].map { separator + $0 }.joined()
        if isAbsolute(target) {
          path = target + rest
        } else if target.hasPrefix(separator) {
          path = root + target.dropFirst() + rest
        } else {
          path = parent + target + rest
        }
        followed = true
        break
      }
      if !followed { return folded(path) ?? "EINVAL" }
    }
  }

  private func isAbsolute(_ text: String) -> Bool {
    isWindows ? text.hasPrefix(#"C:\"#) || text.hasPrefix(#"\\"#) : text.hasPrefix("/")
  }

  private func split(_ path: String) -> (root: String, names: [String]) {
    let root = isWindows ? (path.hasPrefix("C") ? #"C:\"# : #"\\s\t\"#) : "/"
    return (
      root, path.dropFirst(root.count).split(separator: Character(separator)).map(String.init)
    )
  }

  /// Nil where Windows has no name to remove.
  private func folded(_ path: String) -> String? {
    let (root, names) = split(path)
    var kept: [String] = []
    for name in names where name != "." {
      if name != ".." {
        kept.append(name)
      } else if kept.isEmpty {
        if isWindows { return nil }
      } else {
        kept.removeLast()
      }
    }
    if kept.isEmpty, root.count > 3 { return String(root.dropLast()) }
    return root + kept.joined(separator: separator)
  }
}

extension String {
  /// The directory of the path, with a separator at its end.
  fileprivate func components(upTo separator: String, root: String) -> String {
    guard let last = lastIndex(of: Character(separator)) else { return root }
    return String(self[...last])
  }
}

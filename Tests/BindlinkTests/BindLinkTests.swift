// The text form of `--link`.
import Bindlink
import SystemPackage
import Testing

@Suite struct BindLinkTests {
  @Test(arguments: [
    ("/src=/data", BindLink("/src", backing: "/data")),
    ("/=/data", BindLink("/", backing: "/data")),
    ("/src=data/a b", BindLink("/src", backing: "data/a b")),
    ("/src=~/data", BindLink("/src", backing: "~/data")),
    ("/src=/data,read-only", BindLink("/src", backing: "/data", isReadOnly: true)),
    (
      "/src=/data,merged,read-only",
      BindLink("/src", backing: "/data", isReadOnly: true, isMerged: true)
    ),
    (#"/a\=b=/c\=d"#, BindLink("/a=b", backing: "/c=d")),
    ("/a=/c=d", BindLink("/a", backing: "/c=d")),
    (#"/a\,b=/c\,d,read-only"#, BindLink("/a,b", backing: "/c,d", isReadOnly: true)),
    ("/a,b=/c", BindLink("/a,b", backing: "/c")),
    (#"/a\\=/b\\"#, BindLink(#"/a\"#, backing: #"/b\"#)),
  ])
  func describesALink(text: String, link: BindLink) throws {
    #expect(try BindLink(parsing: text) == link)
  }

  @Test func keepsBytesThatAreNotText() throws {
    let link = try BindLink(parsing: [0x2F, 0xFF, 0x3D, 0x2F, 0xFE])
    #expect(link.virtualPath == FilePath(platformString: [0x2F, -1, 0]))
    #expect(link.backing == FilePath(platformString: [0x2F, -2, 0]))
  }

  @Test(arguments: [
    ("", "has no '='"), ("/src", "has no '='"), (#"/src\=/data"#, "has no '='"),
    ("=/data", "no virtual path"), ("/src=", "no backing"), ("/src=,read-only", "no backing"),
    ("/src=/data,", "'' is not"), ("/src=/data,readonly", "'readonly' is not"),
    (#"/src=/data\x"#, #"a '\' stands"#), (#"/src=/data\"#, #"a '\' stands"#),
    ("/src=/da\0ta", "NUL"),
  ])
  func refusesWhatIsNoLink(text: String, reason: String) {
    let error = #expect(throws: BindlinkError.self) { try BindLink(parsing: text) }
    #expect(error?.why.contains(reason) == true)
    #expect(error?.errno == .invalidArgument)
    #expect(error?.exitStatus == .usage)
  }

  /// Reproducible: the seed is in the test's name.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func anyBytesAreALinkOrRefused(seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func escaped(_ path: FilePath) -> String {
      String(path.string.flatMap { #"=,\"#.contains($0) ? ["\\", $0] : [$0] })
    }
    let pieces = ["=", ",", "\\", "/", "a", "read-only", "merged", "\0", "ä", ".", "\\="]
    var links = 0
    for _ in 0..<20_000 {
      let text = (0..<random(8)).map { _ in pieces[random(pieces.count)] }.joined()
      do throws(BindlinkError) {
        let link = try BindLink(parsing: text)
        links += 1
        let again =
          "\(escaped(link.virtualPath))=\(escaped(link.backing))"
          + (link.isReadOnly ? ",read-only" : "") + (link.isMerged ? ",merged" : "")
        let parsed = try BindLink(parsing: again)
        #expect(parsed == link, "\(text)")
      } catch {
        #expect(error.errno == .invalidArgument && error.exitStatus == .usage, "\(text)")
      }
    }
    #expect(links > 100)
  }
}

// R6: the text of symbolic links.
import BindlinkEngine
import BindlinkMap
import Glibc
import Testing

@Suite struct SymbolicLinkTests {
  private func target(_ path: String, in view: ScratchView) throws -> String {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { unsafe buffer.deallocate() }
    let count = try unsafe view.engine.readSymbolicLink(view.walk(path).node, into: buffer)
    return unsafe String(decoding: buffer[..<count], as: UTF8.self)
  }

  @Test func textIsPassedOnUnlessTheLinkKeepsItInside() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("backing")
    try tree.makeDirectory("backing/a")
    let root = tree.path + "/backing"
    let targets = [
      ("backing/a/file", "\(root)/x/y", "../x/y"),
      ("backing/root", root, "."),
      ("backing/outside", "/etc/passwd", "/etc/passwd"),
      ("backing/neighbour", "\(root)er/x", "\(root)er/x"),
      ("backing/relative", "../../x", "../../x"),
    ]
    for (name, text, _) in targets {
      try #require(unsafe symlink(text, "\(tree.path)/\(name)") == 0)
    }
    let view = try ScratchView(
      tree, links: [("/plain", "backing"), ("/inside", "backing")], keepingInside: ["/inside"],
      parents: true)
    for (name, text, inside) in targets {
      let path = name.dropFirst("backing".count)
      #expect(try target("plain\(path)", in: view) == text)
      #expect(try target("inside\(path)", in: view) == inside)
    }
  }
}

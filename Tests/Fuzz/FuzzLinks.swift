// Fuzzes virtual paths and the table of links (R1, C1, C2). Each line of the input is a link's
// virtual path, the last line is a path to look up. Scripts/sanitize builds it; it is no part of
// the package's build.

import BindlinkMap

private func table(_ links: [Link]) throws(LinkError) -> LinkTable {
  try LinkTable(
    links: links, hasAnchor: true, anchorExceptions: ExceptionList(),
    viewExceptions: ExceptionList())
}

@c(LLVMFuzzerTestOneInput)
public func fuzzLinks(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  var paths: [VirtualPath] = []
  for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
    do throws(LinkError) {
      let path = try VirtualPath(lexical: Array(line))
      let again = try VirtualPath(lexical: path.bytes)
      precondition(path == again, "normal form is stable")
      precondition(
        path.components.allSatisfy {
          !$0.isEmpty && $0 != [UInt8(ascii: ".")] && $0 != Array("..".utf8)
            && !$0.contains(0) && !$0.contains(UInt8(ascii: "/"))
        })
      paths.append(path)
    } catch {
      precondition(error.errno == .invalid, "a bad path is EINVAL")
    }
  }
  guard let asked = paths.popLast() else { return 0 }
  let links = paths.enumerated().map { number, path in
    Link(virtualPath: path, backing: Array("/backing\(number)".utf8))
  }

  do throws(LinkError) {
    let made = try table(links)
    let reversed = try table(links.reversed())
    precondition(made.links == reversed.links, "order never matters")
    precondition(Set(paths).count == paths.count)
    for (number, link) in made.links.enumerated() {
      precondition(made.link(at: link.virtualPath) == Int32(number))
    }
    precondition((made.link(at: asked) != nil) == paths.contains(asked))

    let longest = paths.filter { $0.isPrefix(of: asked) || $0 == asked }
      .max { $0.components.count < $1.components.count }
    let nearest = made.nearestLink(of: asked).map { made.links[Int($0)].virtualPath }
    precondition(nearest == longest)

    let scope = made.scope(of: asked) { _, _ in true }
    let governing = scope.layers.first.map(\.link) ?? Layer.anchor
    precondition((governing == Layer.anchor ? nil : governing) == made.nearestLink(of: asked))
    precondition(
      scope.linkBelow == paths.contains { asked.isPrefix(of: $0) && asked != $0 })
  } catch {
    precondition(error.errno == .exists && Set(paths).count < paths.count)
  }
  return 0
}

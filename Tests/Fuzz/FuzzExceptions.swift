// Fuzzes the parsing and matching of exception lists (E4). The input's last line is a path, all
// before it is the list. Scripts/sanitize builds it; it is no part of the package's build.

import BindlinkMap

private func exclusions(own: ExceptionList, view: ExceptionList, of path: VirtualPath)
  throws -> [Exclusion]
{
  let link = Link(virtualPath: .root, backing: Array("/backing".utf8), exceptions: own)
  let table = try LinkTable(
    links: [link], hasAnchor: false, anchorExceptions: ExceptionList(), viewExceptions: view)
  var scope = table.root
  var found: [Exclusion] = []
  for (index, name) in path.components.enumerated() {
    guard !scope.layers.isEmpty else { break }
    let exclusion = scope.exclusion(of: name.span, layer: 0)
    for isDirectory in [false, true] {
      let rule = scope.rule(excepting: name.span, layer: 0, isDirectory: isDirectory)
      precondition((rule != nil) == exclusion.applies(isDirectory: isDirectory))
    }
    found.append(exclusion)
    if exclusion.applies(isDirectory: true) || index + 1 == path.components.count { break }
    scope = scope.descend(name.span, keeping: Array(scope.layers.indices))
  }
  return found
}

@c(LLVMFuzzerTestOneInput)
public func fuzzExceptions(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  let newline = input.lastIndex(of: UInt8(ascii: "\n")) ?? input.startIndex
  let text = input[..<newline]

  var whole = ExceptionList()
  do throws(LinkError) {
    try whole.append(contentsOf: text)
  } catch {
    precondition(whole.isEmpty, "a refused file adds nothing")
    return 0
  }
  guard let path = try? VirtualPath(lexical: [UInt8(ascii: "/")] + input[newline...].dropFirst())
  else { return 0 }

  let none = ExceptionList()
  do {
    let own = try exclusions(own: whole, view: none, of: path)
    let viewed = try exclusions(own: none, view: whole, of: path)
    precondition(own == viewed, "a list means the same of a link at the root and of the view")

    var twice = whole
    try twice.append(contentsOf: text)
    let repeated = try exclusions(own: twice, view: none, of: path)
    precondition(own == repeated, "the last rule decides, so a list said twice says the same")

    var everything = whole
    try everything.append(line: "*".utf8)
    let all = try exclusions(own: everything, view: none, of: path)
    precondition(all.allSatisfy { $0 == .always })

    var nothing = everything
    try nothing.append(line: "!**".utf8)
    let cleared = try exclusions(own: nothing, view: none, of: path)
    precondition(cleared.count == path.components.count)
    precondition(cleared.allSatisfy { $0 == .never })
  } catch {
    preconditionFailure("an accepted list makes a table: \(error)")
  }
  return 0
}

package import BindlinkControl
package import BindlinkMap

extension Engine {
  package func change(_ changes: [TableChange]) throws(LinkError) {
    var all = Invalidations()
    all.everyEntry = true
    all.nodes = [.root]
    _ = notify(all)
  }
  package func linkStatuses(showingExceptions: Bool) throws(LinkError) -> [LinkStatus] {
    (0..<1000).map {
      LinkStatus(
        link: LinkRequest(
          virtualPath: Array("/link\($0)".utf8), backing: Array("/\(showingExceptions)".utf8)),
        isAnchored: true, isLive: true)
    }
  }
  package func tableRequest() -> TableRequest { TableRequest() }
  package func explain(_ path: [UInt8], showingHidden: Bool) throws(LinkError) -> Explanation {
    Explanation(
      path: path, isVisible: showingHidden, link: nil, physicalPath: nil, rule: "R1", reason: "")
  }
}

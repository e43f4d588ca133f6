// From what a view is asked to be to its first snapshot: an empty table, and a change of it.

internal import BindlinkControl
internal import BindlinkMap
internal import CBindlinkSystem

enum ViewBuilder {
  static func build(_ setup: ViewSetup) throws(LinkError) -> Resolver {
    let host = try host(setup)
    let nothing = try LinkTable(
      links: [], hasAnchor: host.hasAnchor, anchorExceptions: ExceptionList(),
      viewExceptions: ExceptionList())
    var builder = TableBuilder(
      Resolver(
        table: nothing, host: host, numbers: LinkNumbers(), isReadOnly: setup.isReadOnly))
    if let source = setup.source { try builder.add(rootLink(source), .create, nil) }
    for link in setup.links {
      try builder.add(link, .create, LinkDraft.operation("create", link.virtualPath))
    }
    return try builder.build(adding: setup.exceptions)
  }

  /// The mountpoint can be the source, or contain it: what lies there before it is covered (R9).
  private static func rootLink(_ source: [UInt8]) throws(LinkError) -> LinkRequest {
    try HostPath.check(source)
    do throws(Errno) {
      var link = LinkRequest(virtualPath: [HostPath.slash], backing: try HostPath.real(source))
      link.inherited = [.nothing]
      return link
    } catch {
      throw HostPath.refusal(error, source)
    }
  }

  private static func host(_ setup: ViewSetup) throws(LinkError) -> Host {
    let anchor = try openAnchor(setup)
    do throws(Errno) {
      var path = setup.mountpoint
      if case .directory(let directory) = setup.anchor { path = try HostPath.real(directory) }
      return try Host(
        mountpoint: HostPath.components(setup.mountpoint), covered: setup.under, anchor: anchor,
        anchorPath: path, isOneFileSystem: setup.isOneFileSystem, noOpen: setup.noOpen)
    } catch {
      throw LinkError(error, "C1", "/", "cannot be opened")
    }
  }

  private static func openAnchor(_ setup: ViewSetup) throws(LinkError) -> Int32 {
    do throws(Errno) {
      if setup.source != nil { return -1 }
      switch setup.anchor {
      case .none: return -1
      case .underMountpoint: return try System.duplicate(setup.under).release()
      case .directory(let path):
        return unsafe try withName(path) { (text) throws(Errno) -> Int32 in
          try unsafe System.open(
            System.currentDirectory, text, Int32(BL_O_PATH) | System.directory
          ).release()
        }
      }
    } catch {
      guard case .directory(let path) = setup.anchor else {
        throw LinkError(error, "C1", "the mountpoint", "cannot be opened")
      }
      throw HostPath.refusal(error, path).during("use the anchor")
    }
  }
}

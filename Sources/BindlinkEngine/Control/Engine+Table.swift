// The table of a mounted view: changed, written out, listed.

package import BindlinkControl
package import BindlinkMap
internal import CBindlinkSystem

extension Engine {
  /// All or nothing (C6), one at a time. When it returns every new lookup sees the new table (C7).
  package func change(_ changes: [TableChange]) throws(LinkError) {
    try changing.withLock { (_) throws(LinkError) in
      if let next = try TableBuilder.applying(changes, to: resolver) { publish(next) }
    }
  }

  /// The table as `apply` takes it: applied to a view with the same anchor it gives the same table.
  package func tableRequest() -> TableRequest {
    let resolver = resolver
    var request = TableRequest()
    request.anchor = resolver.host.anchor
    request.anchorExceptions = resolver.table.anchorExceptions.lines
    request.viewExceptions = resolver.table.viewExceptions.lines
    request.links = resolver.table.links.map { LinkRequest($0, host: resolver.host) }
    return request
  }

  /// Each link, what its place was before and whether its backing is there (C10).
  package func linkStatuses(showingExceptions: Bool) throws(LinkError) -> [LinkStatus] {
    let view = ViewWalker(resolver)
    var statuses: [LinkStatus] = []
    for link in view.resolver.table.links {
      var request = LinkRequest(link, host: view.resolver.host)
      if !showingExceptions {
        request.exceptions = []
        request.inherited = []
      }
      let path = link.virtualPath
      do throws(Errno) {
        statuses.append(
          LinkStatus(
            link: request, isAnchored: try view.isAnchored(path),
            isLive: try view.isLive(path), cache: cacheRegime(of: link.backing)))
      } catch {
        throw LinkError(error, "C10", path.description, "cannot be looked at")
      }
    }
    return statuses
  }
}

extension Engine {
  /// By what the file system and the limits say: a directory of the backing can be watched.
  private func cacheRegime(of backing: [UInt8]) -> CacheRegime {
    guard policy.watches else {
      if policy.entryTimeout >= CachePolicy.forever { return .always }
      return policy.keepsNothing ? .never : .timed
    }
    guard var object = try? host.open(backing),
      let status = try? System.status(of: object.raw, synchronising: false)
    else { return .never }
    guard let watcher, !watcher.isAtLimit else { return .timed }
    if !status.isDirectory {
      guard let parent = try? host.openParent(of: backing) else { return .timed }
      object = parent.descriptor
    }
    return watcher.isWatchable(object.raw, mount: status.mount_id, device: status.device)
      && watcher.key(of: object.raw) != nil ? .watched : .timed
  }
}

extension ViewWalker {
  fileprivate func isAnchored(_ path: VirtualPath) throws(Errno) -> Bool {
    do throws(Errno) {
      return try outer(path.components) != nil
    } catch {
      guard error.isAbsence || error == .accessDenied else { throw error }
      return false
    }
  }

  fileprivate func isLive(_ path: VirtualPath) throws(Errno) -> Bool {
    guard let number = resolver.table.link(at: path) else { return false }
    do throws(Errno) {
      return try resolver.inspectBacking(number) != nil
    } catch {
      guard error == .accessDenied else { throw error }
      return false
    }
  }
}

extension LinkRequest {
  /// A link as it stands. Where its backing cannot be told from a path of the view, or has exceptions
  /// from there (C3), the inherited lists say that it is physical.
  init(_ link: Link, host: Host) {
    self.init(virtualPath: link.virtualPath.bytes, backing: link.backing)
    isReadOnly = link.isReadOnly
    isMerged = link.isMerged
    createsParents = link.createsParents
    keepsSymbolicLinksInside = link.keepsSymbolicLinksInside
    exceptions = link.exceptions.lines
    inherited = link.inherited.map {
      InheritedRequest(base: HostPath.bytes($0.base), exceptions: $0.list.lines)
    }
    let components = HostPath.components(link.backing)
    if inherited.isEmpty, !host.mountpoint.isEmpty, components.starts(with: host.mountpoint) {
      inherited = [.nothing]
    }
  }
}

extension InheritedRequest {
  /// Says of a link that its backing is physical, though it may look like a path of the view.
  static let nothing = InheritedRequest(base: [HostPath.slash], exceptions: [])
}

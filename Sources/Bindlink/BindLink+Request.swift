// Links and configurations in the words of the control protocol, and back.
internal import BindlinkControl
internal import SystemPackage

extension BindLink {
  /// - Throws: ENOENT, C1, for a backing without a path.
  func request(createsParents: Bool) throws(BindlinkError) -> LinkRequest {
    do {
      var request = LinkRequest(
        virtualPath: virtualPath.bytes, backing: try backing.absolute().bytes)
      request.isReadOnly = isReadOnly
      request.isMerged = isMerged
      request.createsParents = self.createsParents ?? createsParents
      request.keepsSymbolicLinksInside = keepsSymbolicLinksInside
      request.exceptions = exceptions.map(\.bytes)
      request.inherited = inherited.map {
        InheritedRequest(base: $0.base.bytes, exceptions: $0.exceptions.map(\.bytes))
      }
      return request
    } catch {
      throw BindlinkError(
        "cannot create link \(virtualPath)", subject: "'\(backing)'", error, rule: "C1")
    }
  }

  init(_ request: LinkRequest) {
    self.init(
      FilePath(bytes: request.virtualPath), backing: FilePath(bytes: request.backing),
      isReadOnly: request.isReadOnly, isMerged: request.isMerged,
      createsParents: request.createsParents ? true : nil,
      keepsSymbolicLinksInside: request.keepsSymbolicLinksInside,
      exceptions: request.exceptions.map(ExceptionLine.init(bytes:)),
      inherited: request.inherited.map {
        InheritedExceptions(
          base: FilePath(bytes: $0.base), exceptions: $0.exceptions.map(ExceptionLine.init(bytes:)))
      })
  }
}

extension Configuration {
  func request() throws(BindlinkError) -> TableRequest {
    var request = TableRequest()
    if let links {
      var requests: [LinkRequest] = []
      for link in links { requests.append(try link.request(createsParents: createsParents)) }
      request.links = requests
    }
    request.viewExceptions = exceptions?.map(\.bytes)
    request.anchorExceptions = anchorExceptions?.map(\.bytes)
    request.anchor = try anchor?.request()
    return request
  }

  init(_ request: TableRequest) {
    links = request.links?.map(BindLink.init)
    exceptions = request.viewExceptions?.map(ExceptionLine.init(bytes:))
    anchorExceptions = request.anchorExceptions?.map(ExceptionLine.init(bytes:))
    anchor = request.anchor.map(View.Anchor.init)
  }
}

extension View.Anchor {
  func request() throws(BindlinkError) -> AnchorRequest {
    switch self {
    case .none: return .none
    case .underMountpoint: return .underMountpoint
    case .directory(let path):
      do {
        return .directory(try path.absolute().bytes)
      } catch {
        throw BindlinkError("cannot use the anchor '\(path)'", subject: path.string, error)
      }
    }
  }

  init(_ request: AnchorRequest) {
    switch request {
    case .none: self = .none
    case .underMountpoint: self = .underMountpoint
    case .directory(let path): self = .directory(FilePath(bytes: path))
    }
  }
}

extension LinkStatus {
  init(_ status: BindlinkControl.LinkStatus) {
    self.init(
      link: BindLink(status.link), kind: status.isAnchored ? .anchored : .anchorless,
      state: status.isLive ? .live : .dangling, cache: Cache(status.cache))
  }
}

extension LinkStatus.Cache {
  fileprivate init(_ regime: CacheRegime) {
    switch regime {
    case .watched: self = .watched
    case .timed: self = .timed
    case .always: self = .always
    case .never: self = .never
    }
  }
}

extension Explanation {
  init(_ explanation: BindlinkControl.Explanation) {
    self.init(
      path: FilePath(bytes: explanation.path), isVisible: explanation.isVisible,
      link: explanation.link.map { FilePath(bytes: $0) },
      physicalPath: explanation.physicalPath.map { FilePath(bytes: $0) },
      rule: explanation.rule, reason: explanation.reason)
  }
}

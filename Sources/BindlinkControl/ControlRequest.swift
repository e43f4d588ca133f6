// What can be asked of a mounted view, and what it answers.

package import BindlinkMap

package enum ControlRequest: Hashable, Sendable {
  /// Answered by `links`.
  case list
  /// Of a path of the view. Answered by `explanation`.
  case explain([UInt8])
  /// The table as `apply` takes it. Answered by `table`; EPERM to those who may not change it (C9).
  case export
  /// All or nothing (C6). Answered by `changed`; EPERM to those who may not (C9).
  case change([TableChange])
}

package enum TableChange: Hashable, Sendable {
  /// EEXIST if a link stands there (C1).
  case create(LinkRequest)
  /// ENOENT if none does (P6).
  case replace(LinkRequest)
  /// ENOENT if none stands there; EBUSY while others lie below, unless `recursively` (C5).
  case remove([UInt8], recursively: Bool)
  /// What is nil stays.
  case apply(TableRequest)
}

/// A whole table. What is nil is not said.
package struct TableRequest: Hashable, Sendable {
  package var links: [LinkRequest]?
  /// Lines of patterns for every link.
  package var viewExceptions: [[UInt8]]?
  /// Lines of the anchor's own exceptions.
  package var anchorExceptions: [[UInt8]]?
  /// Another one than the mounted one is EINVAL.
  package var anchor: AnchorRequest?

  package init() {}
}

package enum ControlReply: Hashable, Sendable {
  case links([LinkStatus])
  case explanation(Explanation)
  case table(TableRequest)
  case changed
  case refused(LinkError)
}

/// How what the kernel keeps of a backing is kept true.
package enum CacheRegime: UInt8, Sendable {
  /// Changes are watched.
  case watched
  /// They cannot be watched: it is kept for a second.
  case timed
  case always
  case never
}

/// A link as it stands (C10).
package struct LinkStatus: Hashable, Sendable {
  package var link: LinkRequest
  /// The view would show something at the virtual path without the link.
  package var isAnchored: Bool
  /// The backing is there; else the link is dangling.
  package var isLive: Bool
  package var cache: CacheRegime

  package init(link: LinkRequest, isAnchored: Bool, isLive: Bool, cache: CacheRegime) {
    self.cache = cache
    self.link = link
    self.isAnchored = isAnchored
    self.isLive = isLive
  }
}

/// What governs a path, and why (C10).
package struct Explanation: Hashable, Sendable {
  /// The virtual path, canonical (C2).
  package var path: [UInt8]
  package var isVisible: Bool
  /// The governing link's virtual path; nil: the anchor or nobody governs.
  package var link: [UInt8]?
  /// The host's object; nil where there is none, and for hidden paths to those who may not know (C9).
  package var physicalPath: [UInt8]?
  /// The id of the rule that decided, such as "R1" or "E4".
  package var rule: String
  /// In words, to be read after the path: "is excepted by '**/.env' of /src".
  package var reason: String

  package init(
    path: [UInt8], isVisible: Bool, link: [UInt8]?, physicalPath: [UInt8]?, rule: String,
    reason: String
  ) {
    self.path = path
    self.isVisible = isVisible
    self.link = link
    self.physicalPath = physicalPath
    self.rule = rule
    self.reason = reason
  }
}

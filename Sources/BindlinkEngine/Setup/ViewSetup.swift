// What a view is asked to be, before anything of it is checked.

package import BindlinkControl
package import BindlinkMap

package enum ExceptionRequest: Sendable {
  /// A path of the view, with wildcards a pattern of the link that its literal part lies in; not
  /// beginning with "/": a pattern for every link.
  case argument([UInt8])
  /// A line of the view's own list, for every link.
  case line([UInt8])
  /// A line of the anchor's own list.
  case anchorLine([UInt8])
  /// Lines of patterns for every link.
  case file(name: String, content: [UInt8])
}

package struct ViewSetup: Sendable {
  /// Absolute and resolved.
  package var mountpoint: [UInt8]
  /// An O_PATH descriptor of the mountpoint's directory before the view covers it. The engine owns it,
  /// also when it refuses.
  package var under: Int32
  package var anchor: AnchorRequest
  /// The backing of a link at "/".
  package var source: [UInt8]?
  package var links: [LinkRequest] = []
  /// In the order given, which decides (E4).
  package var exceptions: [ExceptionRequest] = []
  package var isReadOnly = false
  /// Other mounts inside of a backing or the anchor are left out (R9).
  package var isOneFileSystem = false
  package var cachePolicy = CachePolicy()
  /// Opens cost no message: no link can be read-only by itself then.
  package var noOpen = false
  /// Processes of other users may enter.
  package var allowsOther = false

  package init(mountpoint: [UInt8], under: Int32, anchor: AnchorRequest, source: [UInt8]?) {
    self.mountpoint = mountpoint
    self.under = under
    self.anchor = anchor
    self.source = source
  }
}

extension Engine {
  /// The engine of a view, checked by C1 to C3; nothing is changed or mounted by it.
  package convenience init(_ setup: ViewSetup) throws(LinkError) {
    let resolver = try ViewBuilder.build(setup)
    do throws(Errno) {
      try self.init(
        resolver: resolver, switchesCredentials: setup.allowsOther && Impersonation.isPossible,
        cachePolicy: setup.cachePolicy)
    } catch {
      let subject = String(decoding: setup.source ?? setup.mountpoint, as: UTF8.self)
      throw LinkError(
        error, "C1", subject, error == .notDirectory ? "is not a directory" : "does not exist")
    }
  }
}

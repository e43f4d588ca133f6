// A link on its way into the table.

internal import BindlinkControl
internal import BindlinkMap

struct LinkDraft {
  enum Purpose {
    /// EEXIST where a link stands.
    case create
    /// ENOENT where none does.
    case replace
    /// Part of a whole table: a link that stands at the place gives way to it.
    case apply
  }

  let request: LinkRequest
  let purpose: Purpose
  /// What is said to fail if it is refused; nil: the mount as a whole.
  let operation: String?
  var link: Link
  /// The backing is a directory.
  var isDirectory = false
  /// C3: the backing lies in the view, at this path of it, not yet resolved.
  var pathInView: [[UInt8]]?
  /// Why there is no backing, until it is known whether the link stands already.
  var refusal: LinkError?
  /// Which of the change's steps makes it.
  var step = 0
  /// The link that stood at the place before the change.
  var predecessor: Link?

  /// EINVAL for what is not well-formed (C1, E2, E4).
  init(_ request: LinkRequest, _ purpose: Purpose, operation: String?) throws(LinkError) {
    self.request = request
    self.purpose = purpose
    self.operation = operation
    link = Link(
      virtualPath: .root, backing: [], isReadOnly: request.isReadOnly, isMerged: request.isMerged,
      createsParents: request.createsParents,
      keepsSymbolicLinksInside: request.keepsSymbolicLinksInside)
    do throws(LinkError) {
      link.virtualPath = try VirtualPath(lexical: request.virtualPath)
      try HostPath.check(request.backing)
      link.exceptions = try ExceptionList(lines: request.exceptions)
      for inherited in request.inherited {
        let list = try ExceptionList(lines: inherited.exceptions)
        let base = try VirtualPath(lexical: inherited.base)
        if !list.isEmpty {
          link.inherited.append(InheritedExceptions(list: list, base: base.components))
        }
      }
    } catch {
      throw refused(error)
    }
  }

  /// The backing is a physical path already, as it stands in a table.
  var isPhysical: Bool { !request.inherited.isEmpty }

  /// The backing is known.
  var isResolved: Bool { pathInView == nil && refusal == nil }

  func refused(_ error: LinkError) -> LinkError {
    operation.map { error.during($0) } ?? error
  }

  static func operation(_ verb: String, _ path: [UInt8]) -> String {
    "\(verb) link \(String(decoding: path, as: UTF8.self))"
  }
}

extension ExceptionList {
  init(lines: [[UInt8]]) throws(LinkError) {
    self.init()
    for line in lines { try append(line: line) }
  }

  /// As they were given, so that the same list comes of them again.
  var lines: [[UInt8]] { rules.map(\.source) }
}

// What can be asked of a mounted view, on the thread of the caller: for callers that have no tasks,
// and as the body of those calls that are made from tasks.
internal import BindlinkControl
package import SystemPackage

/// As `ViewControl`, but each call waits for the view's server on the calling thread, with nothing
/// of Swift's concurrency.
package struct BlockingControl: Sendable {
  private let view: ViewControl

  package init(_ view: ViewControl) { self.view = view }

  package func create(_ link: BindLink) throws(BindlinkError) {
    try change(.create(link.request(createsParents: false)))
  }

  package func replace(_ link: BindLink) throws(BindlinkError) {
    try change(.replace(link.request(createsParents: false)))
  }

  package func remove(_ virtualPath: FilePath, recursively: Bool) throws(BindlinkError) {
    try change(.remove(virtualPath.bytes, recursively: recursively))
  }

  package func apply(_ configuration: Configuration) throws(BindlinkError) {
    try change(.apply(configuration.request()))
  }

  package func links() throws(BindlinkError) -> [LinkStatus] {
    guard case .links(let links) = try view.send(.list) else { throw unexpectedReply }
    return links.map(LinkStatus.init).sorted {
      $0.link.virtualPath.bytes.lexicographicallyPrecedes($1.link.virtualPath.bytes)
    }
  }

  package func explain(_ virtualPath: FilePath) throws(BindlinkError) -> Explanation {
    guard case .explanation(let explanation) = try view.send(.explain(virtualPath.bytes)) else {
      throw unexpectedReply
    }
    return Explanation(explanation)
  }

  package func configuration() throws(BindlinkError) -> Configuration {
    guard case .table(let table) = try view.send(.export) else { throw unexpectedReply }
    return Configuration(table)
  }

  private func change(_ change: TableChange) throws(BindlinkError) {
    guard case .changed = try view.send(.change([change])) else { throw unexpectedReply }
  }

  private var unexpectedReply: BindlinkError {
    BindlinkError("cannot ask the view at \(view.mountpoint)", "its answer is another's", .ioError)
  }
}

// Why a view did not do what it was asked for.

package import BindlinkMap

package enum ControlFailure: Error, Hashable, Sendable {
  /// The view's server refused it by its rules.
  case refused(LinkError)
  /// It could not be asked. To be read as "subject reason".
  case failed(Errno, subject: [UInt8], reason: String)

  /// Of the kernel, or of the server at the kernel's interface.
  init(_ errno: Errno, _ subject: [UInt8]) {
    let reason =
      switch errno {
      case .notTypewriter: "is in no bindlink view"
      case .noEntry: "does not exist"
      case .notDirectory: "is not a directory"
      case .accessDenied: "may not be opened"
      case .loop: "has too many symbolic links"
      case .nameTooLong: "is too long"
      case .invalid: "is not an absolute path"
      case .notConnected: "is a view that nobody serves any more"
      case .again: "is a view whose server is busy with other requests of this kind"
      case .protocolError: "is a view that does not understand the request"
      default: "cannot be asked"
      }
    self = .failed(errno, subject: subject, reason: reason)
  }
}

extension Errno {
  static let notConnected = Errno(rawValue: 107)  // ENOTCONN
  package static let protocolError = Errno(rawValue: 71)  // EPROTO
  package static let protocolNotSupported = Errno(rawValue: 93)  // EPROTONOSUPPORT
  package static let cancelled = Errno(rawValue: 125)  // ECANCELED
}

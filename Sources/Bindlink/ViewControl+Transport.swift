// The way to a view's server: the only place of the library that knows the control client.
internal import BindlinkControl
internal import BindlinkMap
internal import SystemPackage

extension ViewControl {
  /// Waits for the view's server.
  func send(_ request: ControlRequest) throws(BindlinkError) -> ControlReply {
    do throws(ControlFailure) {
      return try ControlClient(view: mountpoint.bytes).call(request)
    } catch {
      throw BindlinkError(request.purpose(at: mountpoint), error)
    }
  }

  static func place(of path: FilePath) throws(BindlinkError) -> ViewPlace {
    let what = "cannot find the view of \(path)"
    let absolute: FilePath
    do {
      absolute = try path.absolute()
    } catch {
      throw BindlinkError(what, subject: "'\(path)'", error)
    }
    do {
      return try ViewPlace(of: absolute.bytes)
    } catch {
      throw BindlinkError(what, error)
    }
  }

  /// Of an absolute path without symbolic links; nil where it is in no view.
  static func placeIfAny(of path: FilePath) throws(BindlinkError) -> ViewPlace? {
    do {
      return try ViewPlace(of: path.bytes)
    } catch .failed(.notTypewriter, _, _) {
      return nil
    } catch {
      throw BindlinkError("cannot find the view of \(path)", error)
    }
  }

  static func mountpoints() throws(BindlinkError) -> [[UInt8]] {
    do {
      return try ViewPlace.all()
    } catch {
      throw BindlinkError(
        "cannot list the views", "the table of mounts cannot be read",
        .init(rawValue: error.rawValue))
    }
  }
}

extension ControlRequest {
  /// What it is for, to be read after "bindlink: ".
  fileprivate func purpose(at mountpoint: FilePath) -> String {
    func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
    switch self {
    case .list: return "cannot list the links of \(mountpoint)"
    case .explain(let path): return "cannot explain \(text(path))"
    case .export: return "cannot export the table of \(mountpoint)"
    case .change(let changes):
      guard changes.count == 1, let change = changes.first else { break }
      switch change {
      case .create(let link): return "cannot create link \(text(link.virtualPath))"
      case .replace(let link): return "cannot replace link \(text(link.virtualPath))"
      case .remove(let path, _): return "cannot remove link \(text(path))"
      case .apply: break
      }
    }
    return "cannot change the table of \(mountpoint)"
  }
}

extension BindlinkError {
  init(_ what: String, _ failure: ControlFailure) {
    switch failure {
    case .refused(let refusal): self.init(what, refusal)
    case .failed(.notTypewriter, let subject, _):
      let subject = String(decoding: subject, as: UTF8.self)
      self.init(
        what, "\(subject) is in no view", .invalidArgument, subject: subject, exitStatus: .failed)
    case .failed(let errno, let subject, let reason):
      let subject = String(decoding: subject, as: UTF8.self)
      self.init(
        what, "\(subject) \(reason)", .init(rawValue: errno.rawValue), subject: subject,
        exitStatus: .failed)
    }
  }
}

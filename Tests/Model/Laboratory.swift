// The place where cases run: directories of the host on one or two file systems, and a mounted view
// of them whose table each case replaces.

import BindlinkControl
import BindlinkMap
import CBindlinkSystem
import Glibc
import ModelReference

struct LaboratoryFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

final class Laboratory {
  let caller: Caller
  /// Of what the host's names at the top are on; one device where there is only one.
  let directories: [String: Int]
  let hasAnchor: Bool
  /// The view is mounted with default_permissions.
  private(set) var kernelChecksModes = false
  private let place: String
  private let farPlace: String
  private let watchdog: Watchdog
  private let anchor: ino_t
  private var server: pid_t = 0

  private let settles: Bool

  init(
    command: String, cache: String, hasAnchor: Bool, options: [String], watchdog: Watchdog
  ) throws {
    settles = cache != "never"
    self.watchdog = watchdog
    self.hasAnchor = hasAnchor
    let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    place = try Self.makeDirectory(in: temporary ?? "/tmp")
    let canBeFar = unsafe access("/dev/shm", W_OK) == 0
    farPlace = try Self.makeDirectory(in: canBeFar ? "/dev/shm" : place)
    caller = Caller(view: place + "/view", host: place + "/host", far: farPlace + "/far")
    var directories = Case.directories
    if try SystemCall.status(place).st_dev == SystemCall.status(farPlace).st_dev {
      directories["far"] = 0
    }
    self.directories = directories
    for path in [caller.view, caller.host, caller.host + "/anchor", caller.far] {
      _ = try SystemCall.checked(unsafe mkdir(path, 0o755))
    }
    anchor = try SystemCall.status(caller.host + "/anchor").st_ino
    let root = hasAnchor ? ["--anchor", caller.host + "/anchor"] : ["--empty"]
    try start([command, "mount", caller.view, "-f", "--cache", cache] + root + options)
    let mounts = try SystemCall.text(ofFile: "/proc/self/mountinfo").split(separator: "\n")
    kernelChecksModes = mounts.contains {
      $0.contains(" \(caller.view) ") && $0.contains("default_permissions")
    }
  }

  private static func makeDirectory(in parent: String) throws -> String {
    var name = Array((parent + "/bindlink-model.XXXXXX").utf8CString)
    guard unsafe mkdtemp(&name) != nil else {
      throw LaboratoryFailure("no directory can be made in \(parent)")
    }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private var isMounted: Bool {
    guard let inside = try? SystemCall.status(caller.view),
      let outside = try? SystemCall.status(place)
    else { return true }
    return inside.st_dev != outside.st_dev
  }

  private func start(_ arguments: [String]) throws {
    server = try Process.start(arguments)
    watchdog.watch(server, view: caller.view)
    for _ in 0..<500 {
      if isMounted { return }
      if waitpid(server, nil, WNOHANG) == server { break }
      usleep(20_000)
    }
    throw LaboratoryFailure("no view was mounted by \(arguments.joined(separator: " "))")
  }

  /// Unmounts and leaves nothing behind.
  func close() throws {
    // Unmounting alone would not end it while somebody's other mount namespace has a copy of the mount.
    _ = kill(server, SIGTERM)
    var status: Int32 = 0
    var left = 500
    while unsafe waitpid(server, &status, WNOHANG) == 0, left > 0 {
      usleep(20_000)
      left -= 1
    }
    if left == 0 {
      _ = kill(server, SIGKILL)
      _ = unsafe waitpid(server, &status, 0)
    }
    if status != 0 { Process.unmount(caller.view) }
    watchdog.forget(server)
    for path in Set([place, farPlace]) {
      clear(path)
      _ = unsafe rmdir(path)
    }
    if left == 0 { throw LaboratoryFailure("the server did not end") }
    if status != 0 { throw LaboratoryFailure("the server ended with \(status)") }
  }

  // MARK: Between cases

  /// The last case may have removed what the view stands on, by the root of a link to it (O2).
  var isWhole: Bool {
    let isSame = (try? SystemCall.status(caller.host + "/anchor").st_ino) == anchor
    return isSame && (try? SystemCall.status(caller.far)) != nil
  }

  /// An empty table and empty directories.
  func reset() throws {
    try change([.apply(TableRequest.nothing)])
    for path in [caller.host, caller.far] { clear(path, keeping: caller.host + "/anchor") }
    for name in directories.keys where name != "far" && name != "anchor" {
      _ = try SystemCall.checked(unsafe mkdir(caller.host + "/" + name, 0o755))
    }
    for path in [caller.far, caller.host + "/anchor"] {
      _ = try SystemCall.checked(unsafe chmod(path, 0o755))
    }
  }

  private func clear(_ path: String, keeping kept: String? = nil) {
    guard let entries = try? SystemCall.list(path) else { return }
    for entry in entries {
      let child = path + "/" + entry.name
      if unsafe unlink(child) == 0 { continue }
      clear(child, keeping: kept)
      if child != kept { _ = unsafe rmdir(child) }
    }
  }

  /// The kernel knows of all that has been done behind the view when this returns.
  func settle() throws {
    guard settles else { return }
    let client = try ControlClient(view: Array(caller.view.utf8))
    _ = try client.call(.list)
  }

  // MARK: The table

  func change(_ changes: [TableChange]) throws {
    let client = try ControlClient(view: Array(caller.view.utf8))
    _ = try client.call(.change(changes))
  }

  func apply(_ table: ReferenceTable) throws { try change([.apply(request(table))]) }

  func explain(_ path: [String]) throws -> Explanation {
    let client = try ControlClient(view: Array(caller.view.utf8))
    let place = Array(("/" + path.joined(separator: "/")).utf8)
    guard case .explanation(let explanation) = try client.call(.explain(place)) else {
      throw LaboratoryFailure("explain is not answered by an explanation")
    }
    return explanation
  }

  func make(_ change: LinkChange) -> Result<Answer, CallFailure> {
    do {
      try self.change([tableChange(change)])
      return .success(.done)
    } catch let error as ControlFailure {
      switch error {
      case .refused(let error): return .failure(CallFailure(errno: error.errno.rawValue))
      case .failed(let errno, _, _): return .failure(CallFailure(errno: errno.rawValue))
      }
    } catch {
      return .failure(CallFailure(errno: EIO))
    }
  }

  private func tableChange(_ change: LinkChange) -> TableChange {
    var link = change.link
    link.virtualPath = change.path
    var request = request(link)
    if let path = change.backingInView {
      request.backing = Array(caller.place(.view, path).utf8)
    }
    switch change.kind {
    case .create: return .create(request)
    case .replace: return .replace(request)
    case .remove: return .remove(request.virtualPath, recursively: false)
    case .removeAll: return .remove(request.virtualPath, recursively: true)
    case .apply: return .apply(self.request(change.table!))
    }
  }

  func request(_ link: ReferenceLink) -> LinkRequest {
    var request = LinkRequest(
      virtualPath: Array(("/" + link.virtualPath.joined(separator: "/")).utf8),
      backing: Array(caller.place(.host, link.backing).utf8))
    request.isReadOnly = link.isReadOnly
    request.isMerged = link.isMerged
    request.createsParents = link.makesParents
    request.exceptions = link.exceptions.map { Array($0.utf8) }
    return request
  }

  func request(_ table: ReferenceTable) -> TableRequest {
    var request = TableRequest()
    request.links = table.links.map(self.request)
    request.viewExceptions = table.viewExceptions.map { Array($0.utf8) }
    request.anchorExceptions = table.anchorExceptions.map { Array($0.utf8) }
    return request
  }
}

extension TableRequest {
  static var nothing: TableRequest {
    var request = TableRequest()
    (request.links, request.viewExceptions, request.anchorExceptions) = ([], [], [])
    return request
  }
}

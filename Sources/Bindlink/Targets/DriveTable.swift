// Which directories of this machine the drives and shares of Windows' paths are (S2).
internal import Glibc
public import SystemPackage

/// The table of drives and shares. `C:` is `/` unless said otherwise; nothing else is there by
/// itself.
///
/// It comes from the variable `BINDLINK_DRIVES`, from `drives:` of a configuration file, or from
/// `set(_:to:)`. A value: whoever makes links or takes paths apart is given one.
public struct DriveTable: Hashable, Sendable {
  private struct Share: Hashable {
    let server: [UInt8]
    let name: [UInt8]

    init(_ server: [UInt8], _ name: [UInt8]) {
      self.server = server.map(WindowsPath.folded)
      self.name = name.map(WindowsPath.folded)
    }
  }

  private var drives: [Character: FilePath] = [:]
  private var shares: [Share: FilePath] = [:]

  /// The table in which `C:` is `/`.
  public init() {}

  /// The table that a text describes: entries `NAME=DIRECTORY` with `;` between them, such as
  /// `C:=/;D:=/mnt/data;\\machineB\share=/srv/share`. A directory has no `;` in it then.
  ///
  /// - Throws: EINVAL, S2, for what is no such text.
  public init(parsing text: some Collection<UInt8>) throws(BindlinkError) {
    for entry in Array(text).split(separator: UInt8(ascii: ";")) {
      merge(try DriveTable(entry: entry))
    }
  }

  /// The table with one entry, `NAME=DIRECTORY`.
  ///
  /// - Throws: EINVAL, S2, for what is no such text.
  public init(entry: some Collection<UInt8>) throws(BindlinkError) {
    let parts = Array(entry).split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw Self.failure(entry, "it has no '=' between the name and the directory")
    }
    if parts[1].contains(0) { throw Self.failure(entry, "it has a NUL") }
    try set(parts[0], to: FilePath(bytes: parts[1]))
  }

  /// The table that `BINDLINK_DRIVES` describes, as `init(parsing:)` reads it.
  ///
  /// - Throws: EINVAL, S2, where the variable is no such text.
  public static func ofEnvironment() throws(BindlinkError) -> DriveTable {
    guard let text = unsafe getenv("BINDLINK_DRIVES") else { return DriveTable() }
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    return try DriveTable(parsing: bytes)
  }

  /// Says what a drive (`D:`) or a share (`\\server\share`) is. Case does not count in these.
  ///
  /// - Throws: EINVAL, S2, for another name, and for a directory that is not absolute.
  public mutating func set(
    _ name: some Collection<UInt8>, to directory: FilePath
  ) throws(BindlinkError) {
    guard directory.isAbsolute else {
      throw Self.failure(name, "'\(directory)' is not absolute")
    }
    let path = try WindowsPath(name)
    guard path.components.isEmpty else {
      throw Self.failure(name, "it is more than a drive or a share")
    }
    switch path.form {
    case .driveRelative(let letter), .driveAbsolute(let letter): drives[letter] = directory
    case .share(let server, let name): shares[Share(server, name)] = directory
    case .relative, .rootRelative: throw Self.failure(name, "it is neither a drive nor a share")
    }
  }

  /// As `set(_:to:)` of the name's bytes.
  public mutating func set(_ name: String, to directory: FilePath) throws(BindlinkError) {
    try set(Array(name.utf8), to: directory)
  }

  /// Takes over what another table says; where both say something, the other one counts.
  public mutating func merge(_ other: DriveTable) {
    drives.merge(other.drives) { $1 }
    shares.merge(other.shares) { $1 }
  }

  /// What has been said, drives first, each in the order of its names. A name is `D:`, or
  /// `\\server\share` in lower case.
  public var entries: [(name: [UInt8], directory: FilePath)] {
    let drives = self.drives.map { (name: Array("\($0.key):".utf8), directory: $0.value) }
    let shares = self.shares.map { share, directory in
      let backslash = [WindowsPath.backslash]
      return (
        name: backslash + backslash + share.server + backslash + share.name, directory: directory
      )
    }
    return [drives, shares].flatMap { list in
      list.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
  }

  /// The directory that a drive is; nil if it is none.
  public func directory(ofDrive letter: Character) -> FilePath? {
    let letter = Character(letter.uppercased())
    return drives[letter] ?? (letter == "C" ? "/" : nil)
  }

  /// The directory that a share is; nil if it is none.
  public func directory(ofServer server: [UInt8], share: [UInt8]) -> FilePath? {
    shares[Share(server, share)]
  }

  /// The directory of the drive that a directory of the host is on: the longest that contains it.
  func directory(ofDriveThatContains path: FilePath) -> FilePath {
    (Array(drives.values) + [directory(ofDrive: "C") ?? "/"])
      .filter { path.starts(with: $0) }.max { $0.components.count < $1.components.count } ?? "/"
  }

  private static func failure(_ name: some Collection<UInt8>, _ why: String) -> BindlinkError {
    let text = String(decoding: Array(name), as: UTF8.self)
    return BindlinkError(
      "cannot use the drive '\(text)'", why, .invalidArgument, rule: "S2", subject: text)
  }
}

// The forms in which Windows writes a path (S2), taken apart. Pure: what a drive or a share is on
// this machine is a matter of the table of drives.

internal import SystemPackage

/// A path as Windows writes it. `/` separates names as well as `\` does.
public struct WindowsPath: Hashable, Sendable {
  /// Where the path starts.
  public enum Form: Hashable, Sendable {
    /// `..\theta`
    case relative
    /// `\Windows\System32`: the root of the drive, or of the view.
    case rootRelative
    /// `C:File.txt`: the current directory of the drive.
    case driveRelative(Character)
    /// `C:\File.txt`; also `\\?\C:\File.txt`. The letter is an upper-case one.
    case driveAbsolute(Character)
    /// `\\server\share\File.txt`; also `\\?\UNC\server\share\File.txt`.
    case share(server: [UInt8], name: [UInt8])
  }

  public let form: Form
  /// The names below the start, `.` and `..` among them; none is empty.
  public let components: [[UInt8]]

  init(form: Form, components: [[UInt8]]) {
    self.form = form
    self.components = components
  }

  /// Whether a text is one of Windows' forms rather than a POSIX path: it does not start with `/`,
  /// and starts with a drive (`C:`) or has a `\`. What has neither means the same in both.
  public static func describes(_ text: some Collection<UInt8>) -> Bool {
    guard text.first != slash else { return false }
    return drive(at: text) != nil || text.contains(backslash)
  }

  /// The path that the text is in Windows' way of writing.
  ///
  /// - Throws: EINVAL, S2, for an empty text, one with a NUL, a share without a server or a name,
  ///   and a path of devices (`\\.\`).
  public init(_ text: some Collection<UInt8>) throws(BindlinkError) {
    let text = Array(text)
    func failure(_ why: String) -> BindlinkError {
      BindlinkError(
        "cannot use the path '\(String(decoding: text, as: UTF8.self))'", why, .invalidArgument,
        rule: "S2", subject: String(decoding: text, as: UTF8.self))
    }
    if text.isEmpty { throw failure("it is empty") }
    if text.contains(0) { throw failure("it has a NUL") }
    var rest = text[...]
    func isPrefix(_ prefix: String) -> Bool {
      let prefix = Array(prefix.utf8)
      return rest.count >= prefix.count
        && zip(rest, prefix).allSatisfy { Self.folded($0) == Self.folded($1) }
    }
    var isShare = false
    if isPrefix(#"\\.\"#) { throw failure("it is a path of devices") }
    if isPrefix(#"\\?\UNC\"#) {
      rest = rest.dropFirst(8)
      isShare = true
    } else if isPrefix(#"\\?\"#) {
      rest = rest.dropFirst(4)
      guard Self.drive(at: rest) != nil else { throw failure("it names no drive and no share") }
    } else if isPrefix(#"\\"#) {
      rest = rest.dropFirst(2)
      isShare = true
    }

    var names = rest.split(whereSeparator: Self.isSeparator).map(Array.init)
    if isShare {
      guard names.count >= 2, rest.first.map(Self.isSeparator) == false else {
        throw failure("it lacks the server or the share")
      }
      form = .share(server: names[0], name: names[1])
      names.removeFirst(2)
    } else if let letter = Self.drive(at: rest) {
      rest = rest.dropFirst(2)
      names = rest.split(whereSeparator: Self.isSeparator).map(Array.init)
      form =
        rest.first.map(Self.isSeparator) == true ? .driveAbsolute(letter) : .driveRelative(letter)
    } else {
      form = rest.first.map(Self.isSeparator) == true ? .rootRelative : .relative
    }
    components = names
  }

  /// Another working directory would give another absolute path, or none.
  var dependsOnWorkingDirectory: Bool {
    switch form {
    case .rootRelative, .driveRelative: true
    case .relative, .driveAbsolute, .share: false
    }
  }

  /// The names with `.` and `..` carried out; nil where there are more `..` than names.
  static func folding(_ components: some Sequence<[UInt8]>) -> [[UInt8]]? {
    var folded: [[UInt8]] = []
    for name in components {
      if name == dot { continue }
      if name == dotDot {
        guard folded.popLast() != nil else { return nil }
      } else {
        folded.append(name)
      }
    }
    return folded
  }

  static let slash = UInt8(ascii: "/")
  static let backslash = UInt8(ascii: "\\")
  static let dot = [UInt8(ascii: ".")]
  static let dotDot = Array("..".utf8)

  static func isSeparator(_ byte: UInt8) -> Bool { byte == slash || byte == backslash }

  /// The letter of `C:` at the beginning, as an upper-case one.
  static func drive(at text: some Collection<UInt8>) -> Character? {
    guard let letter = text.first, text.dropFirst().first == UInt8(ascii: ":") else { return nil }
    let upper = letter & 0xDF
    guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(upper), letter >= 0x41 else {
      return nil
    }
    return Character(Unicode.Scalar(upper))
  }

  /// A to Z in lower case; the names of servers and shares are compared so.
  static func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}

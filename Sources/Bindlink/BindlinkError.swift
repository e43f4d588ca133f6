// What a caller of the library is told when something fails: enough for one line that names the
// operation, the reason, the errno, the rule and, where there is one, the remedy.
internal import CBindlinkSystem
public import SystemPackage

/// A refused or failed operation. Nothing was changed by it.
public struct BindlinkError: Error, Hashable, Sendable {
  /// The classes of failure, by the exit status that the `bindlink` command gives them.
  public enum ExitStatus: Int32, Sendable {
    /// The operation failed.
    case failed = 1
    /// The request itself is wrong; it would fail anywhere.
    case usage = 64
    /// Something that is needed is missing on this machine; `remedy` says what to do.
    case missing = 77
  }

  /// The operation: "cannot create link /src".
  public let what: String
  /// The reason: "/data does not exist".
  public let why: String
  /// The error number of Linux that belongs to the reason.
  public let errno: Errno
  /// The id of the rule in SEMANTICS.md that decided ("C1"), if one did.
  public let rule: String?
  /// The path or the text in question, if there is one: "/data". Also part of `why`.
  public let subject: String?
  /// What to do about it, if something can be done.
  public let remedy: String?
  /// The exit status of a command that fails for this reason.
  public let exitStatus: ExitStatus
  /// What Windows calls the reason.
  public let windowsError: WindowsError

  /// An error whose exit status and Windows code, unless given, follow from `errno`: EINVAL is
  /// wrong usage.
  public init(
    _ what: String, _ why: String, _ errno: Errno, rule: String? = nil, subject: String? = nil,
    remedy: String? = nil, exitStatus: ExitStatus? = nil, windowsError: WindowsError? = nil
  ) {
    self.what = what
    self.why = why
    self.errno = errno
    self.rule = rule
    self.subject = subject
    self.remedy = remedy
    self.exitStatus = exitStatus ?? (errno == .invalidArgument ? .usage : .failed)
    self.windowsError = windowsError ?? WindowsError(errno)
  }

  /// An error of the kernel about the path `subject`.
  init(_ what: String, subject: some StringProtocol, _ errno: Errno, rule: String? = nil) {
    self.init(
      what, "\(subject) \(errno.predicate)", errno, rule: rule, subject: String(subject))
  }
}

extension BindlinkError: CustomStringConvertible {
  /// One line, "WHAT: WHY (ERRNO, RULE)"; control characters of names are escaped.
  public var description: String {
    let reason = remedy.map { "\(why); \($0)" } ?? why
    let identifiers = [errno.name, rule].compactMap { $0 }.joined(separator: ", ")
    return "\(what): \(reason) (\(identifiers))".oneLine
  }
}

extension Errno {
  /// The symbolic name, such as "ENOENT".
  var name: String {
    guard let name = unsafe bindlink_errno_name(rawValue) else { return "errno \(rawValue)" }
    return unsafe String(cString: name)
  }

  /// The reason as a predicate, to be read after the name of a path.
  package var predicate: String {
    switch self {
    case .noSuchFileOrDirectory: "does not exist"
    case .notDirectory: "is not a directory"
    case .isDirectory: "is a directory"
    case .permissionDenied: "cannot be accessed: permission denied"
    case .tooManySymbolicLinkLevels: "has too many symbolic links"
    case .fileNameTooLong: "is too long a name"
    default: "cannot be used: \(description)"
    }
  }
}

extension String {
  /// The text with its control characters escaped, so that it stays one line of a terminal.
  package var oneLine: String {
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.properties.generalCategory == .control {
        line.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      } else {
        line.append(scalar)
      }
    }
    return String(line)
  }
}

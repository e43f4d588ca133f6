// What is wrong with a configuration file, and where.
public import Bindlink
public import SystemPackage

/// Something that is wrong with a configuration file.
public struct ConfigurationProblem: Hashable, Sendable {
  /// The file, as it was named.
  public let file: String
  /// From 1 on.
  public let line: Int
  /// From 1 on, in Unicode scalars.
  public let column: Int
  /// The reason: "there is no key 'lnks'".
  public let reason: String
  /// The error number of Linux that belongs to the reason.
  public let errno: Errno
  /// The id of the rule in SEMANTICS.md that decided, if one did.
  public let rule: String?

  /// "FILE:LINE:COLUMN: REASON (ERRNO, RULE)". The exit status is that of a failed operation.
  public var error: BindlinkError {
    BindlinkError("\(file):\(line):\(column)", reason, errno, rule: rule, exitStatus: .failed)
  }
}

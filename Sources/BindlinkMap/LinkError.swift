// Why a link, an exception or a table was refused.

/// A refusal with what a user needs to mend it: the errno, the rule of SEMANTICS.md that decided,
/// the path or text in question and a short reason ("does not exist", "is not absolute").
package struct LinkError: Error, Hashable, Sendable {
  package let errno: Errno
  /// The id of the rule, such as "C1" or "E2".
  package let rule: String
  /// The offending path or text, as the user gave it.
  package let subject: String
  /// The reason, to be read after the subject: "/a" + " " + "is not absolute".
  package let reason: String
  /// What failed by it, where the thrower knows: "create link /src".
  package var operation: String?

  package init(
    _ errno: Errno, _ rule: String, _ subject: String, _ reason: String, operation: String? = nil
  ) {
    self.errno = errno
    self.rule = rule
    self.subject = subject
    self.reason = reason
    self.operation = operation
  }

  /// The same, as the reason why an operation failed.
  package func during(_ operation: String) -> LinkError {
    LinkError(errno, rule, subject, reason, operation: self.operation ?? operation)
  }
}

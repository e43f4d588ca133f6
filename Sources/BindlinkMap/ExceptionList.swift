// An ordered list of exceptions: a link's own, the anchor's, the view's, or inherited ones (C3).

/// The last rule that matches decides (E4). A path below an excepted directory is excepted,
/// whatever later rules say.
package struct ExceptionList: Hashable, Sendable {
  package private(set) var rules: [ExceptionRule] = []

  package init() {}

  package var isEmpty: Bool { rules.isEmpty }

  /// A line with gitignore's syntax; blank lines and comments add nothing. EINVAL if it cannot be
  /// parsed (E4).
  package mutating func append(line: some Collection<UInt8>) throws(LinkError) {
    if let rule = try ExceptionRule(parsing: line) { rules.append(rule) }
  }

  /// A whole file. If one line is refused, nothing is added.
  package mutating func append(contentsOf file: some Collection<UInt8>) throws(LinkError) {
    var added = self
    var number = 0
    let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = file.starts(with: byteOrderMark) ? file.dropFirst(3) : file.dropFirst(0)
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      do throws(LinkError) {
        try added.append(line: line)
      } catch {
        throw LinkError(
          error.errno, error.rule, error.subject, "\(error.reason) (line \(number))")
      }
    }
    self = added
  }

  /// An exception path, relative to the owner. EINVAL if it is the owner itself or no path (E2).
  package mutating func append(path components: [[UInt8]]) throws(LinkError) {
    func refusal(_ reason: String) -> LinkError {
      let path = VirtualPath(components: components)
      return LinkError(.invalid, "E2", path.description, reason)
    }
    guard !components.isEmpty else { throw refusal("is not below its link") }
    for name in components {
      guard !name.isEmpty, name != [UInt8(ascii: ".")], name != Array("..".utf8) else {
        throw refusal("has a component that is no name")
      }
      guard !name.contains(0), !name.contains(UInt8(ascii: "/")) else {
        throw refusal("has a name with a NUL byte or a slash")
      }
    }
    rules.append(ExceptionRule(path: components))
  }
}

/// Exceptions that governed a backing where it lay in the view (C3). Patterns only: no ways are
/// made for them.
package struct InheritedExceptions: Hashable, Sendable {
  package var list: ExceptionList
  /// From the list's owner to the link's backing: rules are matched against this and the path
  /// below the link.
  package var base: [[UInt8]]

  package init(list: ExceptionList, base: [[UInt8]]) {
    self.list = list
    self.base = base
  }
}

/// Whether a name is excepted, as far as the patterns alone can say: one for directories looks at
/// the backing's type, or at the type being created (E4).
package enum Exclusion: Sendable {
  case never, always, ifDirectory, unlessDirectory

  init(directory: Bool, other: Bool) {
    self =
      switch (directory, other) {
      case (false, false): .never
      case (true, true): .always
      case (true, false): .ifDirectory
      case (false, true): .unlessDirectory
      }
  }

  package func applies(isDirectory: Bool) -> Bool {
    switch self {
    case .never: false
    case .always: true
    case .ifDirectory: isDirectory
    case .unlessDirectory: !isDirectory
    }
  }
}

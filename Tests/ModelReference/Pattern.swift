// gitignore's rules on whole paths (E4), for short patterns and short names.

/// One line of a list.
package struct Pattern: Hashable {
  package let line: String
  package let isNegated: Bool
  package let directoriesOnly: Bool
  /// Each a glob for one name, or "**".
  package let parts: [String]

  package init(_ line: String) {
    self.line = line
    var text = Substring(line)
    isNegated = text.hasPrefix("!")
    if isNegated { text.removeFirst() }
    directoriesOnly = text.hasSuffix("/")
    if directoriesOnly { text.removeLast() }
    var parts = text.split(separator: "/").map(String.init)
    if !text.contains("/") { parts.insert("**", at: 0) }
    // "a/**" is what lies in a, and not a.
    if parts.last == "**" { parts.append("*") }
    self.parts = parts
  }

  /// Says the same of a name at any depth.
  package var isOfNames: Bool { parts.count == 2 && parts[0] == "**" }

  /// An exception path, as opposed to a pattern.
  package var path: [String]? {
    isNegated || isOfNames || parts.contains { $0.contains { "*?[".contains($0) } } ? nil : parts
  }

  package func matches(_ names: [String], isDirectory: Bool) -> Bool {
    (isDirectory || !directoriesOnly) && Self.matches(parts[...], names[...])
  }

  private static func matches(_ parts: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
    guard let part = parts.first else { return names.isEmpty }
    if part == "**" {
      return matches(parts.dropFirst(), names)
        || !names.isEmpty && matches(parts, names.dropFirst())
    }
    guard let name = names.first else { return false }
    return glob(part[...], name[...]) && matches(parts.dropFirst(), names.dropFirst())
  }

  /// Some path strictly below a directory could match.
  package func canMatch(below names: [String]) -> Bool {
    Self.canMatch(parts[...], below: names[...])
  }

  private static func canMatch(
    _ parts: ArraySlice<String>, below names: ArraySlice<String>
  ) -> Bool {
    guard let part = parts.first else { return false }
    guard let name = names.first else { return true }
    if part == "**" {
      return canMatch(parts.dropFirst(), below: names) || canMatch(parts, below: names.dropFirst())
    }
    return glob(part[...], name[...]) && canMatch(parts.dropFirst(), below: names.dropFirst())
  }

  private static func glob(_ pattern: Substring, _ name: Substring) -> Bool {
    guard let token = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch token {
    case "*": return glob(rest, name) || !name.isEmpty && glob(pattern, name.dropFirst())
    case "?": return !name.isEmpty && glob(rest, name.dropFirst())
    case "[":
      // Single characters only, as in "[abc]".
      let end = rest.firstIndex(of: "]")!
      guard let character = name.first, rest[..<end].contains(character) else { return false }
      return glob(rest[rest.index(after: end)...], name.dropFirst())
    default: return name.first == token && glob(rest, name.dropFirst())
    }
  }
}

/// An ordered list, and the path that is put before what is asked of it (C3).
package struct PatternList: Hashable {
  package var patterns: [Pattern]
  package var base: [String] = []

  package init(_ lines: [String], base: [String] = []) {
    patterns = lines.map(Pattern.init)
    self.base = base
  }

  /// The last one that matches decides; nil: the list does not except the path.
  package func pattern(excepting path: [String], isDirectory: Bool) -> Pattern? {
    let last = patterns.last { $0.matches(base + path, isDirectory: isDirectory) }
    return last.flatMap { $0.isNegated ? nil : $0 }
  }
}

// An absolute `--except` argument: a literal path, or a literal part and a pattern below it.

internal import BindlinkMap

struct ExceptionArgument {
  /// An absolute path of the view, escapes removed.
  private(set) var literal: [UInt8] = []
  /// From the first component with a wildcard on, in gitignore's syntax; empty: there is none.
  private(set) var pattern: [UInt8] = []

  private static let slash = UInt8(ascii: "/")
  private static let backslash = UInt8(ascii: "\\")
  private static let special = Set("*?[]\\!#".utf8)

  init(_ text: [UInt8]) throws(LinkError) {
    let components = text.split(separator: Self.slash).map { Array($0) }
    let first = components.firstIndex(where: Self.hasWildcard) ?? components.count
    for component in components[..<first] {
      literal += [Self.slash] + Self.unescaped(component)
    }
    if literal.isEmpty { literal = [Self.slash] }
    pattern = Array(components[first...].joined(separator: [Self.slash]))
    if !pattern.isEmpty, text.last == Self.slash { pattern.append(Self.slash) }
  }

  /// A gitignore line, anchored at a link: a literal part and a pattern below it.
  static func line(_ literal: [[UInt8]], _ pattern: [UInt8]) -> [UInt8] {
    var line: [UInt8] = []
    for name in literal {
      line.append(slash)
      for byte in name {
        if special.contains(byte) || byte == UInt8(ascii: " ") { line.append(backslash) }
        line.append(byte)
      }
    }
    return line + [slash] + pattern
  }

  private static func hasWildcard(_ component: [UInt8]) -> Bool {
    var escaped = false
    for byte in component {
      if escaped {
        escaped = false
      } else if byte == backslash {
        escaped = true
      } else if byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
      {
        return true
      }
    }
    return false
  }

  /// A backslash before a special character makes it literal; any other stands for itself.
  private static func unescaped(_ component: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < component.count {
      if component[index] == backslash, index + 1 < component.count,
        special.contains(component[index + 1])
      {
        index += 1
      }
      result.append(component[index])
      index += 1
    }
    return result
  }
}

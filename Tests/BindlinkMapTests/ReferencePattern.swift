// A gitignore matcher written for clarity, on whole paths and the pattern's text. It shares
// nothing with the map but the rules. It takes exponential time, so patterns are short here.

/// One line, without blanks or comments.
struct ReferencePattern {
  let isNegated: Bool
  let directoriesOnly: Bool
  let isAnchored: Bool
  let body: ArraySlice<UInt8>

  init(_ line: [UInt8]) {
    var text = line[...]
    isNegated = text.first == UInt8(ascii: "!")
    if isNegated { text = text.dropFirst() }
    directoriesOnly = text.last == UInt8(ascii: "/")
    if directoriesOnly { text = text.dropLast() }
    isAnchored = text.contains(UInt8(ascii: "/"))
    if text.first == UInt8(ascii: "/") { text = text.dropFirst() }
    body = text
  }

  func matches(_ components: [[UInt8]], isDirectory: Bool) -> Bool {
    if directoriesOnly && !isDirectory { return false }
    guard isAnchored else { return Self.inComponent(body, components.last![...]) }
    return Self.atComponent(body, Array(components.joined(separator: [UInt8(ascii: "/")]))[...])
  }

  /// Both begin at a component.
  private static func atComponent(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
    if pattern.elementsEqual("**".utf8) { return !path.isEmpty }
    guard pattern.starts(with: "**/".utf8) else { return inComponent(pattern, path) }
    if atComponent(pattern.dropFirst(3), path) { return true }
    guard let slash = path.firstIndex(of: UInt8(ascii: "/")) else { return false }
    return atComponent(pattern, path[(slash + 1)...])
  }

  static func inComponent(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
    guard let token = pattern.first else { return path.isEmpty }
    let rest = pattern.dropFirst()
    switch token {
    case UInt8(ascii: "*"):
      if inComponent(rest, path) { return true }
      guard let byte = path.first, byte != UInt8(ascii: "/") else { return false }
      return inComponent(pattern, path.dropFirst())
    case UInt8(ascii: "/"):
      return path.first == token && atComponent(rest, path.dropFirst())
    case UInt8(ascii: "?"):
      guard let byte = path.first, byte != UInt8(ascii: "/") else { return false }
      return inComponent(rest, path.dropFirst())
    case UInt8(ascii: "["):
      // Classes here are "[abc]" or "[!abc]", without ranges and escapes.
      guard let byte = path.first, byte != UInt8(ascii: "/") else { return false }
      let end = rest.firstIndex(of: UInt8(ascii: "]"))!
      let isInverted = rest.first == UInt8(ascii: "!")
      let isMember = rest[..<end].dropFirst(isInverted ? 1 : 0).contains(byte)
      return isMember != isInverted && inComponent(rest[(end + 1)...], path.dropFirst())
    case UInt8(ascii: "\\"):
      return path.first == rest.first && inComponent(rest.dropFirst(), path.dropFirst())
    default:
      return path.first == token && inComponent(rest, path.dropFirst())
    }
  }

  /// Matches at any depth, so that it says nothing of places.
  var isNameOnly: Bool {
    !isAnchored || parts.drop { $0.elementsEqual("**".utf8) }.count <= 1 && startsAnywhere
  }

  private var startsAnywhere: Bool { parts.first!.elementsEqual("**".utf8) }

  private var parts: [ArraySlice<UInt8>] {
    body.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  }

  /// Whether some path strictly below the directory could match.
  func canMatchBelow(_ directory: [[UInt8]]) -> Bool {
    if isNameOnly { return true }
    func reaches(_ parts: ArraySlice<ArraySlice<UInt8>>, _ names: ArraySlice<[UInt8]>) -> Bool {
      guard let part = parts.first else { return false }
      guard let name = names.first else { return true }
      if part.elementsEqual("**".utf8) {
        return reaches(parts.dropFirst(), names) || reaches(parts, names.dropFirst())
      }
      return Self.inComponent(part, name[...])
        && reaches(parts.dropFirst(), names.dropFirst())
    }
    return reaches(parts[...], directory[...])
  }
}

// One line of an exception list: gitignore's syntax, compiled to components (E4).
//
// Where git silently matches nothing, a rule that was meant to hide something would hide nothing;
// such lines are refused here: an unclosed "[", an unknown class, a lone trailing backslash, "/"
// alone, "!" alone, "/" inside of "[...]", and the components "", "." and "..".
// "x**" is "x*" in any place, as git documents it (its matcher takes "a/x**/b" for more).

/// One line of an exception list, compiled.
package struct ExceptionRule: Hashable, Sendable {
  /// As written.
  package let source: [UInt8]
  /// "!": what it matches is not excepted, unless a later rule says so.
  package let isNegated: Bool
  /// A trailing "/".
  package let directoriesOnly: Bool
  /// Anchored, without wildcards, not negated: an exception path, subject to R8's ways.
  package let isPath: Bool

  enum Component: Hashable, Sendable {
    case literal([UInt8])
    case glob(Glob)
    /// `**`: any number of components, also none. Never the last one, never twice in a row.
    case anyDepth
  }

  /// For a name-only rule the one component that a name has to match, wherever it lies.
  let components: [Component]
  let isNameOnly: Bool

  /// Nil for a blank line or a comment.
  init?(parsing line: some Collection<UInt8>) throws(LinkError) {
    let source = Array(line)
    do throws(PatternFlaw) {
      guard !source.contains(0) else { throw PatternFlaw(reason: "contains a NUL byte") }
      var text = Self.trimmed(source)
      if text.isEmpty || text.first == UInt8(ascii: "#") { return nil }
      isNegated = text.first == UInt8(ascii: "!")
      if isNegated { text.removeFirst() }
      directoriesOnly = text.last == UInt8(ascii: "/")
      if directoriesOnly { text.removeLast() }
      guard !text.isEmpty else { throw PatternFlaw(reason: "names nothing") }
      let hasSlash = text.contains(UInt8(ascii: "/"))
      if text.first == UInt8(ascii: "/") { text.removeFirst() }
      var components: [Component] = []
      for part in Self.split(text) {
        let component = try Component(parsing: part)
        if component == .anyDepth, components.last == .anyDepth { continue }
        components.append(component)
      }
      // "a/**" is all that lies in a, at any depth, and not a itself.
      if components.last == .anyDepth { components.append(.glob(.everything)) }
      isNameOnly = !hasSlash || (components.count == 2 && components[0] == .anyDepth)
      self.components = isNameOnly ? components.suffix(1) : components
    } catch {
      throw LinkError(.invalid, "E4", String(decoding: source, as: UTF8.self), error.reason)
    }
    self.source = source
    isPath =
      !isNegated && !isNameOnly
      && components.allSatisfy { if case .literal = $0 { true } else { false } }
  }

  /// The names are valid: an `ExceptionList` checks them.
  init(path names: [[UInt8]]) {
    source = names.flatMap { [UInt8(ascii: "/")] + Self.escaped($0) }
    isNegated = false
    directoriesOnly = false
    isPath = true
    components = names.map { .literal($0) }
    isNameOnly = false
  }

  /// The path below the owner, for an exception path.
  package var path: [[UInt8]]? {
    guard isPath else { return nil }
    return components.compactMap { if case .literal(let name) = $0 { name } else { nil } }
  }

  /// Without a trailing CR and trailing spaces, unless a backslash stands before them.
  private static func trimmed(_ line: [UInt8]) -> ArraySlice<UInt8> {
    var end = 0
    var index = 0
    while index < line.count {
      switch line[index] {
      case UInt8(ascii: "\\"):
        index += 1
        end = min(index + 1, line.count)
      case UInt8(ascii: " "):
        break
      case UInt8(ascii: "\r") where index == line.count - 1:
        break
      default:
        end = index + 1
      }
      index += 1
    }
    return line[..<end]
  }

  /// At each "/"; an escaped one is one, too.
  private static func split(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      let next = index + 1
      if text[index] == UInt8(ascii: "/") {
        parts.append(text[start..<index])
        start = next
      } else if text[index] == UInt8(ascii: "\\"), next < text.endIndex {
        if text[next] == UInt8(ascii: "/") {
          parts.append(text[start..<index])
          start = next + 1
        }
        index = next
      }
      index += 1
    }
    parts.append(text[start...])
    return parts
  }

  /// The name as a pattern that matches it alone.
  private static func escaped(_ name: [UInt8]) -> [UInt8] {
    name.flatMap { "*?[\\ \r".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
  }
}

// All else follows from the text.
extension ExceptionRule {
  package static func == (left: ExceptionRule, right: ExceptionRule) -> Bool {
    left.source == right.source
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension ExceptionRule.Component {
  init(parsing text: ArraySlice<UInt8>) throws(PatternFlaw) {
    if text.count >= 2, text.allSatisfy({ $0 == UInt8(ascii: "*") }) {
      self = .anyDepth
      return
    }
    let glob = try Glob(parsing: text)
    guard let name = glob.literal else {
      self = .glob(glob)
      return
    }
    guard !name.isEmpty else { throw PatternFlaw(reason: "has an empty component") }
    guard name != [UInt8(ascii: ".")], name != Array("..".utf8) else {
      throw PatternFlaw(reason: "has a component . or .., which no name matches")
    }
    self = .literal(name)
  }
}

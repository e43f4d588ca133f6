// What a node of YAML is, by the core schema of YAML 1.2; Yams' own resolver runs a dozen regular
// expressions on each word.
internal import Yams

/// A place in a text: from 1 on, columns in Unicode scalars.
struct Position: Comparable {
  let line: Int
  let column: Int

  static func < (one: Position, other: Position) -> Bool {
    (one.line, one.column) < (other.line, other.column)
  }
}

extension Position {
  init(_ mark: Mark?) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1) }
}

extension Node {
  var place: Position { Position(mark) }

  /// To be read after "is".
  var kind: String {
    switch self {
    case .sequence: "a list"
    case .mapping: "a set of keys and values"
    case .alias: "an alias"
    case .scalar(let scalar):
      switch Word(scalar) {
      case .null: "empty"
      case .flag: "true or false"
      case .number: "a number"
      case .tagged(let tag): "of the type \(tag)"
      case .text: "a text"
      }
    }
  }

  var isText: Bool {
    if case .scalar(let scalar) = self { Word(scalar) == .text } else { false }
  }

  /// It would be a text in quotation marks.
  var isQuotable: Bool {
    if case .scalar(let scalar) = self { !scalar.string.isEmpty } else { false }
  }

  var flag: Bool? {
    if case .scalar(let scalar) = self, case .flag(let value) = Word(scalar) { value } else { nil }
  }
}

private enum Word: Equatable {
  case null, number, text
  case flag(Bool)
  case tagged(String)

  init(_ scalar: Node.Scalar) {
    let tag = scalar.tag.rawValue
    guard tag.isEmpty || tag == Tag.Name.implicit.rawValue || tag == Tag.Name.str.rawValue else {
      self = .tagged(tag)
      return
    }
    guard scalar.style == .plain, tag != Tag.Name.str.rawValue else {
      self = .text
      return
    }
    switch scalar.string {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .flag(true)
    case "false", "False", "FALSE": self = .flag(false)
    case let word: self = Self.isNumber(word) ? .number : .text
    }
  }

  private static func isNumber(_ word: String) -> Bool {
    let first = word.utf8.first { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }
    guard let first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= first || first == UInt8(ascii: ".")
    else { return false }
    if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(where: word.hasSuffix) {
      return word.utf8.count <= 5
    }
    if word.hasPrefix("0x") { return UInt(word.dropFirst(2), radix: 16) != nil }
    if word.hasPrefix("0o") { return UInt(word.dropFirst(2), radix: 8) != nil }
    return Double(word) != nil
  }
}

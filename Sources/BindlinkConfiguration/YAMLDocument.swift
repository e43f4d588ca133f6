// From bytes to YAML's nodes. Yams stops at the first duplicate key and tells where the other one
// is; here each is reported where it stands, and the rest is read on.
internal import Yams

struct YAMLDocument {
  struct Failure: Error {
    let place: Position
    let reason: String
  }

  /// Nil: the document is empty, or cannot be parsed.
  private(set) var root: Node?
  private(set) var failures: [Failure] = []
  /// Stands for the first character of a key that is a duplicate, and is reported as one already.
  private var marker: Unicode.Scalar = "\u{F0000}"

  /// Whether the key is a duplicate of another.
  func isReported(_ key: String) -> Bool { key.unicodeScalars.first == marker }

  init(_ content: [UInt8]) {
    guard let text = String(validating: content, as: UTF8.self) else {
      let valid = String(decoding: Self.validPrefix(content), as: UTF8.self)
      failures.append(Failure(place: Self.end(of: valid), reason: "this is not UTF-8"))
      return
    }
    var scalars = Array(text.unicodeScalars)
    while scalars.contains(marker) { marker = Unicode.Scalar(marker.value + 1)! }
    while true {
      do {
        root = try Self.parse(scalars)
        return
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let key = keys.first ?? ""
        guard let index = locateDuplicate(of: key, after: Position(context.mark), in: scalars)
        else {
          failures.append(Failure(place: Position(context.mark), reason: "this key stands twice"))
          return
        }
        failures.append(
          Failure(
            place: Self.position(of: index, in: scalars),
            reason: "the key '\(key)' stands twice, first in line \(context.mark.line)"))
        scalars[index] = marker
      } catch {
        failures.append(Self.failure(error, in: text))
        return
      }
    }
  }

  /// Without a resolver's regular expressions: what a plain word stands for is decided by its
  /// reader, which knows what it wants.
  private static func parse(_ scalars: [Unicode.Scalar]) throws -> Node? {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return try Parser(yaml: String(text), resolver: .basic, encoding: .utf8).singleRoot()
  }

  /// The later key of that name in a mapping, whose first is at `first`: the place whose change lets
  /// the mapping pass.
  private func locateDuplicate(
    of key: String, after first: Position, in scalars: [Unicode.Scalar]
  ) -> Int? {
    let name = Array(key.unicodeScalars)
    guard !name.isEmpty else { return nil }
    var trial = scalars
    var index = Self.index(of: first, in: scalars) + name.count
    while index + name.count <= scalars.count {
      if scalars[index...].starts(with: name) {
        trial[index] = marker
        do {
          _ = try Self.parse(trial)
          return index
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
          if keys.first != key || Position(context.mark) != first { return index }
        } catch {
          trial[index] = scalars[index]
        }
        index += name.count
      } else {
        index += 1
      }
    }
    return nil
  }

  // MARK: Places

  private static func index(of position: Position, in scalars: [Unicode.Scalar]) -> Int {
    var line = 1
    var index = 0
    while line < position.line, index < scalars.count {
      if isBreak(at: index, in: scalars) { line += 1 }
      index += 1
    }
    return min(index + position.column - 1, scalars.count)
  }

  private static func position(of place: Int, in scalars: [Unicode.Scalar]) -> Position {
    var line = 1
    var start = 0
    for index in 0..<place where isBreak(at: index, in: scalars) {
      line += 1
      start = index + 1
    }
    return Position(line: line, column: place - start + 1)
  }

  /// The last character of one of YAML's line breaks.
  private static func isBreak(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    switch scalars[index] {
    case "\n", "\u{85}", "\u{2028}", "\u{2029}": true
    case "\r": index + 1 == scalars.count || scalars[index + 1] != "\n"
    default: false
    }
  }

  private static func end(of text: String) -> Position {
    let scalars = Array(text.unicodeScalars)
    return position(of: scalars.count, in: scalars)
  }

  private static func validPrefix(_ content: [UInt8]) -> ArraySlice<UInt8> {
    var decoder = UTF8()
    var bytes = content.makeIterator()
    var count = 0
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      count += UTF8.width(scalar)
    }
    return content[..<count]
  }

  private static func failure(_ error: any Error, in text: String) -> Failure {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let surroundings =
        context.map { "\($0.text) (line \($0.mark.line), column \($0.mark.column)): " } ?? ""
      return Failure(place: Position(mark), reason: "this is no YAML: \(surroundings)\(problem)")
    case .reader(let problem, let offset, _, _):
      let prefix = text.prefix(offset ?? 0)
      return Failure(
        place: end(of: String(prefix)), reason: "this is no YAML: \(problem)")
    default:
      return Failure(place: Position(line: 1, column: 1), reason: "this is no YAML: \(error)")
    }
  }
}

// Counts, and compares with the limits.
import BindlinkEngine
import BindlinkFuse
import CAllocationCount
import Glibc

/// Arguments: the file of limits, a directory to work in, and optionally how many requests to send of
/// the only kind to send (for a profiler).
struct Measurement {
  private let words: [String]
  private static let requests = 1000

  init(_ words: [String]) { self.words = words }

  /// The exit status: 0 if all kinds keep to their limits and every limit is needed, else 1.
  func run() -> Int32 {
    do {
      let (limits, place) = (try Self.limits(words[0]), words[1])
      let (source, under) = ("\(place)/source", "\(place)/under")
      for directory in [source, under, "\(source)/new"] {
        guard unsafe mkdir(directory, 0o700) == 0 else { throw Failure("mkdir \(directory)") }
      }
      let connection = try Connection(showing: source, under: under)
      let known = try Known(connection, in: source)
      if words.count > 3, let kind = RequestKind(rawValue: words[2]), let count = Int(words[3]) {
        try kind.send(count, to: known, by: connection)
        return 0
      }
      return try compare(limits, known, connection)
    } catch {
      print("request-costs: \((error as? Failure)?.text ?? "\(error)")")
      return 1
    }
  }

  private func compare(
    _ limits: [String: Double], _ known: Known, _ connection: Connection
  ) throws -> Int32 {
    var passed = 0
    var failed = 0
    for kind in RequestKind.allCases {
      try kind.send(Self.requests / 10, to: known, by: connection)
      try settle(connection)
      let before = allocation_count()
      try kind.send(Self.requests, to: known, by: connection)
      try settle(connection)
      // What the server does once for many requests, and settling itself, is less than a tenth.
      let all = Double(allocation_count() - before)
      let count = (all / Double(Self.requests) * 10).rounded(.down) / 10
      let limit = limits[kind.rawValue]
      let verdict =
        switch limit {
        case nil: "has no limit"
        case let limit? where count > limit: "is above its limit, \(limit)"
        case let limit? where count < limit: "lower its limit, \(limit)"
        default: ""
        }
      print("  \(kind.rawValue): \(count) allocations\(verdict.isEmpty ? "" : ": \(verdict)")")
      if verdict.isEmpty { passed += 1 } else { failed += 1 }
    }
    let kinds = Set(RequestKind.allCases.map(\.rawValue))
    for name in limits.keys.sorted() where !kinds.contains(name) {
      print("  \(name): is no kind of request")
      failed += 1
    }
    print("request-costs: \(passed) passed, \(failed) failed")
    return failed == 0 ? 0 : 1
  }

  /// The server is done with all that was sent, also with what has no answer.
  private func settle(_ connection: Connection) throws {
    for _ in 0..<2 { try connection.call(17, node: 1, Bytes()) }
  }

  /// A line is a name, a number and the reason; "#" begins a comment.
  private static func limits(_ path: String) throws -> [String: Double] {
    guard let file = unsafe fopen(path, "r") else { throw Failure("cannot read \(path)") }
    defer { unsafe fclose(file) }
    var limits: [String: Double] = [:]
    var line = [CChar](repeating: 0, count: 512)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let words = text.split { $0 == " " || $0 == "\n" }
      guard let name = words.first, !name.hasPrefix("#") else { continue }
      guard words.count > 1, let limit = Double(words[1]) else {
        throw Failure("in \(path): \(text)")
      }
      limits[String(name)] = limit
    }
    return limits
  }
}

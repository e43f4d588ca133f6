// The map against the reference, on generated tables and paths.

import BindlinkMap
import Testing

@Suite struct GeneratedTableTests {
  static let batches = 8
  static let tablesPerBatch = 30
  static let comparisonsPerBatch = 25_000

  @Test("R1, R8, E4, E6: tables resolve as the reference says", arguments: 0..<batches)
  func agreesWithTheReference(batch: Int) throws {
    var comparisons = 0
    for number in 0..<Self.tablesPerBatch {
      let seed = UInt64(batch * Self.tablesPerBatch + number)
      var comparison = try TableComparison(seed: seed)
      try comparison.run()
      comparisons += comparison.count
    }
    #expect(comparisons >= Self.comparisonsPerBatch)
  }
}

/// One generated table, compared at random directories. Issues name the seed.
private struct TableComparison {
  let seed: UInt64
  var random: SeededGenerator
  let generated: GeneratedTable
  var count = 0

  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    generated = try GeneratedTable(&random)
  }

  mutating func run() throws {
    var scopes: [(directory: [[UInt8]], scope: Scope)] = []
    for _ in 0..<25 {
      let directory = generated.directory(&random)
      let scope = generated.table.scope(of: VirtualPath(components: directory)) {
        isDirectory($0, $1.components)
      }
      let layers = compareLayers(of: scope, at: directory)
      compareNames(of: scope, layers, at: directory)
      compareBelow(of: scope, layers, at: directory)
      scopes.append((directory, scope))
    }
    compareHiding(scopes)
  }

  /// A fixed, arbitrary type for each path of each layer.
  private func isDirectory(_ link: Int32, _ path: [[UInt8]]) -> Bool {
    var hash = seed &* 31 &+ UInt64(truncatingIfNeeded: Int(link))
    for byte in path.joined(separator: [0]) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash >> 40 & 3 != 0
  }

  private mutating func expect<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: String, at path: [[UInt8]]
  ) {
    count += 1
    guard actual != expected else { return }
    let links = generated.table.links.map {
      "\($0.virtualPath)\($0.isMerged ? " merged" : "") \(text($0.exceptions))"
        + $0.inherited.map { " inherits \(joined([$0.base])) \(text($0.list))" }.joined()
    }
    Issue.record(
      """
      seed \(seed): \(what) at \(VirtualPath(components: path)) is \(actual), not \(expected)
      links \(links), anchor \(generated.anchor.map { text($0) } ?? "none"), \
      view \(text(generated.view))
      """)
  }

  private func text(_ list: ExceptionList) -> String {
    "\(list.rules.map { String(decoding: $0.source, as: UTF8.self) })"
  }

  /// The reference's candidates that the map kept, after checking that it was right to drop the
  /// others.
  private mutating func compareLayers(
    of scope: Scope, at directory: [[UInt8]]
  ) -> [ReferenceLayer] {
    let candidates = generated.reference.candidates(at: directory) { isDirectory($0, $1) }
    let kept = Array(candidates.prefix(scope.layers.count))
    expect(scope.layers.map(\.link), kept.map(\.link), "layers", at: directory)
    expect(
      scope.layers.map(\.depth), kept.map(\.root.count), "depths of layers", at: directory)
    if candidates.count > kept.count, let last = kept.last {
      expect(last.isMerged, false, "last layer's merging", at: directory)
      expect(excepts(last, below: directory), false, "last layer's rest", at: directory)
    } else {
      expect(kept.count, candidates.count, "number of layers", at: directory)
    }
    return kept
  }

  /// Whether the layer excepts any of some random paths below the directory.
  private mutating func excepts(_ layer: ReferenceLayer, below directory: [[UInt8]]) -> Bool {
    (0..<12).contains { _ in
      let path = directory + GeneratedTable.path(1...3, &random)
      return (directory.count..<path.count).contains { length in
        let ancestor = Array(path.prefix(length + 1))
        return [true, false].contains { layer.matches(ancestor, isDirectory: $0) }
      }
    }
  }

  private mutating func compareNames(
    of scope: Scope, _ layers: [ReferenceLayer], at directory: [[UInt8]]
  ) {
    let ways = layers.flatMap(\.ways)
    var expectedNames: Set<[UInt8]> = []
    for name in GeneratedTable.names {
      let path = directory + [name]
      var kept: [Int] = []
      for (index, layer) in layers.enumerated() where index < scope.layers.count {
        let exclusion = scope.exclusion(of: name.span, layer: index)
        for type in [true, false] {
          let expected = layer.matches(path, isDirectory: type)
          expect(
            exclusion.applies(isDirectory: type), expected, "exclusion, layer \(index)", at: path)
          let rule = scope.rule(excepting: name.span, layer: index, isDirectory: type)
          expect(rule != nil, expected, "excepting rule, layer \(index)", at: path)
        }
        if !exclusion.applies(isDirectory: true) { kept.append(index) }
      }
      let child = scope.child(name.span)
      let link = generated.reference.links.firstIndex(of: path).map { Int32($0) }
      expect(child.link, link, "link", at: path)
      expect(
        child.leadsToLink, generated.reference.hasLink(strictlyBelow: path), "way to a link",
        at: path)
      expect(
        child.leadsToException, ways.contains { $0.count > path.count && $0.starts(with: path) },
        "way to an exception", at: path)
      expect(child.isException, ways.contains(path), "exception path", at: path)
      if !child.words.isEmpty { expectedNames.insert(name) }
      if scope.isUniform {
        expect(child.words, [], "uniform child", at: path)
        if kept.count == layers.count {
          expect(
            scope.descend(name.span, keeping: kept) === scope, true, "uniform scope", at: path)
        }
      }
    }
    expect(Set(scope.names()), expectedNames, "names", at: directory)
  }

  private mutating func compareBelow(
    of scope: Scope, _ layers: [ReferenceLayer], at directory: [[UInt8]]
  ) {
    let count = directory.count
    expect(
      scope.patternsReachBelow,
      layers.contains { layer in
        layer.lists.contains { $0.hasPatterns(below: layer.relative(directory)) }
      }, "reach of patterns", at: directory)
    let roots = generated.reference.links.filter { $0.count > count && $0.starts(with: directory) }
    expect(scope.linkBelow, !roots.isEmpty, "link below", at: directory)
    expect(
      Set(scope.linkRootsBelow()), Set(roots.map { Array($0.dropFirst(count)) }),
      "link roots below", at: directory)
    let ways = layers.flatMap(\.ways).filter { $0.count > count && $0.starts(with: directory) }
    expect(
      Set(scope.exceptionPathsBelow()), Set(ways.map { Array($0.dropFirst(count)) }),
      "exception paths below", at: directory)
    let isAlive = layers.contains { layer in
      layer.lists.contains { $0.isAlive(below: layer.relative(directory)) }
    }
    expect(
      scope.isScoped, isAlive || !roots.isEmpty || !ways.isEmpty || layers.count > 1, "scoped",
      at: directory)
    if !scope.isScoped, let layer = layers.first {
      expect(excepts(layer, below: directory), false, "unscoped directory's rest", at: directory)
    }
  }

  /// E6: between two directories that hide alike, with nothing but name-only rules alive, a name
  /// is hidden in both or in neither.
  private mutating func compareHiding(_ scopes: [(directory: [[UInt8]], scope: Scope)]) {
    let plain = scopes.filter { entry in
      !entry.scope.patternsReachBelow && entry.scope.exceptionPathsBelow().isEmpty
        && !entry.scope.layers.isEmpty
    }
    for (first, second) in zip(plain, plain.dropFirst())
    where first.scope.hidesLike(second.scope) {
      for name in GeneratedTable.names {
        expect(
          second.scope.exclusion(of: name.span, layer: 0),
          first.scope.exclusion(of: name.span, layer: 0),
          "exclusion as in \(VirtualPath(components: first.directory))",
          at: second.directory + [name])
      }
    }
  }
}

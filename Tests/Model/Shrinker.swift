// Makes a failing case small: steps go, then what fills the trees, then what the table has.

import ModelReference

struct Shrinker {
  /// What a case disagrees in.
  let attempt: (Case) throws -> Disagreement?

  /// Nil: the failing case does not fail again.
  func shrunk(_ failing: Case, _ first: Disagreement) -> (Case, Disagreement)? {
    var (best, reason) = (failing, first)
    func accepts(_ candidate: Case) -> Bool {
      guard let error = try? attempt(candidate), error.resembles(first) else { return false }
      (best, reason) = (candidate, error)
      if let step = error.step { best.steps = Array(candidate.steps.prefix(step + 1)) }
      return true
    }
    guard accepts(failing) else { return nil }
    var size = -1
    while size != best.size {
      size = best.size
      shrink(\.steps, { best }, accepts)
      shrink(\.population, { best }, accepts)
      shrink(\.table.links, { best }, accepts)
      shrink(\.table.viewExceptions, { best }, accepts)
      shrink(\.table.anchorExceptions, { best }, accepts)
      for number in best.table.links.indices {
        shrink(\.table.links[number].exceptions, { best }, accepts)
        for flag in [\ReferenceLink.isReadOnly, \.isMerged]
        where best.table.links[number][keyPath: flag] {
          var candidate = best
          candidate.table.links[number][keyPath: flag] = false
          _ = accepts(candidate)
        }
      }
    }
    return (best, reason)
  }

  /// Leaves out runs of elements, long ones first.
  private func shrink<Element>(
    _ list: WritableKeyPath<Case, [Element]>, _ best: () -> Case, _ accepts: (Case) -> Bool
  ) {
    var length = max(best()[keyPath: list].count / 2, 1)
    while length >= 1 {
      var start = 0
      while start < best()[keyPath: list].count {
        var candidate = best()
        let end = min(start + length, candidate[keyPath: list].count)
        candidate[keyPath: list].removeSubrange(start..<end)
        if !accepts(candidate) { start = end }
      }
      if length == 1 { return }
      length /= 2
    }
  }
}

extension Case {
  var size: Int {
    steps.count + population.count + table.viewExceptions.count + table.anchorExceptions.count
      + table.links.map {
        1 + $0.exceptions.count + ($0.isReadOnly ? 1 : 0) + ($0.isMerged ? 1 : 0)
      }
      .reduce(0, +)
  }
}

// Cases until the operations are used up; the first that disagrees is shrunk, and its script kept.

import Glibc
import ModelReference

final class Campaign {
  private let options: Model
  private let watchdog: Watchdog
  private var laboratories: [Bool: Laboratory] = [:]
  private var tally = Tally()
  private var cases: UInt64 = 0
  private static let enough = 100_000

  init(_ options: Model) {
    self.options = options
    watchdog = Watchdog(seconds: options.patience)
    _ = umask(mode_t(Reference.umask))
  }

  /// How many cases agreed; and what went wrong, if something did.
  func run() -> (cases: UInt64, failure: (any Error)?) {
    var failure: (any Error)?
    do {
      try runCases()
    } catch {
      failure = error
    }
    for laboratory in laboratories.values {
      do {
        try laboratory.close()
      } catch {
        failure = failure ?? error
      }
    }
    return (cases, failure)
  }

  private func runCases() throws {
    let start = time(nil)
    while tally.operations < options.operations {
      try runCase(seed: options.seed &* 1_000_003 &+ options.first &+ cases)
      cases += 1
    }
    let seconds = max(time(nil) - start, 1)
    print(
      "seed \(options.seed): \(tally.operations) operations in \(cases) cases, \(seconds) s,",
      "\(tally.operations / seconds)/s")
    print(tally.matrix)
    // A shorter run cannot be expected to meet everything.
    guard tally.operations >= Self.enough else { return }
    for pair in tally.missing { print(pair) }
    if !tally.missing.isEmpty { throw LaboratoryFailure("not every rule was met") }
  }

  private func laboratory(hasAnchor: Bool) throws -> Laboratory {
    if let known = laboratories[hasAnchor] {
      if known.isWhole { return known }
      laboratories[hasAnchor] = nil
      try known.close()
    }
    let made = try Laboratory(
      command: options.command, cache: options.cache, hasAnchor: hasAnchor, options: [],
      watchdog: watchdog)
    laboratories[hasAnchor] = made
    return made
  }

  private func runCase(seed: UInt64) throws {
    var generator = Generator(numbers: RandomNumbers(seed: seed), features: options.features)
    let hasAnchor = generator.numbers.chance(85)
    let laboratory = try laboratory(hasAnchor: hasAnchor)
    let plan = Reference(
      ReferenceTable(anchor: hasAnchor ? ["anchor"] : nil),
      HostTree(directories: laboratory.directories))
    let population = generator.population(plan)
    var this = Case(population: population, table: generator.table(plan, hasAnchor: hasAnchor))
    do {
      let run = try Run(laboratory, watchdog)
      try run.prepare(this.population, this.table)
      for number in 1...options.length {
        let step = generator.step(run.reference)
        this.steps.append(step)
        tally.count(step, try run.step(step))
        if number % Run.stepsBetweenTrees == 0 { try run.compareTrees() }
      }
    } catch let error as Disagreement {
      try report(this, error, seed)
    } catch let error as CallFailure {
      throw LaboratoryFailure("case \(seed) step \(this.steps.count): \(errnoName(error.errno))")
    }
  }

  // MARK: Failing

  private func report(_ failing: Case, _ first: Disagreement, _ seed: UInt64) throws {
    print("case \(seed) step \(failing.steps.count): \(failing.steps.last?.line ?? "the table")")
    print("expected \(first.expected)\nfound    \(first.found)\nshrinking")
    let shrunk = shrunk(failing, first)
    let script = try ShellScript(
      shrunk.0, shrunk.1, laboratory(hasAnchor: failing.table.anchor != nil))
    let path = "\(options.keep)/model-\(seed).sh"
    print(script.text)
    let file = try SystemCall.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o755)
    try SystemCall.write(file, Array(script.text.utf8))
    _ = close(file)
    throw LaboratoryFailure("the view and the rules disagree; see \(path)")
  }

  /// Whole trees are compared after each step, unless that hides the failure.
  private func shrunk(_ failing: Case, _ first: Disagreement) -> (Case, Disagreement) {
    for comparesTrees in [true, false] {
      let shrinker = Shrinker { try self.retry($0, comparingTrees: comparesTrees) }
      if let result = shrinker.shrunk(failing, first) { return result }
    }
    print("it does not happen again")
    return (failing, first)
  }

  /// What a case disagrees in; nil: nothing.
  private func retry(_ this: Case, comparingTrees: Bool) throws -> Disagreement? {
    let run: Run
    do {
      run = try Run(laboratory(hasAnchor: this.table.anchor != nil), watchdog)
    } catch {
      // The server was killed or died: another one.
      let old = laboratories.removeValue(forKey: this.table.anchor != nil)
      try? old?.close()
      return try retry(this, comparingTrees: comparingTrees)
    }
    do {
      try run.prepare(this.population, this.table)
      if comparingTrees { try run.compareTrees() }
    } catch is Disagreement {
      return nil
    }
    for (number, operation) in this.steps.enumerated() {
      do {
        _ = try run.step(operation)
        if comparingTrees { try run.compareTrees() }
      } catch var error as Disagreement {
        error.step = number
        return error
      }
    }
    do {
      try run.compareTrees()
    } catch var error as Disagreement {
      error.step = this.steps.count - 1
      return error
    }
    return nil
  }
}

extension Model {
  var features: Generator.Features { Generator.Features() }
}

// Cases until the operations are used up; the first that disagrees is shrunk, and its script kept.

import Glibc
import ModelReference

final class Campaign {
  private let options: Model
  private let watchdog: Watchdog
  private var laboratories: [Bool: Laboratory] = [:]
  private var tally = Tally()

  init(_ options: Model) {
    self.options = options
    watchdog = Watchdog(seconds: options.patience)
    _ = umask(mode_t(Reference.umask))
  }

  func run() throws {
    defer { for laboratory in laboratories.values { try? laboratory.close() } }
    let start = time(nil)
    var number: UInt64 = 0
    while tally.operations < options.operations {
      try runCase(seed: options.seed &* 1_000_003 &+ number)
      number += 1
    }
    let seconds = max(time(nil) - start, 1)
    print("\(tally.operations) operations in \(number) cases, \(seconds) s,",
      "\(tally.operations / seconds)/s")
    print(tally.matrix)
  }

  private func laboratory(hasAnchor: Bool) throws -> Laboratory {
    if let known = laboratories[hasAnchor] { return known }
    let made = try Laboratory(
      command: options.command, hasAnchor: hasAnchor, options: [], watchdog: watchdog)
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
      let run = try Run(laboratory, watchdog, includesFaults: options.faults)
      try run.prepare(this.population, this.table)
      for number in 1...options.length {
        let operation = generator.operation(run.reference)
        this.steps.append(operation)
        tally.count(operation, try run.step(operation))
        if number % Run.stepsBetweenTrees == 0 { try run.compareTrees() }
      }
    } catch let error as Disagreement {
      try report(this, error, seed)
    }
  }

  // MARK: Failing

  private func report(_ failing: Case, _ first: Disagreement, _ seed: UInt64) throws {
    print("case \(seed) step \(failing.steps.count): \(failing.steps.last?.line ?? "the table")")
    print("expected \(first.expected)\nfound    \(first.found)\nshrinking")
    let shrunk = Shrinker { try self.retry($0) }.shrunk(failing, first)
    let script = try ShellScript(shrunk.0, shrunk.1, laboratory(hasAnchor: failing.table.anchor != nil))
    let path = "\(options.keep)/model-\(seed).sh"
    print(script.text)
    let file = try SystemCall.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o755)
    try SystemCall.write(file, Array(script.text.utf8))
    _ = close(file)
    throw LaboratoryFailure("the view and the rules disagree; see \(path)")
  }

  /// What a case disagrees in; nil: nothing.
  private func retry(_ this: Case) throws -> Disagreement? {
    let run: Run
    do {
      run = try Run(
        laboratory(hasAnchor: this.table.anchor != nil), watchdog,
        includesFaults: options.faults)
    } catch {
      // The server was killed or died: another one.
      let old = laboratories.removeValue(forKey: this.table.anchor != nil)
      try? old?.close()
      return try retry(this)
    }
    do {
      try run.prepare(this.population, this.table)
      try run.compareTrees()
    } catch is Disagreement {
      return nil
    }
    for (number, operation) in this.steps.enumerated() {
      do {
        _ = try run.step(operation)
        try run.compareTrees()
      } catch var error as Disagreement {
        error.step = number
        return error
      }
    }
    return nil
  }
}

extension Model {
  var features: Generator.Features { Generator.Features() }
}

// One case on the real view and in the reference, compared after each step.

import Glibc
import ModelReference

final class Run {
  let laboratory: Laboratory
  let reference: Reference
  let watchdog: Watchdog
  let files = OpenFiles()
  private var changes = 0
  /// Whole trees are compared after so many steps.
  static let stepsBetweenTrees = 100

  init(_ laboratory: Laboratory, _ watchdog: Watchdog) throws {
    self.laboratory = laboratory
    self.watchdog = watchdog
    watchdog.step()
    try laboratory.reset()
    let host = HostTree(directories: laboratory.directories)
    let anchor = laboratory.hasAnchor ? ["anchor"] : nil
    reference = Reference(ReferenceTable(anchor: anchor), host)
    reference.isAskedAboutAccess = !laboratory.kernelChecksModes
  }

  /// The trees and the table that a case begins with.
  func prepare(_ population: [Operation], _ table: ReferenceTable) throws {
    for operation in population {
      let verdict = reference.verdict(on: operation)
      if laboratory.caller.make(operation).isFailure == verdict.refusals.isEmpty {
        throw Disagreement(expected: "to be populated", found: "\(operation.line)")
      }
      verdict.applyUnlessRefused()
    }
    do {
      try laboratory.apply(table)
    } catch {
      throw Disagreement(expected: "the table to be accepted", found: "\(error)")
    }
    reference.view.table = table
  }

  /// Returns the rules that had a say.
  func step(_ step: Step) throws -> Set<Rule> {
    try laboratory.settle()
    switch step {
    case .call(let operation): return try make(operation)
    case .change(let change): return try make(change)
    case .handle(let use): return try make(use)
    case .explain(let path): return try explain(path)
    }
  }

  private func make(_ change: LinkChange) throws -> Set<Rule> {
    watchdog.step()
    let verdict = reference.verdict(on: change)
    let result = laboratory.make(change)
    try compare(result, verdict)
    if case .success = result { verdict.apply() }
    // Not after each: what a walk looks at is fresh.
    changes += 1
    if changes % 2 == 0 { try compareTrees() }
    return verdict.rules
  }

  private func make(_ operation: Operation) throws -> Set<Rule> {
    watchdog.step()
    let verdict = reference.verdict(on: operation)
    let shown = files.directories.filter { reference.shows($0.value) }
    var result = laboratory.caller.make(operation)
    if case .failure(let failure) = result, KernelFault.explains(operation, failure.errno) {
      laboratory.caller.lookAtNames(of: operation)
      result = laboratory.caller.make(operation)
    }
    if case .failure(let failure) = result,
      KernelFault.explains(operation, made: verdict, failure.errno, reference)
    {
      return verdict.rules
    }
    try compare(result, verdict)
    if case .success = result, verdict.refusals.isEmpty { verdict.apply() }
    try laboratory.settle()
    // A directory that was moved has another virtual path, which is not followed here; one that was
    // removed is nowhere, whatever is made at its path later. What the table shows in its place is.
    for (slot, held) in files.directories
    where operation.kind == .rename || shown[slot] != nil && !reference.shows(held) {
      files.drop(slot)
    }
    for path in verdict.viewDirectories { try compareListing(.view, path) }
    for path in verdict.hostDirectories { try compareListing(.host, path) }
    return verdict.rules
  }

  func compare(_ result: Result<Answer, CallFailure>, _ verdict: Verdict) throws {
    switch result {
    case .success(let answer):
      if verdict.refusals.isEmpty, answer == verdict.answer { return }
      throw Disagreement(expected: verdict.text, found: answer.text)
    case .failure(let failure):
      if verdict.refusals.union(verdict.allowances).contains(failure.errno) { return }
      let hung = watchdog.takeBite()
      throw Disagreement(
        expected: verdict.text,
        found: hung ? "no answer; the server was killed" : errnoName(failure.errno))
    }
  }

  private func compareListing(_ side: Operation.Side, _ path: [String]) throws {
    guard path.count > 0 || side == .view else { return }
    let operation = Operation(side, .list, path)
    let verdict = reference.verdict(on: operation)
    do {
      try compare(laboratory.caller.make(operation), verdict)
    } catch let error as Disagreement {
      let place = "\(side) /\(path.joined(separator: "/"))"
      throw Disagreement(
        expected: "\(place) to list \(error.expected)", found: error.found)
    }
  }

  func compareTrees() throws {
    watchdog.step()
    try laboratory.settle()
    try compareTree(.view, [])
    for name in laboratory.directories.keys.sorted() where reference.host.object(at: [name]) != nil
    {
      if reference.host.object(at: [name])!.isDirectory { try compareTree(.host, [name]) }
    }
  }

  private func compareTree(_ side: Operation.Side, _ path: [String]) throws {
    let walk = TreeWalk(reference: reference, caller: laboratory.caller, side: side)
    var numbers = InodeNumbers()
    let (expected, found) = (walk.expected(at: path), walk.found(at: path, &numbers))
    if expected == found { return }
    let missing = expected.filter { !found.contains($0) }
    let surplus = found.filter { !expected.contains($0) }
    throw Disagreement(
      expected: "\(side) tree with \(missing)", found: "\(surplus)")
  }
}

extension Result {
  var isFailure: Bool { if case .failure = self { true } else { false } }
}

extension Verdict {
  var text: String {
    guard refusals.isEmpty else {
      return refusals.map(errnoName).sorted().joined(separator: " or ")
    }
    let others = allowances.map(errnoName).sorted()
    return ([answer.text] + others).joined(separator: " or ")
  }
}

extension Answer {
  var text: String {
    switch self {
    case .done: "success"
    case .text(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
    case .names(let names): names.isEmpty ? "nothing" : names.joined(separator: " ")
    case .status(let status):
      "\(status.kind) \(String(status.mode, radix: 8)) size \(status.size) names \(status.names)"
    }
  }
}

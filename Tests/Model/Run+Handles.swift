// Steps on what is open, and explanations.

import BindlinkControl
import BindlinkMap
import Glibc
import ModelReference

extension Run {
  /// A step that needs an open file or directory and has none does nothing.
  func make(_ use: HandleUse) throws -> Set<Rule> {
    watchdog.step()
    let opens = use.kind == .openFile || use.kind == .openDirectory
    let held = files.held(use.slot)
    if !opens {
      let wantsDirectory = use.kind == .lookUp
      guard let held, (held.inodes.first?.isDirectory ?? true) == wantsDirectory else { return [] }
    }
    // The kernel's own, which nobody is at the other end of.
    if use.kind == .openFile, reference.hold(use.path).inodes.first?.kind == .fifo { return [] }
    let verdict = reference.verdict(on: use, held)
    switch files.make(use, in: laboratory.caller) {
    case .success(let (answer, descriptor)):
      if let descriptor { files.put(descriptor, reference.hold(use.path), in: use.slot) }
      try compare(.success(answer), verdict)
      verdict.applyUnlessRefused()
    case .failure(let failure):
      try compare(.failure(failure), verdict)
    }
    return verdict.rules
  }

  /// C10: who governs, whether it is seen, where it is, and by which rule.
  func explain(_ path: [String]) throws -> Set<Rule> {
    watchdog.step()
    guard let expected = reference.explain(path) else { return [] }
    let explanation: Explanation
    do {
      explanation = try laboratory.explain(path)
    } catch {
      throw Disagreement(expected: "\(expected)", found: "\(error)")
    }
    let link = explanation.link.map { components($0) }
    let place = explanation.physicalPath.map { String(decoding: $0, as: UTF8.self) }
    let wanted = expected.place.map { laboratory.caller.place(.host, $0) }
    let agrees =
      explanation.isVisible == expected.isVisible && explanation.rule == expected.rule.rawValue
      && (!expected.isVisible || link == expected.link && place == wanted)
    if !agrees {
      throw Disagreement(
        expected: "\(expected.isVisible ? "visible" : "absent"), \(expected.rule), "
          + "link \(expected.link ?? ["-"]), \(wanted ?? "-")",
        found: "\(explanation.isVisible ? "visible" : "absent"), \(explanation.rule), "
          + "link \(link ?? ["-"]), \(place ?? "-"): \(explanation.reason)")
    }
    return [.C10, expected.rule]
  }

  private func components(_ path: [UInt8]) -> [String] {
    path.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
  }
}

// A case of the table: what it does in an empty directory, and how it is run there. A case expects
// nothing by itself: its log on a mount is compared with its log in a plain directory.

import CPosixCases

/// What must be so for a case to behave on a mount as it does in a plain directory.
package enum Requirement: Sendable {
  /// Calls with another uid than the server's: `allow_other` as root (O6).
  case otherUsers
}

package struct PosixCase: Sendable, CustomStringConvertible {
  /// "group: what it does", unique in the table.
  package let name: String
  /// The rule of the contract that is at stake, such as "O7".
  package let rule: String?
  package let requirement: Requirement?
  /// Where no FUSE file system can behave as the plain directory does: why. Such a case is run and
  /// is deterministic, and is not to be compared.
  package let kernelLimit: String?
  let body: @Sendable (Probe) -> Void

  package var description: String { name }

  /// Runs the case in `directory`, which exists and is empty, and leaves there what it made.
  /// The log has a line for each step, then the resulting tree.
  package func run(in directory: String) -> [String] {
    let probe = Probe(body)
    let context = unsafe Unmanaged.passUnretained(probe).toOpaque()
    let result = unsafe px_run_apart(
      directory,
      { context in
        guard let context = unsafe context else { return }
        let probe = unsafe Unmanaged<Probe>.fromOpaque(context).takeUnretainedValue()
        probe.run()
      }, context)
    if result < 0 { probe.record("run", result) }
    return probe.lines + treeLines(of: directory)
  }
}

/// Collects the cases of one group.
struct CaseGroup {
  let name: String
  private(set) var cases: [PosixCase] = []

  init(_ name: String) { self.name = name }

  mutating func add(
    _ what: String, rule: String? = "O7", needs requirement: Requirement? = nil,
    kernelLimit: String? = nil, _ body: @escaping @Sendable (Probe) -> Void
  ) {
    cases.append(
      PosixCase(
        name: "\(name): \(what)", rule: rule, requirement: requirement, kernelLimit: kernelLimit,
        body: body))
  }
}

/// The whole table.
package let posixCases: [PosixCase] =
  openCases() + dataCases() + sizeCases() + mappingCases() + renameCases() + linkCases()
  + directoryCases() + streamCases() + nodeCases() + attributeCases() + xattrCases() + aclCases()
  + permissionCases() + lockCases() + programCases()

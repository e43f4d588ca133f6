// A failing case as a script that does it again, with what was expected and what was found.

import ModelReference

struct ShellScript {
  let text: String

  init(_ this: Case, _ disagreement: Disagreement, _ laboratory: Laboratory) {
    var lines = [
      "#!/bin/bash", "# In an empty directory, with bindlink in PATH.", "umask 022",
      "mkdir view host "
        + laboratory.directories.keys.sorted().map { "host/\($0)" }
        .joined(separator: " "),
      "# host/far is on another file system where there is one: mount -t tmpfs far host/far",
    ]
    lines += this.population.map(\.line)
    lines.append("cat > table.yaml <<'END'")
    lines += Self.yaml(this.table)
    let anchor = this.table.anchor == nil ? "--empty" : "--anchor $PWD/host/anchor"
    lines += ["END", "bindlink mount view \(anchor) --config table.yaml --parents"]
    for (number, operation) in this.steps.enumerated() {
      guard number == disagreement.step else {
        lines.append(operation.line)
        continue
      }
      lines += [
        operation.line, "# expected: \(disagreement.expected)", "# found:    \(disagreement.found)",
      ]
    }
    text = lines.joined(separator: "\n") + "\numount view\n"
  }

  static func yaml(_ table: ReferenceTable) -> [String] {
    func list(_ lines: [String]) -> String {
      "[" + lines.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
    var lines = ["except: \(list(table.viewExceptions))"]
    if !table.anchorExceptions.isEmpty {
      lines.append("# anchor's own exceptions: \(list(table.anchorExceptions))")
    }
    lines.append("links:")
    for link in table.links {
      lines += [
        "  - virtual: /\(link.virtualPath.joined(separator: "/"))",
        "    backing: host/\(link.backing.joined(separator: "/"))",
        "    read-only: \(link.isReadOnly)", "    merged: \(link.isMerged)",
        "    except: \(list(link.exceptions))",
      ]
    }
    return lines
  }
}

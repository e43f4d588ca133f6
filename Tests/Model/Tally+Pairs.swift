// Which operation can meet which rule.

import ModelReference

extension Tally {
  /// Whatever is looked up can be governed, shadowed, dangling, hidden or merged: these are met by the
  /// lookup that each operation on a path begins with.
  private static let ofLookup: Set<Rule> = [
    .R1, .R2, .R3, .R8, .C10, .O5, .M1, .W4, .E1, .E3, .E4, .E7, .E8, .P1,
  ]
  private static let makes: Set<String> = [
    "create", "makeDirectory", "makeFIFO", "symbolicLink", "rename",
  ]
  private static let changes: Set<String> = ["write", "append", "truncate", "changeMode", "unlink"]

  static func canMeet(_ name: String, _ rule: Rule) -> Bool {
    if name.hasPrefix("table ") { return canMeet(change: name, rule) }
    if name.hasPrefix("handle ") { return rule == .R4 }
    // A name that is not there, or that one layer has, is explained without asking others.
    if name == "explain" { return [.C10, .R1, .R8, .E1, .E4].contains(rule) }
    if ofLookup.contains(rule) { return true }
    switch rule {
    case .O1:
      return makes.contains(name) || changes.contains(name)
        || ["read", "removeDirectory", "temporaryFile", "link"].contains(name)
    // The root of a link is made again: not by temporary files, whose parent is asked first, and
    // seldom enough by links to be no requirement.
    case .O2:
      return ["create", "makeDirectory", "unlink", "removeDirectory", "rename"].contains(name)
    case .O3: return ["removeDirectory", "rename"].contains(name)
    case .O4: return ["rename", "link"].contains(name)
    case .O7: return ["rename", "temporaryFile"].contains(name)
    case .M2: return makes.contains(name)
    case .M3: return changes.contains(name)
    case .M4: return ["unlink", "removeDirectory"].contains(name)
    case .M5, .P5: return name == "rename"
    case .M6: return name == "removeDirectory"
    case .M7: return ["list", "create"].contains(name)
    case .W1: return name != "status" && name != "readLink" && name != "read" && name != "list"
    // Of what is there the part's own layer decides; a new name is refused or goes to the outer view.
    case .W3: return ["create", "makeDirectory", "rename", "changeMode", "unlink"].contains(name)
    case .E5: return makes.contains(name)
    case .E6, .P4: return name == "rename"
    case .P2: return ["changeMode", "access"].contains(name)
    case .P3: return ["create", "makeDirectory", "rename"].contains(name)
    case .R6: return name == "readLink"
    case .R7: return name == "status"
    // Hides in what nothing else would show.
    case .E9: return ["status", "rename", "unlink", "removeDirectory", "read"].contains(name)
    default: return false
    }
  }

  /// Of the rules that are about the table.
  private static func canMeet(change name: String, _ rule: Rule) -> Bool {
    switch rule {
    case .C4, .C6, .C7: true
    case .C1, .C3, .P6: name == "table create" || name == "table replace"
    case .C2: name != "table apply"
    case .C5: name == "table remove" || name == "table removeAll"
    default: false
    }
  }
}

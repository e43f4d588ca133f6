// A configuration as YAML that `ConfigurationFile` reads as the same configuration.
public import Bindlink
internal import SystemPackage

extension Configuration {
  /// The text of a configuration file; every path and pattern is in double quotation marks.
  public var yaml: String {
    var lines: [String] = []
    if let exceptions { lines.append("except: \(flow(exceptions))") }
    if let anchorExceptions { lines.append("anchor-except: \(flow(anchorExceptions))") }
    switch anchor {
    case nil, .underMountpoint?: break
    case View.Anchor.none?: lines.append("anchor: none")
    case .directory(let path)?: lines.append("anchor: \(quoted(path))")
    }
    if createsParents { lines.append("parents: true") }
    if let cache { lines.append("cache: \(cache.rawValue)") }
    if let drives { lines.append(contentsOf: drives.yamlLines) }
    if let links { lines.append(links.isEmpty ? "links: []" : "links:") }
    for link in links ?? [] { lines += link.yamlLines }
    return lines.isEmpty ? "{}\n" : lines.joined(separator: "\n") + "\n"
  }
}

extension DriveTable {
  fileprivate var yamlLines: [String] {
    entries.isEmpty
      ? ["drives: {}"]
      : ["drives:"]
        + entries.map { "  \(quoted(ByteText.encode($0.name))): \(quoted($0.directory))" }
  }
}

extension BindLink {
  fileprivate var yamlLines: [String] {
    var lines = ["  - virtual: \(quoted(virtualPath))", "    backing: \(quoted(backing))"]
    if isReadOnly { lines.append("    read-only: true") }
    if isMerged { lines.append("    merged: true") }
    if let createsParents { lines.append("    parents: \(createsParents)") }
    if keepsSymbolicLinksInside { lines.append("    keep-symlinks-inside: true") }
    if !exceptions.isEmpty { lines.append("    except: \(flow(exceptions))") }
    if !inherited.isEmpty { lines.append("    inherited:") }
    for list in inherited {
      lines.append("      - base: \(quoted(list.base))")
      lines.append("        except: \(flow(list.exceptions))")
    }
    return lines
  }
}

private func flow(_ lines: [ExceptionLine]) -> String {
  "[" + lines.map { quoted(ByteText.encode($0.bytes)) }.joined(separator: ", ") + "]"
}

private func quoted(_ path: FilePath) -> String { quoted(PathExpansion.literal(path)) }

private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case " "..."~",
      "\u{A1}"..."\u{D7FF}" where scalar != "\u{2028}" && scalar != "\u{2029}":
      quoted.unicodeScalars.append(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
  return quoted + "\""
}

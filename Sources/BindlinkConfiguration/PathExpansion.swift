// `~` and `${VARIABLE}` in the paths of a configuration file.
internal import Bindlink
internal import SystemPackage

struct PathExpansion {
  struct Failure: Error {
    let reason: String
  }

  /// Where relative paths start; absolute.
  let directory: FilePath
  let environment: [String: String]

  /// A path of the host: `~` or `~/…` is the home directory, a relative path starts in `directory`.
  func hostPath(_ text: String) throws(Failure) -> FilePath {
    let isOfHome = text == "~" || text.hasPrefix("~/")
    var expanded = try expand(text)
    if isOfHome {
      guard let home = environment["HOME"], !home.isEmpty else {
        throw Failure(reason: "'~' is used, but the variable HOME is not set")
      }
      expanded = home + expanded.dropFirst()
    }
    let path = try path(expanded)
    return path.isAbsolute ? path : directory.pushing(path)
  }

  /// A path of the view.
  func virtualPath(_ text: String) throws(Failure) -> FilePath { try path(expand(text)) }

  private func path(_ text: String) throws(Failure) -> FilePath {
    if text.isEmpty { throw Failure(reason: "the path is empty") }
    if text.unicodeScalars.contains("\0") { throw Failure(reason: "the path has a NUL") }
    return FilePath(bytes: ByteText.decode(text))
  }

  /// `$${` stands for `${` itself.
  private func expand(_ text: String) throws(Failure) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        let name = rest.dropFirst(2).prefix { $0 != "}" }
        guard name.endIndex < rest.endIndex else {
          throw Failure(reason: "'${' has no '}'")
        }
        guard Self.isName(name) else {
          throw Failure(reason: "'\(name)' is not the name of a variable")
        }
        guard let value = environment[String(name)] else {
          throw Failure(reason: "the variable \(name) is not set")
        }
        result += value
        rest = rest[name.endIndex...].dropFirst()
      } else {
        result += "$"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  /// The text that stands for the path itself.
  static func literal(_ path: FilePath) -> String {
    var result = ""
    var rest = ByteText.encode(path.bytes)[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      result += rest.hasPrefix("${") ? "$$" : "$"
      rest = rest.dropFirst()
    }
    return result + rest
  }
}

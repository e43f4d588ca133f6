// A line of a list of exceptions, as users write it, and files of such lines.
internal import BindlinkMap
public import SystemPackage

/// A line with the syntax of a `.gitignore`: a place where a link does not apply (E4).
///
/// `/secrets` is the one directly below the link's virtual path, `secrets` is at any depth,
/// `*.pem` a pattern, `!public.pem` takes back what an earlier line excepts. An anchored line
/// without wildcards is an exception path: if something else can be shown there, it is, even where
/// the backing has no such directory (R8).
public struct ExceptionLine: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The line, without its end; need not be UTF-8 (R5).
  public var bytes: [UInt8]

  /// The line of these bytes. It is checked when it is given to a view, or by `check()`.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// The line of that text.
  public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  public init(stringLiteral text: String) { self.init(text) }

  /// Does nothing if the line can be parsed.
  ///
  /// - Throws: EINVAL, rules E2 and E4, otherwise.
  public func check() throws(BindlinkError) {
    do {
      var list = ExceptionList()
      try list.append(line: bytes)
    } catch {
      throw BindlinkError("except \(String(decoding: bytes, as: UTF8.self))", error)
    }
  }

  /// The lines of a file, without comments and blank ones. Read now and not again (E4).
  ///
  /// - Throws: ENOENT and so on if the file cannot be read; EINVAL for a line that cannot be
  ///   parsed, which is named by its number. The rule is E4.
  public static func lines(ofFileAt path: FilePath) throws(BindlinkError) -> [ExceptionLine] {
    let what = "cannot read the exceptions in \(path)"
    let content: [UInt8]
    do {
      content = try path.absolute().content()
    } catch {
      throw BindlinkError(what, subject: path.string, error, rule: "E4")
    }
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var number = 0
    var lines: [ExceptionLine] = []
    for line in content.dropFirst(content.starts(with: byteOrderMark) ? 3 : 0)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      number += 1
      do throws(LinkError) {
        var list = ExceptionList()
        try list.append(line: line)
        if list.isEmpty { continue }
      } catch {
        throw BindlinkError(
          what,
          LinkError(error.errno, error.rule, error.subject, "\(error.reason) (line \(number))"))
      }
      lines.append(ExceptionLine(bytes: Array(line)))
    }
    return lines
  }
}

extension ExceptionLine: CustomStringConvertible {
  /// The line; bytes that are not UTF-8 are replaced.
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// A list that governed a link's backing where it lay in the view (C3): a chain does not un-hide.
public struct InheritedExceptions: Hashable, Sendable {
  /// From the list's owner to the link's backing: "/" or "/sub/directory".
  public var base: FilePath
  /// The owner's lines, relative to the owner.
  public var exceptions: [ExceptionLine]

  /// A list and the place of the backing in what it belongs to.
  public init(base: FilePath, exceptions: [ExceptionLine]) {
    self.base = base
    self.exceptions = exceptions
  }
}

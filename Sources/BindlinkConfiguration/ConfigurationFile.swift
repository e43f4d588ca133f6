// A configuration file as it was read: what it says, and what is wrong with it.
public import Bindlink
internal import Foundation
public import SystemPackage

/// A configuration file: YAML, and so JSON, too.
///
/// ```yaml
/// except: ["**/id_rsa"]          # the view's own: for every link
/// anchor: none                   # or a directory; absent: what lies under the mountpoint
/// parents: true
/// drives: {"D:": /mnt/data}      # for Windows' paths; a view has none
/// links:
///   - virtual: /
///     backing: ~/project
///     except: ["**/.env", "*.pem", /.git/hooks]
///     except-from: .sandboxignore
///   - virtual: /docs
///     backing: ${HOME}/notes
///     read-only: true
/// ```
///
/// In the paths of `backing`, `anchor`, `drives` and `except-from` a leading `~` and `${VARIABLE}`
/// are expanded, and relative ones are taken from the file's directory; in those of `virtual`,
/// `${VARIABLE}` is expanded; `$${` is a literal `${`. In exceptions nothing is. Names that are not
/// UTF-8 are written with the characters U+10FF80 to U+10FFFF for the bytes 0x80 to 0xFF.
public struct ConfigurationFile: Sendable {
  /// What the file says; where there are problems, the rest of it.
  public let configuration: Configuration
  /// What is wrong with it, in the order of the file. Empty: it can be used.
  public let problems: [ConfigurationProblem]
  private let places: ConfigurationPlaces

  /// Reads a file; `-` is standard input, whose relative paths start in the working directory.
  ///
  /// - Throws: ENOENT, EISDIR and so on where the file cannot be read. What is wrong with its
  ///   content is in `problems`.
  public init(at path: FilePath) throws(BindlinkError) {
    let what = "cannot read the configuration \(path)"
    let workingDirectory = FilePath(FileManager.default.currentDirectoryPath)
    do throws(Errno) {
      if path == "-" {
        let content = try FileDescriptor.standardInput.readToEnd()
        self.init(parsing: content, named: "-", directory: workingDirectory)
      } else {
        let content = try FileDescriptor.reading(path) { file throws(Errno) in
          try file.readToEnd()
        }
        // Resolved by the kernel: the directory may be a symbolic link.
        self.init(
          parsing: content, named: path.string,
          directory: workingDirectory.pushing(path).removingLastComponent())
      }
    } catch {
      throw BindlinkError(
        what, error == .noSuchFileOrDirectory ? "there is no such file" : error.description, error)
    }
  }

  /// Reads the content of a file.
  ///
  /// - Parameters:
  ///   - name: The file's name in problems.
  ///   - directory: Where relative paths start; absolute.
  ///   - environment: The variables that paths may name, HOME among them. Nil: those of the process.
  public init(
    parsing content: [UInt8], named name: String, directory: FilePath,
    environment: [String: String]? = nil
  ) {
    var reader = ConfigurationReader(
      file: name,
      paths: PathExpansion(
        directory: directory, environment: environment ?? ProcessInfo.processInfo.environment))
    reader.read(YAMLDocument(content))
    configuration = reader.configuration
    problems = reader.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    places = reader.places
  }

  /// What the file says, if nothing is wrong with it.
  ///
  /// - Throws: the first of `problems`.
  public func get() throws(BindlinkError) -> Configuration {
    if let problem = problems.first { throw problem.error }
    return configuration
  }

  /// What would be wrong if the file were used here and now: `problems`, and backings and anchors
  /// that are missing or of the wrong kind (C1, P6). Asks the file system.
  public func check() -> [ConfigurationProblem] {
    (problems + places.problems()).sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}

extension FileDescriptor {
  fileprivate static func reading<Value>(
    _ path: FilePath, _ body: (FileDescriptor) throws(Errno) -> Value
  ) throws(Errno) -> Value {
    do {
      let file = try open(path, .readOnly, options: [.closeOnExec])
      defer { try? file.close() }
      return try body(file)
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  fileprivate func readToEnd() throws(Errno) -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    do {
      while true {
        let count = try unsafe chunk.withUnsafeMutableBytes { unsafe try read(into: $0) }
        if count == 0 { return content }
        content += chunk[..<count]
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}

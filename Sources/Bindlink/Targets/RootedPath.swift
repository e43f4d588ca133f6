// An absolute path of either style while links in it are followed (S3): a root that nothing leads out
// of, and names.
internal import SystemPackage

struct RootedPath {
  enum Root: Hashable {
    case slash
    case drive(Character)
    case share(server: [UInt8], name: [UInt8])
  }

  /// What a link says.
  enum Target {
    case absolute(RootedPath)
    /// From the root of the path that the link is in.
    case ofRoot([[UInt8]])
    case relative([[UInt8]])

    init(_ text: [UInt8], _ style: LinkTargetResolver.Style) throws(BindlinkError) {
      if style == .posix {
        let names = RootedPath.names(text)
        self =
          text.first == WindowsPath.slash
          ? .absolute(RootedPath(root: .slash, names: names)) : .relative(names)
        return
      }
      let path = try WindowsPath(text)
      switch path.form {
      case .relative: self = .relative(path.components)
      case .rootRelative: self = .ofRoot(path.components)
      default: self = .absolute(try RootedPath(text, style))
      }
    }
  }

  let root: Root
  /// `.` and `..` may be among them.
  var names: [[UInt8]]

  private init(root: Root, names: [[UInt8]]) {
    self.root = root
    self.names = names
  }

  /// - Throws: EINVAL, S3, for a path that is not absolute.
  init(
    _ text: some Collection<UInt8>, _ style: LinkTargetResolver.Style
  ) throws(BindlinkError) {
    switch style {
    case .posix:
      guard text.first == WindowsPath.slash else { throw .resolution(text, "it is not absolute") }
      self.init(root: .slash, names: Self.names(text))
    case .windows:
      let path = try WindowsPath(text)
      switch path.form {
      case .driveAbsolute(let letter):
        self.init(root: .drive(letter), names: path.components)
      case .share(let server, let name):
        self.init(root: .share(server: server, name: name), names: path.components)
      case .relative, .rootRelative, .driveRelative:
        throw .resolution(text, "it is not absolute")
      }
    }
  }

  var text: [UInt8] {
    let separator: UInt8
    var text: [UInt8]
    switch root {
    case .slash:
      separator = WindowsPath.slash
      text = [separator]
    case .drive(let letter):
      separator = WindowsPath.backslash
      text = Array("\(letter):".utf8) + [separator]
    case .share(let server, let name):
      separator = WindowsPath.backslash
      text =
        [separator, separator] + server + [separator] + name + (names.isEmpty ? [] : [separator])
    }
    text += names.joined(separator: [separator])
    return text
  }

  /// Without `.` and `..`.
  ///
  /// - Throws: EINVAL, S3, for too many `..` below a drive or share; below `/` they stop there.
  func folded() throws(BindlinkError) -> RootedPath {
    var folded = RootedPath(root: root, names: [])
    for name in names where name != WindowsPath.dot {
      if name != WindowsPath.dotDot {
        folded.names.append(name)
      } else if folded.names.popLast() == nil, root != .slash {
        throw .resolution(text, "it has more '..' than names before them")
      }
    }
    return folded
  }

  private static func names(_ text: some Collection<UInt8>) -> [[UInt8]] {
    Array(text).split(separator: WindowsPath.slash).map(Array.init)
  }
}

extension BindlinkError {
  static func resolution(
    _ path: some Collection<UInt8>, _ why: String, _ errno: Errno = .invalidArgument
  ) -> BindlinkError {
    let text = String(bytes: path)
    return BindlinkError("cannot follow the path '\(text)'", why, errno, rule: "S3", subject: text)
  }
}

extension String {
  /// Bytes that are not UTF-8 are replaced.
  init(bytes: some Collection<UInt8>) { self.init(decoding: Array(bytes), as: UTF8.self) }
}

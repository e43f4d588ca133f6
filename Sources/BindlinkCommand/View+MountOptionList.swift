// The lists of `-o`, as the command, mount(8) and /etc/fstab give them.
internal import Bindlink
internal import BindlinkConfiguration
internal import SystemPackage

extension View {
  /// Applies a list such as `ro,allow_other,link=/docs=/srv/docs\,read-only`.
  ///
  /// - Parameter toleratingUnknown: whether options that are not known are passed over.
  mutating func apply(
    mountOptions list: [UInt8], toleratingUnknown: Bool = false
  ) throws(BindlinkError) {
    for option in Self.split(mountOptions: list) {
      let name = String(
        decoding: option.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
      let value =
        option.firstIndex(of: UInt8(ascii: "=")).map { Array(option[($0 + 1)...]) }
      let isKnown =
        if let value { try apply(name, value) } else { apply(flag: name) }
      if !isKnown, !(try applyAnchor(name, value)), !Self.isForOthers(name), !toleratingUnknown {
        throw Self.failure(option, "it is not known")
      }
    }
  }

  /// Sets the anchor once.
  mutating func choose(_ anchor: Anchor) throws(BindlinkError) {
    if let chosen = self.anchor, chosen != anchor {
      throw wrongUsage("more than one anchor is given", see: "bindlink mount --help")
    }
    self.anchor = anchor
  }

  /// `\,` and `\\` stand for the character itself; before any other a backslash stands for itself,
  /// so that the escapes of links and patterns need no doubling.
  static func split(mountOptions list: [UInt8]) -> [[UInt8]] {
    var options: [[UInt8]] = [[]]
    var bytes = list[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: ",") {
        options.append([])
      } else if byte == UInt8(ascii: "\\"), let next = bytes.first, #",\"#.utf8.contains(next) {
        options[options.count - 1].append(bytes.removeFirst())
      } else {
        options[options.count - 1].append(byte)
      }
    }
    return options.filter { !$0.isEmpty }
  }

  private mutating func apply(flag name: String) -> Bool {
    switch name {
    case "allow_other": options.allowsOther = true
    case "default_permissions": options.checksPermissions = true
    case "ro": isReadOnly = true
    case "rw": isReadOnly = false
    case "suid": options.ignoresSetUserID = false
    case "nosuid": options.ignoresSetUserID = true
    case "dev": options.ignoresDevices = false
    case "nodev": options.ignoresDevices = true
    case "exec": options.forbidsExecution = false
    case "noexec": options.forbidsExecution = true
    case "atime", "relatime", "strictatime": options.ignoresAccessTimes = false
    case "noatime": options.ignoresAccessTimes = true
    case "nodiratime": break  // the backings' file systems decide
    case "sync": options.isSynchronous = true
    case "async": options.isSynchronous = false
    case "dirsync": options.synchronizesDirectories = true
    case "parents": createsParents = true
    case "no_remote_lock": options.hasLocalLocks = true
    case "open": options.noOpen = false
    case "no_open": options.noOpen = true
    case "passthrough": options.passesThrough = true
    case "writeback": options.writesBack = true
    case "io_uring": options.usesRings = true
    case "no_io_uring": options.usesRings = false
    case "no_passthrough": options.passesThrough = false
    case "kernel_cache": options.keepsKernelCache = true
    case "one_file_system": isOneFileSystem = true
    default: return false
    }
    return true
  }

  private mutating func apply(_ name: String, _ value: [UInt8]) throws(BindlinkError) -> Bool {
    switch name {
    case "entry_timeout": options.entryTimeout = try Self.seconds(name, value)
    case "attr_timeout": options.attributeTimeout = try Self.seconds(name, value)
    case "negative_timeout": options.negativeTimeout = try Self.seconds(name, value)
    case "cache":
      options.cache = try View.Cache(
        argument: String(decoding: value, as: UTF8.self), of: "mount option 'cache'")
    case "fsname": options.fileSystemName = String(decoding: value, as: UTF8.self)
    case "subtype":
      guard value == Array("bindlink".utf8) else {
        throw Self.failure(Array("subtype=".utf8) + value, "the type is always fuse.bindlink")
      }
    case "link": links.append(try BindLink(parsing: value))
    case "except": exceptions.append(.rule(value))
    case "config": try add(ConfigurationFile(at: FilePath(bytes: value)).get())
    case "except-from": exceptions.append(.file(FilePath(bytes: value)))
    default: return false
    }
    return true
  }

  private mutating func applyAnchor(
    _ name: String, _ value: [UInt8]?
  ) throws(BindlinkError) -> Bool {
    switch (name, value) {
    case ("empty", nil): try choose(.none)
    case ("anchor", let value?): try choose(.directory(FilePath(bytes: value)))
    default: return false
    }
    return true
  }

  /// Options of /etc/fstab that speak to mount(8) and systemd.
  private static func isForOthers(_ name: String) -> Bool {
    [
      "nofail", "user", "users", "nouser", "owner", "group", "noauto", "auto", "defaults",
      "_netdev", "comment",
    ].contains(name) || name.hasPrefix("x-")
  }

  private static func seconds(_ name: String, _ value: [UInt8]) throws(BindlinkError) -> Double {
    guard let seconds = Double(String(decoding: value, as: UTF8.self)), seconds.isFinite,
      seconds >= 0
    else {
      throw failure(Array("\(name)=".utf8) + value, "it needs a number of seconds")
    }
    return seconds
  }

  private static func failure(_ option: [UInt8], _ why: String) -> BindlinkError {
    BindlinkError(
      "cannot use mount option '\(String(decoding: option, as: UTF8.self))'", why, .invalidArgument,
      remedy: "see 'bindlink mount --help'")
  }
}

extension View.Cache {
  init(argument: String, of option: String) throws(BindlinkError) {
    guard let cache = View.Cache(rawValue: argument) else {
      throw BindlinkError(
        "cannot use \(option)", "'\(argument)' is not auto, always or never", .invalidArgument,
        remedy: "see 'bindlink mount --help'", exitStatus: .usage)
    }
    self = cache
  }
}

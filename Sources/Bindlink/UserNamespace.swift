// Whether the user ids that this process sees are those of the whole machine.
internal import SystemPackage

enum UserNamespace {
  /// True in a user namespace in which some ids are missing or stand for others (O6).
  static let isNested: Bool = {
    guard let map = try? FilePath("/proc/self/uid_map").content() else { return false }
    return map.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
      .map { String(decoding: $0, as: UTF8.self) } != ["0", "0", "4294967295"]
  }()
}

// fusermount3(1), the set-user-ID program with which an ordinary user unmounts.
internal import Glibc
internal import SystemPackage

enum Fusermount {
  /// Unmounts `path`; what the program says against it becomes the reason of the error.
  static func unmount(_ path: FilePath, lazily: Bool, what: String) throws(BindlinkError) {
    let arguments = ["fusermount3", "-u"] + (lazily ? ["-z"] : []) + ["--", path.string]
    guard let output = try? FileDescriptor.pipe() else {
      throw BindlinkError(what, "no pipe can be made", .last)
    }
    defer { try? output.readEnd.close() }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, output.writeEnd.rawValue, STDERR_FILENO)
    var process = pid_t()
    var vector = unsafe arguments.map { unsafe strdup($0) } + [nil]
    let failure = unsafe posix_spawnp(&process, "fusermount3", &actions, nil, &vector, environ)
    for unsafeargument in unsafe vector { unsafe free(argument) }
    try? output.writeEnd.close()
    guard failure == 0 else {
      throw BindlinkError(
        what, "fusermount3 cannot be run", SystemPackage.Errno(rawValue: failure),
        remedy: "install the package fuse3", exitStatus: .missing)
    }

    var message = [UInt8](repeating: 0, count: 1024)
    let count = unsafe message.withUnsafeMutableBytes { unsafe try? output.readEnd.read(into: $0) }
    var status = 0 as Int32
    while unsafe waitpid(process, &status, 0) < 0 && Glibc.errno == EINTR {}
    guard status != 0 else { return }
    let line = String(decoding: message[..<(count ?? 0)], as: UTF8.self)
      .split(separator: "\n").first
    throw BindlinkError(what, line.map(String.init) ?? "fusermount3 refuses", .notPermitted)
  }
}

// fusermount3, the set-user-id program of libfuse that mounts for ordinary users. It is given one
// end of a socket pair by the number in _FUSE_COMMFD and sends the opened /dev/fuse over it.
import BindlinkControl
import BindlinkMap
import CBindlinkFuse
import Glibc

enum Fusermount {
  private static let name = "fusermount3"

  /// The connection's descriptor.
  static func mount(at mountpoint: String, _ options: MountOptions) throws(MountFailure) -> Int32 {
    try FuseDevice.check()
    let program = try find()
    var sockets: (Int32, Int32) = (-1, -1)
    guard socketPair(&sockets) == 0 else {
      throw MountFailure(Errno(rawValue: Glibc.errno), "cannot make a socket pair")
    }
    defer { close(sockets.0) }
    let process = Result { () throws(MountFailure) in
      try Process(
        program, ["-o", options.fusermountText, "--", mountpoint], communication: sockets.1)
    }
    close(sockets.1)
    let running = try process.get()
    let device = bindlink_receive_descriptor(sockets.0)
    let (isSuccess, message) = running.wait()
    if device != -1 { return device }
    throw mountFailure(mountpoint, message, isSuccess)
  }

  static func unmount(_ mountpoint: String, _ lazily: Bool) throws(MountFailure) {
    let arguments = (lazily ? ["-u", "-z"] : ["-u"]) + ["--", mountpoint]
    let (isSuccess, message) = try Process(find(), arguments, communication: nil).wait()
    if isSuccess { return }
    // fusermount3 looks for the mounts of its caller alone.
    if message.contains("not found in /etc/mtab") {
      throw MountFailure(.notPermitted, "\(mountpoint) is another user's view")
    }
    let error = errno(named: message) ?? .notPermitted
    if error == .busy { throw Mount.busy(mountpoint) }
    throw MountFailure(error, "\(name) says: \(message)")
  }

  private static func find() throws(MountFailure) -> String {
    let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
    for directory in path.split(separator: ":").map(String.init) + ["/usr/bin", "/bin"]
    where directory.hasPrefix("/") {
      let program = "\(directory)/\(name)"
      if unsafe access(program, X_OK) == 0 { return program }
    }
    throw MountFailure(
      .noEntry, "\(name) is not installed, and mounting takes it for an ordinary user",
      remedy: "install it (apt install fuse3), or run in a user namespace", isMissing: true)
  }

  private static func mountFailure(
    _ mountpoint: String, _ message: String, _ isSuccess: Bool
  ) -> MountFailure {
    if isSuccess {
      return MountFailure(.io, "\(name) sent no descriptor for \(mountpoint)")
    }
    if message.contains("user_allow_other") {
      return MountFailure(
        .notPermitted, "\(name) says: \(message)",
        remedy: "as root, add the line user_allow_other to /etc/fuse.conf")
    }
    if message.contains("mount_max") {
      return MountFailure(
        Errno(rawValue: ENOSPC), "\(name) says: \(message)",
        remedy: "unmount a view, or raise mount_max in /etc/fuse.conf")
    }
    let error =
      message.contains("no write access") ? .accessDenied : errno(named: message) ?? .notPermitted
    return MountFailure(error, "\(name) says: \(message)")
  }

  /// The error that a message of fusermount3 ends in, as strerror writes it.
  private static func errno(named message: String) -> Errno? {
    [EPERM, ENOENT, EACCES, EBUSY, ENODEV, ENOTDIR, EINVAL, ENOTCONN].first {
      unsafe message.hasSuffix(String(cString: strerror($0)))
    }.map { Errno(rawValue: $0) }
  }
}

/// A started fusermount3 and the pipe that its messages come by.
private struct Process {
  private let id: pid_t
  private let messages: Int32

  init(
    _ program: String, _ arguments: [String], communication: Int32?
  ) throws(MountFailure) {
    var pipe: (Int32, Int32) = (-1, -1)
    guard socketPair(&pipe) == 0 else {
      throw MountFailure(Errno(rawValue: errno), "cannot make a pipe")
    }
    defer { close(pipe.1) }

    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, pipe.1, STDERR_FILENO)
    if let communication {
      // Onto itself: clears close-on-exec.
      unsafe posix_spawn_file_actions_adddup2(&actions, communication, communication)
    }
    var noSignals = sigset_t()
    unsafe sigemptyset(&noSignals)
    unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var environment: [UnsafeMutablePointer<CChar>?] = unsafe Self.inheritedEnvironment()
    let communicationText = communication.map { "_FUSE_COMMFD=\($0)" }
    let owned = unsafe ([program] + arguments).map { unsafe strdup($0) }
    let ownedVariable = unsafe communicationText.flatMap { unsafe strdup($0) }
    defer {
      for index in unsafe owned.indices { unsafe free(owned[index]) }
      unsafe free(ownedVariable)
    }
    unsafe environment += [ownedVariable, nil]
    var id = pid_t()
    let error = unsafe posix_spawn(
      &id, program, &actions, &attributes, owned + [nil], environment)
    guard error == 0 else {
      close(pipe.0)
      throw MountFailure(Errno(rawValue: error), "cannot run \(program)")
    }
    self.id = id
    messages = pipe.0
  }

  /// Whether it ended well, and the first line of what it said, without its name.
  func wait() -> (isSuccess: Bool, message: String) {
    let output = (try? readAll(messages)) ?? []
    close(messages)
    var status: Int32 = 0
    var result: pid_t
    repeat {
      result = unsafe waitpid(id, &status, 0)
    } while result == -1 && errno == EINTR
    let firstLine = output.prefix { $0 != UInt8(ascii: "\n") }
    let message = String(decoding: firstLine, as: UTF8.self)
    let parts = message.split(separator: "fusermount3: ", maxSplits: 1)
    return (result == id && status == 0, parts.last.map(String.init) ?? "no reason given")
  }

  private static func inheritedEnvironment() -> [UnsafeMutablePointer<CChar>?] {
    var variables: [UnsafeMutablePointer<CChar>?] = unsafe []
    var next = unsafe bindlink_environment()!
    while let variable = unsafe next.pointee {
      if unsafe strncmp(variable, "_FUSE_COMMFD=", 13) != 0 {
        unsafe variables.append(UnsafeMutablePointer(mutating: variable))
      }
      unsafe next += 1
    }
    return unsafe variables
  }
}

private func socketPair(_ sockets: inout (Int32, Int32)) -> Int32 {
  unsafe withUnsafeMutableBytes(of: &sockets) { bytes in
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let start = unsafe bytes.assumingMemoryBound(to: Int32.self).baseAddress
    return unsafe socketpair(AF_UNIX, type, 0, start)
  }
}

// Other programs: the server, and what unmounts.

import Glibc

enum Process {
  static func start(_ arguments: [String]) throws -> pid_t {
    var process: pid_t = 0
    var attributes = posix_spawnattr_t()
    _ = unsafe posix_spawnattr_init(&attributes)
    defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
    // The model blocks signals; the server is not to.
    var none = sigset_t()
    _ = unsafe sigemptyset(&none)
    _ = unsafe posix_spawnattr_setsigmask(&attributes, &none)
    _ = unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
    let error = unsafe posix_spawnp(
      &process, arguments[0], nil, &attributes, pointers, environ)
    guard error == 0 else {
      throw LaboratoryFailure("\(arguments[0]) cannot be started: errno \(error)")
    }
    return process
  }

  /// Whether it is in use or not, by root or by another user.
  static func unmount(_ view: String) {
    if unsafe umount2(view, detached) == 0 { return }
    guard let process = try? start(["fusermount3", "-uz", view]) else { return }
    var status: Int32 = 0
    _ = unsafe waitpid(process, &status, 0)
  }

  /// MNT_DETACH, which Glibc does not show.
  private static let detached: Int32 = 2
}

// Locks, sockets and programs: what takes a second process or descriptor.

import CPosixCases
import Glibc

extension Probe {
  func flock(_ descriptor: Int32, _ operation: Int32) {
    record("flock \(operation)", px_flock(descriptor, operation))
  }
  func setLock(_ descriptor: Int32, _ type: Int32, _ start: Int64, _ length: Int64) {
    record(
      "lock \(type) \(start) \(length)", px_setlk(descriptor, type, start, length))
  }
  func childSeesLock(_ descriptor: Int32, _ type: Int32, _ start: Int64, _ length: Int64) {
    record(
      "child sees \(type) \(start) \(length)",
      px_child_getlk(descriptor, type, start, length), asValue: true)
  }
  func childLocks(_ descriptor: Int32, _ type: Int32, _ start: Int64, _ length: Int64) {
    record(
      "child locks \(type) \(start) \(length)",
      px_child_setlk(descriptor, type, start, length), asValue: true)
  }

  /// A child waits for a lock while the steps run; what became of it.
  func whileChildWaits(
    forRecordLockOn descriptor: Int32, interrupted: Bool = false, _ steps: () -> Void
  ) {
    let child = px_child_start_setlkw(descriptor, interrupted ? 1 : 0)
    guard record("child waits for a record lock", child) else { return }
    px_pause(50)
    steps()
    record("child's record lock", px_child_wait(child))
  }
  func whileChildWaits(forFlockOf path: Path, interrupted: Bool = false, _ steps: () -> Void) {
    let child = unsafe px_child_start_flock(path.text, interrupted ? 1 : 0)
    guard record("child waits for flock \(path)", child) else { return }
    px_pause(50)
    steps()
    record("child's flock", px_child_wait(child))
  }

  func bindSocket(_ path: Path) -> Int32 { opened("bind \(path)", unsafe px_bind(path.text)) }
  func connect(_ listener: Int32, _ path: Path) {
    record(
      "connect \(path) and echo", unsafe px_connect_and_echo(listener, path.text), asValue: true)
  }

  func run(_ path: Path, _ argument: Path) {
    let result = unsafe px_spawn(path.text, argument.text)
    record("run \(path) \(argument)", result, asValue: true)
  }
  /// Runs the steps while the program runs.
  func whileRunning(_ path: Path, _ argument: Path, _ steps: () -> Void) {
    let child = unsafe px_spawn_start(path.text, argument.text)
    guard record("start \(path)", child) else { return }
    steps()
    record("stop \(path)", px_spawn_stop(child), asValue: true)
  }
}

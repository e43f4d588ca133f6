// Opening, reading and writing.

import CPosixCases
import Glibc

extension Probe {
  func open(_ path: Path, _ flags: Int32, mode: UInt32 = 0o644, at dir: Int32 = AT_FDCWD) -> Int32 {
    let descriptor = unsafe px_open(dir, path.text, flags, mode)
    let place = dir == AT_FDCWD ? "" : " at descriptor"
    return opened("open \(path) 0x\(String(flags, radix: 16))\(place)", descriptor)
  }

  func openBeneath(_ path: Path, _ flags: Int32, at dir: Int32) -> Int32 {
    opened("openat2 beneath \(path)", unsafe px_openat2_beneath(dir, path.text, flags))
  }

  /// A file with this content; only a failure is logged.
  func make(_ path: Path, _ content: String = "", mode: UInt32 = 0o644) {
    make(path, bytes: Array(content.utf8), mode: mode)
  }

  func make(_ path: Path, bytes: [UInt8], mode: UInt32 = 0o644) {
    let descriptor = unsafe px_open(
      AT_FDCWD, path.text, O_CREAT | O_WRONLY | O_TRUNC, mode)
    guard descriptor >= 0 else {
      record("make \(path)", descriptor)
      return
    }
    let written = unsafe px_write(descriptor, bytes, bytes.count)
    if written != bytes.count { record("make \(path): write", written, asValue: true) }
    let closed = px_close(descriptor)
    if closed < 0 { record("make \(path): close", closed) }
  }

  /// Logs what `path` contains.
  func content(_ path: Path) {
    let descriptor = unsafe px_open(AT_FDCWD, path.text, O_RDONLY, 0)
    guard descriptor >= 0 else {
      record("content \(path)", descriptor)
      return
    }
    note("content \(path) = \(shown(everything(in: descriptor)))")
    _ = px_close(descriptor)
  }

  func everything(in descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe px_pread(descriptor, &buffer, buffer.count, Int64(all.count))
      guard count > 0 else { return all }
      all += buffer.prefix(count)
    }
  }

  func read(_ descriptor: Int32, _ count: Int) {
    var buffer = [UInt8](repeating: 0, count: max(count, 1))
    let result = unsafe px_read(descriptor, &buffer, count)
    logRead("read \(count)", result, buffer)
  }

  func pread(_ descriptor: Int32, _ count: Int, _ offset: Int64) {
    var buffer = [UInt8](repeating: 0, count: max(count, 1))
    let result = unsafe px_pread(descriptor, &buffer, count, offset)
    logRead("pread \(count) at \(offset)", result, buffer)
  }

  func readv(_ descriptor: Int32, _ count: Int, pieces: Int) {
    var buffer = [UInt8](repeating: 0, count: max(count, 1))
    let result = unsafe px_readv(descriptor, &buffer, count, pieces)
    logRead("readv \(count) by \(pieces)", result, buffer)
  }

  private func logRead(_ step: String, _ result: Int, _ buffer: [UInt8]) {
    if result < 0 {
      record(step, result)
    } else {
      note("\(step) = \(result) \(shown(buffer.prefix(result)))")
    }
  }

  func write(_ descriptor: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    record("write \(shown(bytes))", unsafe px_write(descriptor, bytes, bytes.count), asValue: true)
  }

  func pwrite(_ descriptor: Int32, _ text: String, _ offset: Int64) {
    let bytes = Array(text.utf8)
    let result = unsafe px_pwrite(descriptor, bytes, bytes.count, offset)
    record("pwrite \(shown(bytes)) at \(offset)", result, asValue: true)
  }

  func writev(_ descriptor: Int32, _ text: String, pieces: Int) {
    let bytes = Array(text.utf8)
    let result = unsafe px_writev(descriptor, bytes, bytes.count, pieces)
    record("writev \(shown(bytes)) by \(pieces)", result, asValue: true)
  }

  func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) {
    record(
      "lseek \(offset) \(whence)", px_lseek(descriptor, offset, whence), asValue: true)
  }

  func truncate(_ path: Path, _ size: Int64) {
    record("truncate \(path) \(size)", unsafe px_truncate(path.text, size))
  }

  func ftruncate(_ descriptor: Int32, _ size: Int64) {
    record("ftruncate \(size)", px_ftruncate(descriptor, size))
  }

  func fallocate(_ descriptor: Int32, _ mode: Int32, _ offset: Int64, _ length: Int64) {
    record(
      "fallocate \(mode) \(offset) \(length)", px_fallocate(descriptor, mode, offset, length))
  }

  func copyRange(_ input: Int32, _ from: Int64, _ output: Int32, _ to: Int64, _ count: Int) {
    record(
      "copy_file_range \(from) -> \(to), \(count)",
      px_copy_file_range(input, from, output, to, count), asValue: true)
  }

  func sendfile(_ output: Int32, _ input: Int32, _ offset: Int64, _ count: Int) {
    record(
      "sendfile \(offset) \(count)", px_sendfile(output, input, offset, count), asValue: true)
  }

  func fsync(_ descriptor: Int32) { record("fsync", px_fsync(descriptor)) }
  func fdatasync(_ descriptor: Int32) { record("fdatasync", px_fdatasync(descriptor)) }
  func syncfs(_ descriptor: Int32) { record("syncfs", px_syncfs(descriptor)) }

  func fadvise(_ descriptor: Int32, _ advice: Int32) {
    record("fadvise \(advice)", px_fadvise(descriptor, 0, 0, advice))
  }

  func duplicate(_ descriptor: Int32) -> Int32 { opened("dup", px_dup(descriptor)) }

  func statusFlags(_ descriptor: Int32, only mask: Int32) {
    let flags = px_getfl(descriptor)
    record("F_GETFL & \(mask)", flags < 0 ? flags : flags & mask, asValue: true)
  }

  func setStatusFlags(_ descriptor: Int32, _ flags: Int32) {
    record("F_SETFL \(flags)", px_setfl(descriptor, flags))
  }

  func directWrite(
    _ descriptor: Int32, _ value: Int32, _ count: Int, _ offset: Int64, misalign: Int = 0
  ) {
    record(
      "direct write \(count) at \(offset), \(misalign) off",
      px_direct_write(descriptor, value, count, offset, misalign), asValue: true)
  }

  func directRead(_ descriptor: Int32, _ value: Int32, _ count: Int, _ offset: Int64) {
    record(
      "direct read \(count) at \(offset)", px_direct_read(descriptor, value, count, offset),
      asValue: true)
  }

  func mapStore(
    _ descriptor: Int32, _ text: String, at offset: Int, length: Int = 4096, shared: Bool = true
  ) {
    record(
      "map \(shared ? "shared" : "private") \(length), store at \(offset)",
      unsafe px_map_store(descriptor, shared ? 1 : 0, length, offset, text))
  }

  func mapLoad(_ descriptor: Int32, at offset: Int, _ count: Int, length: Int = 4096) {
    var buffer = [CChar](repeating: 0, count: count)
    let result = unsafe px_map_load(descriptor, length, offset, &buffer, count)
    if record("map load at \(offset)", result) {
      note("  loaded \(shown(buffer.map { UInt8(bitPattern: $0) }))")
    }
  }

  func mapOutlives(_ descriptor: Int32, _ path: Path) {
    forget(descriptor)
    record("map outlives \(path)", unsafe px_map_outlives(descriptor, path.text, 4096))
  }
}

// Open files and directories. A handle is a slot and its generation, so that a number the kernel never
// got, or got back long ago, is EBADF. Slots never move and are read without a lock: the kernel sends
// RELEASE after everything else of a handle.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

@safe final class HandleTable: Sendable {
  struct Slot: ~Copyable {
    let descriptor = Atomic<Int32>(-1)
    let generation = Atomic<UInt32>(1)
    /// The node's id, for locks.
    let node = Atomic<UInt64>(0)
    /// open(2) flags: the access mode, and O_DIRECT as it now is.
    let flags = Atomic<Int32>(0)
  }

  private static let chunkBits = 8
  private static let chunkCount = 4096

  nonisolated(unsafe) private let chunks: UnsafeMutablePointer<Atomic<UnsafeMutablePointer<Slot>?>>
  /// Guards which slots are free, and the streams of open directories.
  private let state = Guarded<State>(State())

  private struct State {
    var used: UInt32 = 0
    var free: [UInt32] = []
    var streams: [UInt32: DirectoryStream] = [:]
  }

  init() {
    unsafe chunks = .allocate(capacity: Self.chunkCount)
    for index in 0..<Self.chunkCount { unsafe (chunks + index).initialize(to: Atomic(nil)) }
  }

  deinit {
    for index in 0..<Self.chunkCount {
      guard let chunk = unsafe chunks[index].load(ordering: .acquiring) else { break }
      for slot in 0..<(1 << Self.chunkBits) {
        let descriptor = unsafe chunk[slot].descriptor.load(ordering: .relaxed)
        if descriptor >= 0 { _ = bl_close(descriptor) }
      }
      unsafe chunk.deinitialize(count: 1 << Self.chunkBits).deallocate()
    }
    unsafe chunks.deinitialize(count: Self.chunkCount).deallocate()
  }

  private func pointer(_ slot: UInt32) -> UnsafeMutablePointer<Slot>? {
    let chunk = Int(slot) >> Self.chunkBits
    guard chunk < Self.chunkCount, let base = unsafe chunks[chunk].load(ordering: .acquiring) else {
      return nil
    }
    return unsafe base + (Int(slot) & ((1 << Self.chunkBits) - 1))
  }

  private func slot(of handle: HandleID) throws(Errno) -> UnsafeMutablePointer<Slot> {
    guard let slot = unsafe pointer(UInt32(truncatingIfNeeded: handle.rawValue)),
      unsafe slot.pointee.generation.load(ordering: .relaxed)
        == UInt32(truncatingIfNeeded: handle.rawValue >> 32)
    else { throw .badDescriptor }
    return unsafe slot
  }

  func insert(
    _ descriptor: consuming Descriptor, flags: Int32, node: NodeID, stream: DirectoryStream? = nil
  ) throws(Errno) -> HandleID {
    let index = state.withLock { state -> UInt32? in
      let index: UInt32
      if let reused = state.free.popLast() {
        index = reused
      } else {
        let chunk = Int(state.used) >> Self.chunkBits
        guard chunk < Self.chunkCount else { return nil }
        if unsafe chunks[chunk].load(ordering: .relaxed) == nil {
          let fresh = UnsafeMutablePointer<Slot>.allocate(capacity: 1 << Self.chunkBits)
          for slot in 0..<(1 << Self.chunkBits) { unsafe (fresh + slot).initialize(to: Slot()) }
          unsafe chunks[chunk].store(fresh, ordering: .releasing)
        }
        index = state.used
        state.used += 1
      }
      if let stream { state.streams[index] = stream }
      return index
    }
    guard let index, let slot = unsafe pointer(index) else { throw .tooManyOpenFiles }
    unsafe slot.pointee.flags.store(flags, ordering: .relaxed)
    unsafe slot.pointee.node.store(node.rawValue, ordering: .relaxed)
    unsafe slot.pointee.descriptor.store(descriptor.release(), ordering: .releasing)
    let generation = unsafe slot.pointee.generation.load(ordering: .relaxed)
    return HandleID(rawValue: UInt64(generation) << 32 | UInt64(index))
  }

  func remove(_ handle: HandleID) {
    guard let slot = try? unsafe self.slot(of: handle) else { return }
    let descriptor = unsafe slot.pointee.descriptor.exchange(-1, ordering: .acquiringAndReleasing)
    guard descriptor >= 0 else { return }
    _ = bl_close(descriptor)
    unsafe slot.pointee.generation.wrappingAdd(1, ordering: .relaxed)
    let index = UInt32(truncatingIfNeeded: handle.rawValue)
    state.withLock {
      if !$0.streams.isEmpty { $0.streams[index] = nil }
      $0.free.append(index)
    }
  }

  func descriptor(_ handle: HandleID) throws(Errno) -> Int32 {
    let descriptor = unsafe try slot(of: handle).pointee.descriptor.load(ordering: .acquiring)
    guard descriptor >= 0 else { throw .badDescriptor }
    return descriptor
  }

  func node(_ handle: HandleID) throws(Errno) -> NodeID {
    NodeID(rawValue: unsafe try slot(of: handle).pointee.node.load(ordering: .relaxed))
  }

  func isWritable(_ handle: HandleID) throws(Errno) -> Bool {
    unsafe try slot(of: handle).pointee.flags.load(ordering: .relaxed) & O_ACCMODE != O_RDONLY
  }

  /// The first node that is open and fits.
  func firstNode(where fits: (NodeID) -> Bool) -> NodeID? {
    let used = state.withLock { $0.used }
    for index in 0..<used {
      guard let slot = unsafe pointer(index),
        unsafe slot.pointee.descriptor.load(ordering: .acquiring) >= 0
      else { continue }
      let node = NodeID(rawValue: unsafe slot.pointee.node.load(ordering: .relaxed))
      if fits(node) { return node }
    }
    return nil
  }

  func isOpenForWriting(_ node: NodeID) -> Bool {
    let used = state.withLock { $0.used }
    return (0..<used).contains { index in
      guard let slot = unsafe pointer(index) else { return false }
      return unsafe slot.pointee.node.load(ordering: .relaxed) == node.rawValue
        && slot.pointee.descriptor.load(ordering: .acquiring) >= 0
        && slot.pointee.flags.load(ordering: .relaxed) & O_ACCMODE != O_RDONLY
    }
  }

  /// The descriptor, with O_DIRECT switched as the request's flags say: fcntl(F_SETFL) on the client's
  /// side sends no message of its own.
  func descriptor(_ handle: HandleID, requestFlags: Int32) throws(Errno) -> Int32 {
    let slot = try unsafe slot(of: handle)
    let descriptor = try descriptor(handle)
    let direct = Int32(BL_O_DIRECT)
    let now = unsafe slot.pointee.flags.load(ordering: .relaxed)
    if (now ^ requestFlags) & direct != 0 {
      let flags = try System.checked(bl_get_flags(descriptor))
      let wanted = flags & ~direct | requestFlags & direct
      _ = try System.checked(bl_set_flags(descriptor, wanted))
      unsafe slot.pointee.flags.store(now & ~direct | requestFlags & direct, ordering: .relaxed)
    }
    return descriptor
  }

  /// Descriptors that handles of a node have at this moment. Another thread may close one meanwhile:
  /// what it leads to is to be checked.
  func descriptors(of node: NodeID) -> [Int32] {
    let used = state.withLock { $0.used }
    return (0..<used).compactMap { index in
      guard let slot = unsafe pointer(index),
        unsafe slot.pointee.node.load(ordering: .relaxed) == node.rawValue
      else { return nil }
      let descriptor = unsafe slot.pointee.descriptor.load(ordering: .acquiring)
      return descriptor >= 0 ? descriptor : nil
    }
  }

  /// Of streams that are open: the kernel has what it read by the others.
  var directoriesListedWithEntries: [NodeID] {
    state.withLock { state in
      state.streams.values.compactMap {
        $0.givesEntries.load(ordering: .relaxed) ? $0.node : nil
      }
    }
  }

  var openDirectories: [NodeID] { state.withLock { $0.streams.values.map(\.node) } }

  func stream(_ handle: HandleID) throws(Errno) -> DirectoryStream {
    _ = try descriptor(handle)
    let index = UInt32(truncatingIfNeeded: handle.rawValue)
    guard let stream = state.withLock({ $0.streams[index] }) else { throw .badDescriptor }
    return stream
  }
}

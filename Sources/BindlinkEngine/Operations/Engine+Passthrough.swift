// Files whose data the kernel reads and writes itself (FUSE passthrough, Linux 6.12, where the server has
// CAP_SYS_ADMIN). It wants one backing for all openings of an inode, and either all of them or none: the
// first opening decides, and the last one's end undoes that.
//
// The kernel writes with the rights of the thread that made the backing known: without CAP_FSETID, so that
// set-ID bits go as from a caller that has no such right. Files that have such bits when they are first
// opened are left to the server, who is told of each caller's right.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

extension Engine {
  package var passesThrough: Bool { isPassingThrough.load(ordering: .relaxed) }

  /// Outside of user namespaces: whether the kernel would let this process make backings known, which
  /// takes CAP_SYS_ADMIN.
  package static var mayPassThrough: Bool {
    OwnCredentials.current.capabilities.effective & (1 << 21) != 0
  }

  /// Before the first request for a file.
  package func kernelPassesThrough() { isPassingThrough.store(true, ordering: .relaxed) }

  /// Counts an opening, and returns the number of the backing that the kernel is to use for it; 0: none.
  /// `openBacking` makes a descriptor's file known and returns its number, or a negative one.
  package func passThrough(
    _ handle: HandleID, of id: NodeID, openBacking: (Int32) -> Int32
  ) -> Int32 {
    // A remote backing is asked without holding anything.
    let file = (try? handles.descriptor(handle)) ?? -1
    let isPassable = file >= 0 && isPassable(file)
    if !isPassable { awaitReleases(of: id) }
    return passing.withLock { _ in
      let (isFirst, known) = nodes.withLock { table -> (Bool, Int32) in
        guard let node = unsafe table[id] else { return (false, 0) }
        unsafe node.pointee.openings += 1
        return (unsafe node.pointee.openings == 1, unsafe node.pointee.backing)
      }
      guard isFirst else { return known }
      guard isPassable else { return 0 }
      let backing = openBackingApart(file, openBacking)
      guard backing > 0 else { return 0 }
      nodes.withLock { unsafe $0[id]?.pointee.backing = backing }
      return backing
    }
  }

  /// Nobody waits until the server has heard that a file is closed: those who had it open before it became
  /// one that is not passed through may have closed it long ago.
  private func awaitReleases(of id: NodeID) {
    for _ in 0..<20 {
      guard nodes.withLock({ unsafe ($0[id]?.pointee.backing ?? 0) != 0 }) else { return }
      usleep(500)
    }
  }

  /// The kernel keeps the open file that it is given: one of its own, so that the client's locks end with
  /// the client's opening, and that a program that was written can be run. Before Linux 6.16 it takes none
  /// that is but a place.
  private func openBackingApart(_ file: Int32, _ openBacking: (Int32) -> Int32) -> Int32 {
    let right = WithoutSetIDRight()
    defer { _ = right }
    for flags in [Int32(BL_O_PATH), O_RDONLY | O_NOCTTY] {
      guard let apart = try? System.reopen(file, flags) else { continue }
      let backing = openBacking(apart.raw)
      if backing > 0 { return backing }
    }
    return 0
  }

  /// A remote file system wants to be told when a file is closed.
  private func isPassable(_ file: Int32) -> Bool {
    guard let status = try? System.status(of: file, synchronising: false) else { return false }
    return status.mode & 0o6000 == 0 && host.isPlain(file, status)
  }

  /// A backing that is not used any more has no part in what the next opening decides, so nothing is held
  /// while it is closed.
  func endOpening(_ handle: HandleID, of id: NodeID, _ closeBacking: (Int32) -> Void) {
    let isWriter = (try? handles.isWritable(handle)) ?? false
    let backing = nodes.withLock { table -> Int32 in
      guard let node = unsafe table[id], unsafe node.pointee.openings > 0 else { return 0 }
      if isWriter, unsafe node.pointee.kernelWriters > 0 {
        unsafe node.pointee.kernelWriters -= 1
        if unsafe node.pointee.kernelWriters == 0 {
          // A map may be left.
          unsafe node.pointee.awaitsClosing =
            !node.pointee.hasClosed && tellsOfClosing(id, in: table)
          unsafe node.pointee.hasClosed = false
        }
      }
      unsafe node.pointee.openings -= 1
      guard unsafe node.pointee.openings == 0 else { return 0 }
      defer { unsafe node.pointee.backing = 0 }
      return unsafe node.pointee.backing
    }
    if backing != 0 { closeBacking(backing) }
  }

  /// There will be an event when the kernel's writing ends, with the last map of the file.
  private func tellsOfClosing(_ id: NodeID, in table: borrowing NodeTable) -> Bool {
    guard policy.watches, let node = unsafe table[id], let name = unsafe node.pointee.names else {
      return false
    }
    return unsafe name.pointee.origin == .child && !node.pointee.hasStrayed
      && regime(ofDirectory: name.pointee.parent, in: table) == .watched
  }

  /// The kernel is going to write the file itself, if it was opened for writing: what it keeps of size and
  /// times it has to ask for from now on. True if so. `isAnswered`: the answer itself says that.
  @discardableResult
  package func expectKernelWrites(
    _ handle: HandleID, of id: NodeID, isAnswered: Bool = false
  ) -> Bool {
    guard (try? handles.isWritable(handle)) ?? false else { return false }
    nodes.withLock { table in
      guard let node = unsafe table[id], unsafe node.pointee.kernelWriters < .max else { return }
      unsafe node.pointee.kernelWriters += 1
    }
    if !isAnswered { expireAttributes(of: id) }
    return true
  }

  /// Nothing that is said of its size and times may be believed, whatever the policy.
  func isKernelWritten(_ id: NodeID) -> Bool {
    passesThrough && nodes.withLock { unsafe $0[id]?.pointee.isKernelWritten ?? false }
  }

  @inline(never)
  func expireAttributes(of id: NodeID) {
    notifier.withLock { $0 }?.expireAttributes(of: id)
  }
}

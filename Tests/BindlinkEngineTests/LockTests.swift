// POSIX locks: what remains of ranges, between owners of the view, and against the host.

import BindlinkMap
import Glibc
import Testing

@testable import BindlinkEngine

@Suite struct LockTests {
  private static func lock(_ type: Int32, _ start: Int64, _ length: Int64) -> FileLock {
    FileLock(type: type, start: start, length: length, pid: 7)
  }

  @Test(
    arguments: [
      // Freed in the middle, at either end, all of it.
      ([(F_WRLCK, 0, 100), (F_UNLCK, 40, 20)], [(F_WRLCK, 0, 40), (F_WRLCK, 60, 100)]),
      ([(F_WRLCK, 0, 100), (F_UNLCK, 0, 20)], [(F_WRLCK, 20, 100)]),
      ([(F_WRLCK, 0, 100), (F_UNLCK, 80, 0)], [(F_WRLCK, 0, 80)]),
      ([(F_WRLCK, 0, 100), (F_RDLCK, 200, 1), (F_UNLCK, 0, 0)], []),
      // Another type over a part.
      (
        [(F_RDLCK, 0, 100), (F_WRLCK, 10, 10)],
        [(F_RDLCK, 0, 10), (F_RDLCK, 20, 100), (F_WRLCK, 10, 20)]
      ),
      // Neighbours do not touch.
      ([(F_RDLCK, 0, 10), (F_UNLCK, 10, 10)], [(F_RDLCK, 0, 10)]),
      // To the end of everything.
      ([(F_WRLCK, 5, 0), (F_UNLCK, 10, 5)], [(F_WRLCK, 5, 10), (F_WRLCK, 15, Int64.max)]),
    ] as [([(Int32, Int64, Int64)], [(Int32, Int64, Int64)])])
  func rangesRemain(
    _ steps: [(Int32, Int64, Int64)], _ expected: [(type: Int32, start: Int64, end: Int64)]
  ) {
    var ranges: [LockTable.Range] = []
    for (type, start, length) in steps {
      LockTable.replace(&ranges, with: Self.lock(type, start, length))
    }
    #expect(
      ranges.map { [Int64($0.type), $0.start, $0.end] }
        == expected.map { [Int64($0.type), $0.start, $0.end] })
  }

  @Test func ownersConflictAndTheHolderIsNamed() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let engine = view.engine
    let handle = try view.open(view.lookup("file").node, O_RDWR)
    let wanted = Self.lock(F_WRLCK, 0, 10)
    try engine.setLock(handle, owner: 1, wanted, waits: false)
    #expect(
      failure { () throws(Errno) in try engine.setLock(handle, owner: 2, wanted, waits: false) }
        == .again)
    let found = try engine.testLock(handle, owner: 2, Self.lock(F_RDLCK, 5, 1))
    #expect(found.type == F_WRLCK)
    #expect((found.start, found.length, found.pid) == (0, 10, 7))
    #expect(try engine.testLock(handle, owner: 1, wanted).type == F_UNLCK)
    #expect(
      try engine.testLock(handle, owner: 2, Self.lock(F_WRLCK, 10, 0)).type == F_UNLCK)
    // The end of an owner frees its locks.
    try engine.flush(handle, lockOwner: 1)
    try engine.setLock(handle, owner: 2, wanted, waits: false)
  }

  @Test func locksHoldAgainstTheHost() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let handle = try view.open(view.lookup("file").node, O_RDWR)
    try view.engine.setLock(handle, owner: 1, Self.lock(F_WRLCK, 0, 10), waits: false)
    let host = unsafe open(tree.path + "/anchor/file", O_RDWR | O_CLOEXEC)
    defer { close(host) }
    var wanted = flock()
    wanted.l_type = Int16(F_WRLCK)
    wanted.l_len = 1
    #expect(unsafe fcntl(host, F_SETLK, &wanted) == -1 && errno == EAGAIN)
    view.engine.release(handle, lockOwner: 1)
    #expect(unsafe fcntl(host, F_SETLK, &wanted) == 0)
  }

  @Test func aReadLockIsRaisedToAWriteLock() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let engine = view.engine
    let handle = try view.open(view.lookup("file").node, O_RDWR)
    try engine.setLock(handle, owner: 1, Self.lock(F_RDLCK, 0, 10), waits: false)
    try engine.setLock(handle, owner: 2, Self.lock(F_RDLCK, 0, 10), waits: false)
    let raised = Self.lock(F_WRLCK, 5, 1)
    #expect(
      failure { () throws(Errno) in try engine.setLock(handle, owner: 1, raised, waits: false) }
        == .again)
    try engine.setLock(handle, owner: 2, Self.lock(F_UNLCK, 0, 0), waits: false)
    try engine.setLock(handle, owner: 1, raised, waits: false)
    #expect(
      try engine.testLock(handle, owner: 2, Self.lock(F_RDLCK, 5, 1)).type == F_WRLCK)
    #expect(
      try engine.testLock(handle, owner: 2, Self.lock(F_RDLCK, 0, 5)).type == F_UNLCK)
  }

  @Test func wholeFileLocksAreOfOneOpen() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/file")
    let view = try ScratchView(tree)
    let node = try view.lookup("file").node
    let (one, other) = (try view.open(node), try view.open(node))
    try view.engine.lockWholeFile(one, operation: LOCK_EX | LOCK_NB)
    #expect(
      failure { () throws(Errno) in
        try view.engine.lockWholeFile(other, operation: LOCK_SH | LOCK_NB)
      } == .again)
    view.engine.release(one, lockOwner: 0)
    try view.engine.lockWholeFile(other, operation: LOCK_SH | LOCK_NB)
  }
}

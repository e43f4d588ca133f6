// POSIX and BSD locks. A request is first tried without waiting; only one that has to wait, for the
// lock or for the kernel to forget what is out of date, gets a thread.
import BindlinkEngine
import BindlinkMap
import CFuse3
import Glibc

func addLocks(to table: inout fuse_lowlevel_ops) {
  unsafe table.getlk = testLock
  unsafe table.setlk = setLock
  unsafe table.flock = lockWholeFile
}

private func testLock(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?,
  _ lock: UnsafeMutablePointer<flock>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let found = try unsafe session.engine.testLock(
        HandleID(info), owner: info!.pointee.lock_owner, FileLock(lock!.pointee))
      request.answer(found)
    } catch {
      request.fail(error)
    }
  }
}

private func setLock(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?,
  _ lock: UnsafeMutablePointer<flock>?, _ waits: Int32
) {
  unsafe serve(request) { request, session in
    let wanted = unsafe LockWait.Wanted.range(
      HandleID(info), owner: info!.pointee.lock_owner, FileLock(lock!.pointee))
    session.lock(request, wanted, mayWait: waits != 0)
  }
}

private func lockWholeFile(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?,
  _ operation: Int32
) {
  unsafe serve(request) { request, session in
    let wanted = unsafe LockWait.Wanted.wholeFile(HandleID(info), operation: operation & ~LOCK_NB)
    session.lock(request, wanted, mayWait: operation & LOCK_NB == 0)
  }
}

extension FileLock {
  fileprivate init(_ lock: flock) {
    self.init(
      type: Int32(lock.l_type), start: Int64(lock.l_start), length: Int64(lock.l_len),
      pid: lock.l_pid)
  }
}

extension Session {
  fileprivate func lock(
    _ request: consuming Request, _ wanted: LockWait.Wanted, mayWait: Bool
  ) {
    do throws(Errno) {
      try wanted.take(from: engine, waits: false)
      if wanted.isUnlocking || engine.isCaughtUp(wanted.handle) {
        request.succeed()
      } else {
        waitForLock(request, wanted, isTaken: true)
      }
    } catch {
      // F_SETLK may say either.
      if mayWait && (error == .again || error == .accessDenied) {
        waitForLock(request, wanted)
      } else {
        request.fail(error)
      }
    }
  }
}

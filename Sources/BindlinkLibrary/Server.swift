// A view that threads of the C program's process serve.
internal import Bindlink
internal import Glibc
internal import SystemPackage

final class Server: Sendable {
  private let thread: pthread_t

  /// Where no thread can be made the view is unmounted again.
  init(_ view: MountedView, workers: UInt32) throws(BindlinkError) {
    let job = unsafe Unmanaged.passRetained(
      Job(view: view, workers: workers == 0 ? 64 : Int(workers)))
    // The program's signal handlers are not for these threads, which inherit the mask.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, serve, job.toOpaque())
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    self.thread = thread
    if status != 0 {
      unsafe job.release()
      try? view.unmount(lazily: true)
      throw BindlinkError(
        "cannot mount \(view.mountpoint)", "no thread can be made", .init(rawValue: status))
    }
  }

  func wait() { pthread_join(thread, nil) }
}

private final class Job: Sendable {
  let view: MountedView
  let workers: Int

  init(view: MountedView, workers: Int) {
    self.view = view
    self.workers = workers
  }
}

private func serve(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let job = unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
  job.view.serve(workers: job.workers)
  return nil
}

// The one line of a failure.
import Bindlink
import SystemPackage
import Testing

@Suite struct BindlinkErrorTests {
  @Test func namesTheOperationTheReasonTheErrnoAndTheRule() {
    let error = BindlinkError(
      "cannot create link /src", "/data does not exist", .noSuchFileOrDirectory, rule: "C1")
    #expect(
      "\(error)" == "cannot create link /src: /data does not exist (ENOENT, C1)")
    #expect(error.exitStatus == .failed)
  }

  @Test func leavesOutTheRuleWhereNoneApplies() {
    #expect("\(BindlinkError("a", "b", .resourceBusy))" == "a: b (EBUSY)")
  }

  @Test func putsTheRemedyBehindTheReason() {
    let error = BindlinkError(
      "a", "b", .noSuchFileOrDirectory, remedy: "install c", exitStatus: .missing)
    #expect("\(error)" == "a: b; install c (ENOENT)")
    #expect(error.exitStatus.rawValue == 77)
  }

  @Test func staysOneLineWhateverTheNames() {
    #expect("\(BindlinkError("a\nb", "\u{1B}[1m", .ioError))" == #"a\nb: \u{1B}[1m (EIO)"#)
  }

  @Test(arguments: [
    (Errno.notSupported, "EOPNOTSUPP"), (.permissionDenied, "EACCES"), (.notDirectory, "ENOTDIR"),
    (.wouldBlock, "EAGAIN"), (Errno(rawValue: 30), "EROFS"), (Errno(rawValue: 9999), "errno 9999"),
  ])
  func namesEachErrno(errno: Errno, name: String) {
    #expect("\(BindlinkError("a", "b", errno))" == "a: b (\(name))")
  }

  @Test func wrongUsageFollowsFromEINVAL() {
    #expect(BindlinkError("a", "b", .invalidArgument).exitStatus.rawValue == 64)
  }
}

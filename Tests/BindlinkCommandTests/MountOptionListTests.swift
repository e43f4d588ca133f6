// The lists of `-o`.
import Bindlink
import SystemPackage
import Testing

@testable import BindlinkCommand

@Suite struct MountOptionListTests {
  private func view(_ list: String) throws -> View {
    var view = View()
    try view.apply(mountOptions: Array(list.utf8))
    return view
  }

  @Test(arguments: [
    ("a,b", ["a", "b"]), (",a,,b,", ["a", "b"]), (#"a\,b,c"#, ["a,b", "c"]),
    (#"a\\,b"#, [#"a\"#, "b"]), (#"link=/a\=b=/c\,read-only"#, [#"link=/a\=b=/c,read-only"#]),
    (#"except=\!a"#, [#"except=\!a"#]), (#"a\"#, [#"a\"#]), ("", []),
  ])
  func splitsAtCommas(list: String, options: [String]) {
    #expect(
      View.split(mountOptions: Array(list.utf8)).map { String(decoding: $0, as: UTF8.self) }
        == options)
  }

  @Test func setsTheOptionsOfTheMount() throws {
    var expected = View()
    expected.isReadOnly = true
    expected.options.allowsOther = true
    expected.options.checksPermissions = true
    expected.options.ignoresSetUserID = false
    expected.options.ignoresDevices = false
    expected.options.forbidsExecution = true
    expected.options.ignoresAccessTimes = true
    expected.options.isSynchronous = true
    expected.options.synchronizesDirectories = true
    expected.options.fileSystemName = "a=b"
    expected.options.entryTimeout = 1.5
    expected.options.attributeTimeout = 2
    expected.options.negativeTimeout = 0.25
    expected.options.keepsKernelCache = true
    expected.isOneFileSystem = true
    expected.options.noOpen = true
    expected.options.hasLocalLocks = true
    #expect(
      try view(
        "ro,allow_other,default_permissions,suid,dev,noexec,noatime,sync,dirsync,fsname=a=b,"
          + "entry_timeout=1.5,attr_timeout=2,negative_timeout=.25,kernel_cache,one_file_system,"
          + "no_open,no_remote_lock")
        == expected)
  }

  @Test func theLastOfTwoOppositesCounts() throws {
    #expect(
      try view("ro,rw,suid,nosuid,dev,nodev,noexec,exec,noatime,relatime,nodiratime,sync,async")
        == View())
  }

  @Test func takesLinksExceptionsAndAnchors() throws {
    let view = try view(
      #"link=/a=/b\,read-only,except=**/.env,except-from=/list,anchor=/c,parents"#)
    #expect(view.links == [BindLink("/a", backing: "/b", isReadOnly: true)])
    #expect(view.exceptions == [.rule("**/.env"), .file("/list")])
    #expect(view.anchor == .directory("/c"))
    #expect(view.createsParents)
    #expect(try self.view("empty").anchor == View.Anchor.none)
  }

  @Test func passesOverWhatIsForOthers() throws {
    #expect(
      try view(
        "nofail,user,users,owner,noauto,auto,defaults,_netdev,x-systemd.automount,x-a=b,comment=c")
        == View())
  }

  @Test(arguments: [
    "bogus", "bogus=1", "allow_other=1", "link", "except", "fsname", "empty=1", "anchor",
    "subtype=x", "entry_timeout=x", "attr_timeout=-1", "negative_timeout=inf", "remount",
    "allow_root", "ro ",
  ])
  func refusesAnyOtherByName(option: String) throws {
    let error = #expect(throws: BindlinkError.self) { try view("ro,\(option),rw") }
    #expect(error?.what == "cannot use mount option '\(option)'")
    #expect(error?.exitStatus == .usage)
  }

  @Test func refusesTwoAnchors() {
    #expect(throws: BindlinkError.self) { try view("anchor=/a,empty") }
    #expect(throws: BindlinkError.self) { try view("anchor=/a,anchor=/b") }
  }
}

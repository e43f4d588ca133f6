// What the processes in the view do.
import BindlinkControl
import BindlinkMap
import Glibc

enum Role: String {
  case work, change, forget

  func run(_ arguments: [String]) -> Int32 {
    switch self {
    case .work: Self.work(arguments[0], arguments[1], seconds: Int(arguments[2])!)
    case .change: Self.change(arguments[0], arguments[1], seconds: Int(arguments[2])!)
    case .forget: Self.forget()
    }
  }

  private static func deadline(_ seconds: Int) -> Int { time(nil) + seconds }

  /// In its own directory, where no link is, everything has to succeed; below links, what they
  /// allow. An open directory follows the table (R4).
  private static func work(_ view: String, _ number: String, seconds: Int) -> Int32 {
    var check = Expectations("worker \(number)")
    let (own, link) = ("\(view)/own/\(number)", "\(view)/l")
    let end = deadline(seconds)
    var round = 0
    let either = ["a", "b", Calls.missing]
    let change = ["ok", Calls.missing, Calls.readOnly]
    while time(nil) < end {
      round += 1
      let name = "\(own)/\(round % 7)"
      check.expect(Calls.write(name, "\(round)"), ["ok"], "write of an own file")
      check.expect(Calls.read(name), ["\(round)"], "read of an own file")
      check.expect(Calls.rename(name, "\(own)/moved"), ["ok"], "rename of an own file")
      check.expect(Calls.list(own), ["moved"], "own listing")
      check.expect(Calls.remove("\(own)/moved"), ["ok"], "unlink of an own file")

      let directory = unsafe open(link, O_RDONLY | O_DIRECTORY)
      check.expect(Calls.read("\(link)/who"), either, "read through the link")
      check.expect(Calls.write("\(link)/\(number)", number), change, "write through the link")
      let content = ["", number] + either.suffix(1)
      check.expect(Calls.read("\(link)/\(number)"), content, "read of what was written")
      check.expect(
        Calls.rename("\(link)/\(number)", "\(link)/\(number).new"), change + ["error \(EXDEV)"],
        "rename through the link")
      _ = Calls.remove("\(link)/\(number).new")
      let names = Calls.list(link)
      if !names.split(separator: " ").contains("who") {
        check.expect(names, [Calls.missing], "listing of the link")
      }
      if directory >= 0 {
        check.expect(Calls.read("who", below: directory), either, "read below an open directory")
        close(directory)
      }
      check.expect(Calls.list("\(view)/pair"), ["", "x y"], "two links of one batch (C6)")
      check.expect(Calls.read("\(view)/h/open"), ["o"], "read beside what is hidden")
      check.expect(Calls.read("\(view)/h/secret"), ["s", Calls.missing], "read of a secret")
      let shown = Calls.list("\(view)/h")
      check.expect(shown, ["open", "open secret"], "listing beside what is hidden")
    }
    print("worker \(number): \(round) rounds, \(check.failures) failures")
    return check.failures == 0 && round > 0 ? 0 : 1
  }

  /// After each change returns, it is seen (C7).
  private static func change(_ view: String, _ host: String, seconds: Int) -> Int32 {
    var check = Expectations("changer")
    let end = deadline(seconds)
    var count = 0
    do {
      let client = try ControlClient(view: Array(view.utf8))
      func apply(_ changes: TableChange...) throws(ControlFailure) {
        _ = try client.call(.change(changes))
        count += 1
      }
      func request(
        _ virtual: String, _ backing: String, readOnly: Bool = false, except: [String] = []
      ) -> LinkRequest {
        var link = LinkRequest(
          virtualPath: Array(virtual.utf8), backing: Array("\(host)/\(backing)".utf8))
        link.isReadOnly = readOnly
        link.exceptions = except.map { Array($0.utf8) }
        return link
      }
      while time(nil) < end {
        try apply(.create(request("/l", "a")))
        check.expect(Calls.read("\(view)/l/who"), ["a"], "after create")
        try apply(
          .replace(request("/l", "b")), .create(request("/pair/x", "a")),
          .create(request("/pair/y", "b")), .replace(request("/h", "h", except: ["secret"])))
        check.expect(Calls.read("\(view)/l/who"), ["b"], "after replace")
        check.expect(Calls.list("\(view)/pair"), ["x y"], "after a batch")
        check.expect(Calls.read("\(view)/h/secret"), [Calls.missing], "after a rule came")
        check.expect(Calls.list("\(view)/h"), ["open"], "listing after a rule came")
        try apply(.replace(request("/l", "b", readOnly: true)))
        check.expect(Calls.write("\(view)/l/changer", "x"), [Calls.readOnly], "after read-only")
        try apply(
          .remove(Array("/pair/x".utf8), recursively: false),
          .remove(Array("/pair/y".utf8), recursively: false), .replace(request("/h", "h")))
        check.expect(Calls.list("\(view)/pair"), [""], "after removal of two")
        check.expect(Calls.read("\(view)/h/secret"), ["s"], "after a rule went")
        try apply(.remove(Array("/l".utf8), recursively: false))
        check.expect(Calls.read("\(view)/l/who"), [Calls.missing], "after removal")
        check.expect(Calls.list(view), ["h own pair"], "listing after removal")
      }
    } catch {
      print("changer: \(error)")
      return 1
    }
    print("changer: \(count) changes, \(check.failures) failures")
    return check.failures == 0 && count > 0 ? 0 : 1
  }

  /// Root alone can make the kernel give up what it knows.
  private static func forget() -> Int32 {
    sync()
    let file = unsafe open("/proc/sys/vm/drop_caches", O_WRONLY)
    guard file >= 0 else { return 77 }
    for _ in 0..<3 {
      guard unsafe write(file, "2", 1) == 1 else { return 77 }
      sleep(1)
    }
    close(file)
    return 0
  }
}

// Bad input gets one clear line and its exit status, and changes nothing.
import Foundation
import Testing

@Suite(.serialized) struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// "@" stands for the scratch directory.
    let arguments: String
    let status: Int32
    /// What the line ends with, and a part of it that names the culprit.
    let end: String
    let part: String

    init(_ arguments: String, _ status: Int32, _ end: String, _ part: String) {
      self.arguments = arguments
      self.status = status
      self.end = end
      self.part = part
    }

    var testDescription: String { arguments }
  }

  private func check(
    _ case: Case, in scratch: Scratch, command: [String]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let names = scratch.names
    let mounts = scratch.mounts
    let arguments = `case`.arguments.split(separator: " ").map {
      $0.replacingOccurrences(of: "@", with: scratch.path)
    }
    let outcome = try BuiltCommand.run((command ?? [BuiltCommand.path]) + arguments)
    #expect(outcome.status == `case`.status, sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.errors.hasPrefix("bindlink: "), sourceLocation: sourceLocation)
    #expect(outcome.errors.hasSuffix("(\(`case`.end))\n"), "\(outcome.errors)")
    #expect(outcome.errors.contains(`case`.part), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(scratch.names == names, sourceLocation: sourceLocation)
    #expect(scratch.mounts == mounts, sourceLocation: sourceLocation)
    #expect(scratch.processes.isEmpty, sourceLocation: sourceLocation)
  }

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.makeDirectory("mnt")
    try scratch.makeDirectory("data")
    try scratch.write("", to: "file")
    try scratch.write("fine\na[\n", to: "patterns")
    try scratch.write("lnks: []", to: "bad")
    return scratch
  }

  @Test(arguments: [
    Case("", 64, "EINVAL", "no command"),
    Case("nonsense", 64, "EINVAL", "'nonsense'"),
    Case("--nonsense", 64, "EINVAL", "'--nonsense'"),
    Case("mount", 64, "EINVAL", "no mountpoint"),
    Case("mount a b @/mnt", 64, "EINVAL", "more than a source"),
    Case("mount --nonsense @/mnt", 64, "EINVAL", "'--nonsense'"),
    Case("mount @/mnt --link", 64, "EINVAL", "missing value for '--link"),
    Case("mount @/mnt --link @/data", 64, "EINVAL, C1", "no '='"),
    Case("mount @/mnt --link =@/data", 64, "EINVAL, C1", "no virtual path"),
    Case("mount @/mnt --link /a=", 64, "EINVAL, C1", "no backing"),
    Case("mount @/mnt --link /a=@/data,nonsense", 64, "EINVAL, C1", "'nonsense'"),
    Case("mount @/mnt --link /a=@/file,merged", 1, "ENOTDIR, P6", "file"),
    Case("mount @/mnt -o nonsense", 64, "EINVAL", "'nonsense'"),
    Case("mount @/mnt -oro,fsname=x,nonsense=3", 64, "EINVAL", "'nonsense=3'"),
    Case("mount @/mnt -o link=@/data", 64, "EINVAL, C1", "no '='"),
    Case("mount @/mnt --anchor @/data --empty", 64, "EINVAL", "more than one anchor"),
    Case("mount @/data @/mnt --anchor @/data", 64, "EINVAL", "has no anchor"),
    Case("mount @/mnt --except-from @/none", 1, "ENOENT, E4", "none"),
    Case("mount @/mnt --except-from @/data", 1, "EISDIR, E4", "data"),
    Case("mount @/data @/none", 1, "ENOENT", "none"),
    Case("mount @/data @/file", 1, "ENOTDIR", "file"),
    Case("mount @/data @/file/below", 1, "ENOTDIR", "below"),
    Case("mount -f @/data @/none", 1, "ENOENT", "none"),
    Case("unmount", 64, "EINVAL", "mountpoint"),
    Case("unmount @/mnt --nonsense", 64, "EINVAL", "'--nonsense'"),
    Case("unmount @/mnt", 1, "EINVAL", "no view is mounted"),
    Case("unmount @/none", 1, "ENOENT", "none"),
    Case("mount @/mnt --config @/none", 1, "ENOENT", "no such file"),
    Case("mount @/mnt --config @/data", 1, "EISDIR", "data"),
    Case("mount @/mnt --config @/file -o config=@/bad", 1, "EINVAL", "/bad:1:1: there is no key"),
    Case("create", 64, "EINVAL", "'<virtual>'"),
    Case("create @/mnt/a", 64, "EINVAL", "'<backing>'"),
    Case("create @/mnt/a @/data --nonsense", 64, "EINVAL", "'--nonsense'"),
    Case("create @/mnt @/data", 1, "EINVAL", "/mnt is in no view"),
    Case("create @/none/a @/data", 1, "ENOENT", "none"),
    Case("replace @/mnt @/data", 1, "EINVAL", "/mnt is in no view"),
    Case("replace @/mnt", 64, "EINVAL", "'<backing>'"),
    Case("remove", 64, "EINVAL", "'<virtual>'"),
    Case("remove @/mnt", 1, "EINVAL", "/mnt is in no view"),
    Case("list @/mnt", 1, "EINVAL", "/mnt is in no view"),
    Case("list @/mnt @/mnt", 64, "EINVAL", "unexpected argument"),
    Case("explain", 64, "EINVAL", "'<path>'"),
    Case("explain @/mnt", 1, "EINVAL", "/mnt is in no view"),
    Case("apply @/file", 64, "EINVAL", "'<mountpoint>'"),
    Case("apply @/file @/mnt", 1, "EINVAL", "/mnt is in no view"),
    Case("export", 64, "EINVAL", "'<mountpoint>'"),
    Case("export @/mnt", 1, "EINVAL", "/mnt is in no view"),
    Case("symlink", 64, "EINVAL", "'<link>'"),
    Case("symlink @/a", 64, "EINVAL", "'<target>'"),
    Case("symlink @/file x", 1, "EEXIST, S1", "/file exists already"),
    Case("symlink @/none/a x", 1, "ENOENT, S1", "/none does not exist"),
    Case(#"symlink @/a E:\x"#, 64, "EINVAL, S2", "'E:'"),
    Case("symlink @/a x --drive D", 64, "EINVAL, S2", "'D'"),
    Case("symlink @/a x --drive D:=relative", 64, "EINVAL, S2", "not absolute"),
    Case("symlink @/a x --config @/none", 1, "ENOENT", "/none"),
    Case("symlink @/a x --config @/bad", 1, "EINVAL", "there is no key 'lnks'"),
    Case("hardlink @/a", 64, "EINVAL", "'<existing>'"),
    Case("hardlink @/a @/data", 1, "EPERM, H1", "/data is a directory"),
    Case("hardlink @/a @/none", 1, "ENOENT, H1", "/none does not exist"),
    Case("hardlink @/data @/file", 1, "EEXIST, H1", "/data exists already"),
    Case("junction @/a", 64, "EINVAL", "'<directory>'"),
    Case("junction @/a @/file", 1, "ENOTDIR, J1", "/file is not a directory"),
    Case("junction @/mnt @/data", 1, "EEXIST, J1", "/mnt exists already"),
    Case("ntfslink @/file", 64, "EINVAL", "'<link>'"),
    Case("ntfslink @/file @/data", 1, "EEXIST, J1", "/data exists already"),
    Case("ntfslink @/none @/a", 1, "ENOENT, J1", "/none does not exist"),
    Case("ntfslink @/file @/none/a --overwrite", 1, "ENOENT, J1", "/none does not exist"),
    Case("links", 64, "EINVAL", "'<file>'"),
    Case("links @/data", 1, "EPERM, H1", "/data is a directory"),
    Case("links @/file --in @/none", 1, "ENOENT, H1", "/none does not exist"),
    Case("check", 64, "EINVAL", "'<config>'"),
    Case("check @/none", 1, "ENOENT", "none"),
    Case("check @/bad", 1, "EINVAL", "/bad:1:1: there is no key 'lnks'"),
  ])
  func commandLine(case: Case) throws {
    try check(`case`, in: scratch())
  }

  @Test(arguments: [
    Case("mount @/none @/mnt", 1, "ENOENT, C1", "/none does not exist"),
    Case("mount @/mnt --link /a=@/none", 1, "ENOENT, C1", "cannot create link /a: "),
    Case("mount @/mnt --link a=@/data", 64, "EINVAL, C1", "cannot create link a: "),
    Case("mount @/mnt --link /../a=@/data", 64, "EINVAL, C1", "/../a"),
    Case("mount @/mnt --link /a/b=@/data", 1, "ENOENT, C1", "/a"),
    Case("mount @/mnt --link /a=@/data --link //a/.=@/data", 1, "EEXIST, C1", "/a"),
    Case("mount @/file @/mnt", 1, "ENOTDIR, C1", "/file is not a directory"),
    Case("mount @/data @/mnt --link /=@/data", 1, "EEXIST, C1", "/"),
    Case("mount @/mnt --except /", 64, "EINVAL, E2", "/"),
    Case("mount @/mnt --except a[", 64, "EINVAL, E4", "a["),
    Case("mount @/mnt --except-from @/patterns", 64, "EINVAL, E4", "a["),
    Case("mount @/mnt --anchor @/none", 1, "ENOENT, C1", "cannot use the anchor: "),
  ])
  func tableOfLinks(case: Case) throws {
    try check(`case`, in: scratch())
  }

  @Test func checkTellsEverythingThatIsWrong() throws {
    let scratch = try scratch()
    try scratch.write(
      """
      links:
        - {virtual: /a, backing: none}
        - {virtual: /b, backing: file, merged: true, x: 1}
        - {virtual: c, backing: data}
      """, to: "view.yaml")
    let outcome = try BuiltCommand.run([BuiltCommand.path, "check", "\(scratch.path)/view.yaml"])
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    let file = "bindlink: \(scratch.path)/view.yaml"
    #expect(
      outcome.errors.split(separator: "\n") == [
        "\(file):2:28: \(scratch.path)/none does not exist (ENOENT, C1)",
        "\(file):3:28: \(scratch.path)/file is not a directory, but merged (ENOTDIR, P6)",
        "\(file):3:48: there is no key 'x' (EINVAL)",
        "\(file):4:15: c is not absolute (EINVAL, C1)",
      ])
    try scratch.write("links: [{virtual: /, backing: data}]", to: "view.yaml")
    let good = try BuiltCommand.run([BuiltCommand.path, "check", "\(scratch.path)/view.yaml"])
    #expect(good.status == 0 && good.output.isEmpty && good.errors.isEmpty)
  }

  @Test func aViewIsThereAlready() throws {
    let scratch = try scratch()
    let mounted = try BuiltCommand.run(
      [BuiltCommand.path, "mount", "\(scratch.path)/data", "\(scratch.path)/mnt"])
    #expect(mounted.status == 0, "\(mounted.errors)")
    defer { _ = try? BuiltCommand.run([BuiltCommand.path, "unmount", "\(scratch.path)/mnt"]) }
    let before = scratch.processes
    let outcome = try BuiltCommand.run(
      [BuiltCommand.path, "mount", "\(scratch.path)/data", "\(scratch.path)/mnt"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("bindlink: cannot mount \(scratch.path)/mnt: "))
    #expect(outcome.errors.hasSuffix("(EBUSY)\n"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(scratch.mounts.count == 1)
    #expect(scratch.processes == before)
  }

  /// A private mount namespace in which the shell text has been run first.
  private func namespace(after preparation: String) -> [String] {
    (getuid() == 0 ? ["unshare", "-m"] : ["unshare", "-Urm"])
      + ["sh", "-c", "\(preparation) && exec \"$@\"", "sh"]
  }

  private static var isRootOfTheMachine: Bool {
    let map = try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)
    return getuid() == 0 && map?.contains("4294967295") == true
  }

  @Test func fuseIsMissing() throws {
    let command = namespace(after: "mount -t tmpfs none /dev") + [BuiltCommand.path]
    try check(
      Case("mount @/data @/mnt", 77, "ENOENT", "/dev/fuse"), in: scratch(), command: command)
  }

  @Test(.enabled(if: isRootOfTheMachine, "covers a program and becomes another user"))
  func fusermountIsMissing() throws {
    let scratch = try scratch()
    try FileManager.default.copyItem(
      atPath: BuiltCommand.path, toPath: "\(scratch.path)/bindlink")
    try FileManager.default.setAttributes(
      [.ownerAccountID: 65534], ofItemAtPath: "\(scratch.path)/mnt")
    let command =
      namespace(
        after: "chmod 666 /dev/fuse && mount --bind /dev/null /usr/bin/fusermount3 && cd /")
      + ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
      + ["env", "PATH=/nonexistent", "\(scratch.path)/bindlink"]
    let outcome = try BuiltCommand.run(
      command + ["mount", "\(scratch.path)/data", "\(scratch.path)/mnt"])
    #expect(outcome.status == 77, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("bindlink: cannot mount \(scratch.path)/mnt: "))
    #expect(outcome.errors.contains("fusermount3"))
    #expect(outcome.errors.contains("fuse3"), "names the remedy")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(scratch.mounts.isEmpty)
    #expect(scratch.processes.isEmpty)
  }

  @Test(arguments: [
    ["--version"], ["--help"], ["-h"], ["mount", "--help"], ["unmount", "--help"],
    ["create", "--help"], ["replace", "--help"], ["remove", "--help"], ["list", "--help"],
    ["explain", "--help"], ["apply", "--help"], ["export", "--help"], ["check", "--help"],
    ["help", "mount"],
  ])
  func whatIsAskedForGoesToStandardOutput(arguments: [String]) throws {
    let outcome = try BuiltCommand.run([BuiltCommand.path] + arguments)
    #expect(outcome.status == 0)
    #expect(!outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty)
  }
}

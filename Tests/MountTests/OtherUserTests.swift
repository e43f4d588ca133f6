// O6: other users in a view that root serves with allow_other. What each may do is compared with the
// plain directory.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized, .enabled(if: Situation.isRoot, "only root can be other users"))
  struct OtherUserTests {
    /// As uid 1000, gid 1001 and group 1002.
    static let someone = ["setpriv", "--reuid=1000", "--regid=1001", "--groups=1002"]

    private func someone(_ script: String, in place: Place) throws -> Outcome {
      try run(Self.someone + ["sh", "-c", script], in: place.string)
    }

    @Test("O6: without allow_other nobody else may enter")
    func closed() throws {
      try withView(["b/f=1"], "@/b") { view, host in
        let outcome = try run(Self.someone + ["cat", "\(view.string)/f"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Permission denied"))
        #expect(host.status("b/f") != nil)
      }
    }

    @Test("O6: new objects are the caller's; a set-gid directory passes its group on (31)")
    func newObjects() throws {
      try withView(["b/d/", "b/g/", "plain/d/", "plain/g/"], "@/b", "-o", "allow_other") {
        view, host in
        let script = """
          umask 027; cd d; echo 1 >f; mkdir sub; mkfifo p; ln -s x l
          cd ../g; echo 2 >f; mkdir sub; cd ..
          stat -c '%n %F %a %u %g' d/* g/*
          """
        var results: [String] = []
        for (place, physical) in [(host["plain"], host["plain"]), (view, host["b"])] {
          for name: Path in ["d", "g"] { physical.chmod(name, 0o777) }
          physical.chown("g", 0, 1002)
          physical.chmod("g", 0o2777)
          let outcome = try someone(script, in: place)
          #expect(outcome.status == 0, "\(outcome)")
          results.append(outcome.output)
        }
        #expect(results[0] == results[1])
        #expect(results[1].contains("g/f regular file 640 1000 1002"))
        #expect(host.status("b/d/f")?.uid == 1000 && host.status("b/d/f")?.gid == 1001)
      }
    }

    @Test("O6: supplementary groups are honoured")
    func groups() throws {
      try withView(["b/d/f=1"], "@/b", "-o", "allow_other") { view, host in
        host.chown("b/d", 0, 1002)
        host.chmod("b/d", 0o770)
        host.chown("b/d/f", 0, 1002)
        host.chmod("b/d/f", 0o660)
        let member = try someone("cat d/f; echo 2 >d/f; echo n >d/new; rm d/new", in: view)
        #expect(member.status == 0 && member.errors == "", "\(member)")
        let other = try run(
          ["setpriv", "--reuid=1000", "--regid=1001", "--clear-groups", "cat", "d/f"],
          in: view.string)
        #expect(other.status == 1 && other.errors.contains("Permission denied"))
      }
    }

    @Test("O6: access is checked for the caller as in the plain directory (44)")
    func access() throws {
      let script = """
        for c in 'cat private' 'cat public' 'echo x >>public' 'cat closed/f' 'ls closed' \
          'touch open/new' 'touch shared/new' 'rm public' 'rm sticky/f' 'mv sticky/f sticky/g' \
          'chmod 777 public' 'chown 1000 public' 'mkdir open/d' 'ln public shared/l' \
          'ln -s x shared/s' 'touch public' 'cat group'
        do sh -c "$c" >/dev/null 2>&1; echo "$c: $?"; done
        """
      let items = [
        "private=1", "public=2", "closed/f=3", "open/", "shared/", "sticky/f=4", "group=5",
      ]
      try withView(
        items.map { "b/\($0)" } + items.map { "plain/\($0)" }, "@/b", "-o", "allow_other"
      ) { view, host in
        for place in [host["plain"], host["b"]] {
          place.chmod("private", 0o600)
          place.chmod("closed", 0o700)
          place.chmod("shared", 0o777)
          place.chmod("sticky", 0o1777)
          place.chown("group", 0, 1002)
          place.chmod("group", 0o640)
        }
        let plain = try someone(script, in: host["plain"])
        let found = try someone(script, in: view)
        #expect(plain.output.contains("cat private: 1") && plain.output.contains("cat group: 0"))
        #expect(found.output == plain.output)
      }
    }

    @Test("O6: a caller without rights on the physical parent of a link's root gets EACCES")
    func physicalParent() throws {
      try withView(
        ["t/", "closed/file=1", "closed/dir/", "view/"], "@/t", "-o", "allow_other", "--link",
        "/file=@/closed/file", "--link", "/dir=@/closed/dir"
      ) { view, host in
        host.chmod("t", 0o777)
        host.chmod("closed", 0o755)
        host.chmod("closed/file", 0o666)
        host.chmod("closed/dir", 0o777)
        for command in ["rm file", "mv file file2", "rmdir dir", "echo >new; mv new file"] {
          let outcome = try someone("LC_ALL=C; export LC_ALL; \(command) </dev/null", in: view)
          #expect(outcome.errors.contains("Permission denied"), "\(command): \(outcome)")
        }
        #expect(host.list("closed") == "dir file")
        #expect(try someone("echo changed >file; echo x >dir/x", in: view).status == 0)
        #expect(host.read("closed/file") == "changed\n")
        host.unlink("closed/file")
        let made = try someone("echo >file", in: view)
        #expect(made.errors.contains("Permission denied"), "\(made)")
      }
    }

    @Test("O6: uid 0 without CAP_DAC_OVERRIDE is refused what the plain directory refuses it")
    func capabilities() throws {
      let items = ["theirs/f=1", "mine/f=2", "private=3"]
      let script = """
        for c in 'touch theirs/new' 'rm theirs/f' 'mkdir theirs/d' 'cat private' \
          'echo x >>private' 'touch mine/new' 'mv mine/f theirs/g' 'ln mine/f theirs/l' \
          'chmod 777 private' 'chown 5 mine/f' 'mknod mine/dev c 1 3'
        do sh -c "$c" >/dev/null 2>&1; echo "$c: $?"; done
        """
      try withView(
        items.map { "b/\($0)" } + items.map { "plain/\($0)" }, "@/b", "-o", "allow_other"
      ) { view, host in
        for place in [host["plain"], host["b"]] {
          place.chown("theirs", 1000, 1000)
          place.chmod("theirs", 0o700)
          place.chown("private", 1000, 1000)
          place.chmod("private", 0o600)
        }
        let caps = "-dac_override,-dac_read_search,-fowner,-chown,-mknod"
        let weak = ["setpriv", "--bounding-set=\(caps)", "--inh-caps=\(caps)", "sh", "-c", script]
        let plain = try run(weak, in: host["plain"].string)
        let found = try run(weak, in: view.string)
        #expect(plain.output.contains("touch theirs/new: 1"), "\(plain)")
        #expect(plain.output.contains("touch mine/new: 0"))
        #expect(found.output == plain.output)
      }
    }

    @Test("O6: an ordinary user's own view of what root owns is refused as without it")
    func ordinaryServer() throws {
      let scratch = try Scratch(["b/f=1", "b/private=2", "view/"])
      defer { scratch.remove() }
      scratch.host.chmod("b/private", 0o600)
      scratch.host.chown("view", 1000, 1001)
      let server = Self.someone + [Situation.binary]
      let mounted = try run(
        server + ["mount", scratch.path + "/b", scratch.path + "/view"], in: "/")
      try #require(mounted.status == 0, "\(mounted)")
      let view = scratch.host["view"]
      #expect(view.read("f") == "EACCES", "not even root may enter")
      let outcome = try someone(
        "cd \(scratch.path)/view; cat f; cat private; echo >f; echo >new; chmod 777 f",
        in: Place("/"))
      #expect(outcome.output == "1")
      #expect(outcome.errors.split(separator: "\n").count == 4, "\(outcome)")
      let unmounted = try run(server + ["unmount", scratch.path + "/view"])
      #expect(unmounted.status == 0, "\(unmounted)")
    }
  }
}

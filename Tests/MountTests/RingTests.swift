// Views whose requests come by io_uring, where the machine has that on for FUSE. Scripts/test runs all other
// tests in both ways as root, and as a user all but the table of POSIX cases.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized, .enabled(if: Situation.hasRings, "FUSE over io_uring is off"))
  struct RingTests {
    @Test(
      "each processor has a ring, unless it is told otherwise",
      arguments: [("open", true), ("no_open", true), ("no_io_uring", false)])
    func isUsed(_ options: String, _ hasRings: Bool) throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      #expect(try scratch.command(["mount", "@/b", "@/view", "-o", options]).status == 0)
      for _ in 0..<20 { #expect(scratch.host.read("view/f") == "1") }
      let server = try #require(scratch.servers.first)
      let count = try openDescriptors(of: server).count(where: isRing)
      #expect(hasRings ? count >= sysconf(Int32(_SC_NPROCESSORS_ONLN)) : count == 0)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(hasEnded(server))
    }
  }
}

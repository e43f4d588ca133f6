// Views whose requests come by io_uring, where the machine has that on for FUSE. All other tests run in
// both ways, see Scripts/test.
import CPosixCases
import Foundation
import Glibc
import PosixCases
import Testing

extension MountedViews {
  @Suite(.serialized, .enabled(if: Situation.hasRings, "FUSE over io_uring is off"))
  struct RingTests {
    private func rings(of server: pid_t) throws -> Int {
      let descriptors = "/proc/\(server)/fd"
      return try FileManager.default.contentsOfDirectory(atPath: descriptors).count { name in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\(name)"))?
          .contains("io_uring") ?? false
      }
    }

    @Test(
      "each processor has a ring where locks are the view's own, or by request",
      arguments: [
        ("open", false), ("no_remote_lock", true), ("no_open", true), ("io_uring", true),
        ("no_open,no_io_uring", false),
      ])
    func isUsed(_ options: String, _ hasRings: Bool) throws {
      let scratch = try Scratch(["b/f=1", "view/"])
      defer { scratch.remove() }
      #expect(try scratch.command(["mount", "@/b", "@/view", "-o", options]).status == 0)
      for _ in 0..<20 { #expect(scratch.host.read("view/f") == "1") }
      let server = try #require(scratch.servers.first)
      let count = try rings(of: server)
      #expect(hasRings ? count >= sysconf(Int32(_SC_NPROCESSORS_ONLN)) : count == 0)
      #expect(try scratch.command(["unmount", "@/view"]).status == 0)
      #expect(hasEnded(server))
    }
  }
}

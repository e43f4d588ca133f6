// Each step of `createNTFSLink` fails in turn, alone or with all that come after it, as in a power
// cut: the old name is never lost.
import Synchronization
import SystemPackage
import Testing

@testable import Bindlink

@Suite struct NTFSLinkFaultTests {
  /// Lets the step of that number fail, counted from 1, or that one and all later ones.
  private final class Fault: Sendable {
    private let state: Mutex<Int>
    private let isLasting: Bool

    init(at step: Int, isLasting: Bool) {
      state = Mutex(step)
      self.isLasting = isLasting
    }

    var wasMet: Bool { state.withLock { $0 <= 0 } }

    var calls: LinkCalls {
      LinkCalls { _ throws(Errno) in
        let left = self.state.withLock { state in
          state -= 1
          return state
        }
        if left == 0 || self.isLasting && left < 0 { throw .ioError }
      }
    }
  }

  private func scratch() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    try scratch.make(
      "f=new", "d/", "d/x=", "file=old", "empty/", "link>target", "target=old", "directory>empty")
    return scratch
  }

  @Test(
    "J1: whichever step fails, the name leads to the old or the new, and alone nothing is changed",
    arguments: [("f", false), ("d", false), ("f", true), ("d", true)],
    ["file", "empty", "link", "directory"])
  func replacement(of source: (name: String, isPowerCut: Bool), link: String) throws {
    let (source, isPowerCut) = source
    let untouched = try scratch()
    let old = untouched.look(link)
    let new = source == "f" ? "new" : "x"
    var failures = 0
    for step in 1... {
      let scratch = try scratch()
      let fault = Fault(at: step, isLasting: isPowerCut)
      var operation = NTFSLink(source: scratch[source], link: scratch[link], overwrite: true)
      operation.calls = fault.calls
      do throws(BindlinkError) {
        let kind = try operation.create()
        #expect(kind == (source == "f" ? .hardLink : .symbolicLink))
        #expect(scratch.look(link) == new)
        if !fault.wasMet { break }
      } catch {
        failures += 1
        #expect(error.errno == .ioError)
        let now = scratch.look(link)
        if isPowerCut {
          #expect(now == old || now == new, "step \(step): \(scratch.tree())")
        } else {
          #expect(now == old, "step \(step): \(scratch.tree())")
          #expect(scratch.tree() == untouched.tree(), "step \(step)")
        }
      }
      try #require(step < 40)
    }
    // Status of the source, of the parent and of the link, the making of the new name, its rename.
    #expect(failures >= 6)
  }

  @Test(
    "J1: whichever step of making a new name fails, nothing is there, or all of it",
    arguments: ["f", "d"], [false, true])
  func creation(source: String, isPowerCut: Bool) throws {
    var failures = 0
    for step in 1... {
      let scratch = try scratch()
      let before = scratch.tree()
      let fault = Fault(at: step, isLasting: isPowerCut)
      var operation = NTFSLink(source: scratch[source], link: scratch["fresh"], overwrite: false)
      operation.calls = fault.calls
      do throws(BindlinkError) {
        _ = try operation.create()
        #expect(scratch.look("fresh") == (source == "f" ? "new" : "x"))
        if !fault.wasMet { break }
      } catch {
        failures += 1
        #expect(scratch.tree() == before, "step \(step)")
      }
      try #require(step < 20)
    }
    #expect(failures >= 5)
  }

  @Test("J1: a directory that is filled meanwhile is put back")
  func filledMeanwhile() throws {
    let scratch = try scratch()
    var operation = NTFSLink(source: scratch["f"], link: scratch["empty"], overwrite: true)
    operation.calls = LinkCalls { step throws(Errno) in
      guard case .exchange = step, scratch.tree("empty") == [] else { return }
      try? scratch.make("empty/late=1")
    }
    let error = #expect(throws: BindlinkError.self) { try operation.create() }
    #expect(error?.errno == .directoryNotEmpty)
    #expect(scratch.look("empty") == "late")
    #expect(!scratch.tree().contains { $0.hasPrefix("bindlink") })
  }
}

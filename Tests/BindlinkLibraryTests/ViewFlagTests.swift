// What the flags of a view are in the library.
import Bindlink
import CBindlink
import Testing

@testable import BindlinkLibrary

@Suite struct ViewFlagTests {
  private static func options(_ flags: UInt32) throws -> View.MountOptions {
    var view = unsafe bindlink_view()
    unsafe view.size = MemoryLayout<bindlink_view>.size
    unsafe view.flags = flags
    return try unsafe View(view).options
  }

  @Test("what the kernel and the server share of the work is decided flag by flag")
  func sharing() throws {
    let usual = try Self.options(0)
    #expect(!usual.writesBack && usual.passesThrough && usual.usesRings && !usual.hasLocalLocks)
    #expect(usual.noOpen == nil)
    #expect(try Self.options(BINDLINK_VIEW_WRITEBACK).writesBack)
    #expect(try !Self.options(BINDLINK_VIEW_NO_PASSTHROUGH).passesThrough)
    #expect(try !Self.options(BINDLINK_VIEW_NO_IO_URING).usesRings)
    #expect(try Self.options(BINDLINK_VIEW_LOCAL_LOCKS).hasLocalLocks)
    #expect(try Self.options(BINDLINK_VIEW_NO_OPEN).noOpen == true)
    #expect(try Self.options(BINDLINK_VIEW_OPEN).noOpen == false)
  }

  @Test("flags that nobody knows are refused", arguments: [UInt32(0x40_0000), 0x8000_0000])
  func unknown(_ flags: UInt32) {
    #expect(throws: BindlinkError.self) { try Self.options(flags) }
  }
}

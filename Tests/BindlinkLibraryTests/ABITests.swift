// What Swift makes of the header: the layout that the implementation writes must be the one that C
// programs read. abi.c says the same to the C compiler.
import CBindlink
import Testing

private func layout<Value>(_ type: Value.Type, _ members: PartialKeyPath<Value>...) -> [Int?] {
  [MemoryLayout<Value>.size, MemoryLayout<Value>.stride]
    + members.map { MemoryLayout<Value>.offset(of: $0) }
}

@Suite struct ABITests {
  @Test func errors() {
    #expect(
      unsafe layout(
        bindlink_error.self, \.number, \.windows_code, \.exit_status, \.reserved, \.message, \.what,
        \.why, \.rule, \.subject, \.remedy) == [64, 64, 0, 4, 8, 12, 16, 24, 32, 40, 48, 56])
  }

  @Test func links() {
    #expect(
      unsafe layout(
        bindlink_link.self, \.size, \.virtual_path, \.backing_path, \.flags, \.reserved,
        \.exceptions, \.exception_count, \.inherited, \.inherited_count)
        == [64, 64, 0, 8, 16, 24, 28, 32, 40, 48, 56])
    #expect(
      unsafe layout(
        bindlink_inherited.self, \.size, \.base, \.exceptions, \.exception_count)
        == [32, 32, 0, 8, 16, 24])
    #expect(
      unsafe layout(bindlink_link_status.self, \.link, \.kind, \.state) == [16, 16, 0, 8, 12])
    #expect(unsafe layout(bindlink_links.self, \.count, \.links) == [16, 16, 0, 8])
  }

  @Test func views() {
    #expect(
      unsafe layout(
        bindlink_view.self, \.size, \.source, \.anchor, \.links, \.link_count, \.exceptions,
        \.exception_count, \.exception_files, \.exception_file_count, \.file_system_name, \.flags,
        \.workers, \.entry_timeout, \.attribute_timeout, \.negative_timeout)
        == [112, 112, 0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 84, 88, 96, 104])
  }

  @Test func results() {
    #expect(unsafe layout(bindlink_paths.self, \.count, \.paths) == [16, 16, 0, 8])
    #expect(
      unsafe layout(
        bindlink_explanation.self, \.path, \.link, \.physical_path, \.rule, \.reason, \.is_visible,
        \.reserved) == [48, 48, 0, 8, 16, 24, 32, 40, 44])
    #expect(
      unsafe layout(
        bindlink_table.self, \.size, \.flags, \.anchor_kind, \.anchor, \.links, \.link_count,
        \.exceptions, \.exception_count, \.anchor_exceptions, \.anchor_exception_count)
        == [72, 72, 0, 8, 12, 16, 24, 32, 40, 48, 56, 64])
  }

  @Test func windowsTypes() {
    #expect(MemoryLayout<HRESULT>.size == 4 && HRESULT.isSigned)
    #expect(MemoryLayout<BOOL>.size == 4 && BOOL.isSigned)
    #expect(MemoryLayout<BOOLEAN>.size == 1 && !BOOLEAN.isSigned)
    #expect(MemoryLayout<DWORD>.size == 4 && !DWORD.isSigned)
    #expect(MemoryLayout<WCHAR>.size == 2 && !WCHAR.isSigned)
    #expect(MemoryLayout<CREATE_BIND_LINK_FLAGS>.size == 4)
    #expect(CREATE_BIND_LINK_FLAG_NONE.rawValue == 0)
    #expect(CREATE_BIND_LINK_FLAG_READ_ONLY.rawValue == 1)
    #expect(CREATE_BIND_LINK_FLAG_MERGED.rawValue == 2)
    #expect(SYMBOLIC_LINK_FLAG_DIRECTORY == 1)
    #expect(SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE == 2)
  }
}

// The library's values as the header's structs.
internal import Bindlink
internal import CBindlink
internal import SystemPackage

extension ResultBlock {
  init(_ error: BindlinkError, windowsCode: UInt32) {
    self.init()
    let place = unsafe reserve(bindlink_error.self)
    unsafe set(\.number, of: place, to: error.errno.rawValue)
    unsafe set(\.windows_code, of: place, to: windowsCode)
    unsafe set(\.exit_status, of: place, to: error.exitStatus.rawValue)
    unsafe put(error.description, \.message, of: place)
    unsafe put(error.what, \.what, of: place)
    unsafe put(error.why, \.why, of: place)
    if let rule = error.rule { unsafe put(rule, \.rule, of: place) }
    if let subject = error.subject { unsafe put(subject, \.subject, of: place) }
    if let remedy = error.remedy { unsafe put(remedy, \.remedy, of: place) }
  }

  init(_ paths: [FilePath]) { self.init(paths.map(\.bytes)) }

  init(_ paths: [[UInt8]]) {
    self.init()
    let place = unsafe reserve(bindlink_paths.self)
    unsafe set(\.count, of: place, to: paths.count)
    unsafe point(\.paths, of: place, to: add(paths.map { add($0) }))
  }

  init(_ links: [LinkStatus]) {
    self.init()
    let place = unsafe reserve(bindlink_links.self)
    unsafe set(\.count, of: place, to: links.count)
    let statuses = unsafe links.map { status in
      let place = unsafe reserve(bindlink_link_status.self)
      unsafe point(\.link, of: place, to: add(status.link))
      unsafe set(\.kind, of: place, to: status.kind == .anchored ? 0 : BINDLINK_KIND_ANCHORLESS)
      unsafe set(\.state, of: place, to: status.state == .live ? 0 : BINDLINK_STATE_DANGLING)
      return unsafe place
    }
    unsafe point(\.links, of: place, to: add(statuses))
  }

  init(_ explanation: Explanation) {
    self.init()
    let place = unsafe reserve(bindlink_explanation.self)
    unsafe point(\.path, of: place, to: add(explanation.path.bytes))
    if let link = explanation.link { unsafe point(\.link, of: place, to: add(link.bytes)) }
    if let path = explanation.physicalPath {
      unsafe point(\.physical_path, of: place, to: add(path.bytes))
    }
    unsafe put(explanation.rule, \.rule, of: place)
    unsafe put(explanation.reason, \.reason, of: place)
    unsafe set(\.is_visible, of: place, to: explanation.isVisible ? 1 : 0)
  }

  init(_ table: Configuration) {
    self.init()
    let place = unsafe reserve(bindlink_table.self)
    unsafe set(\.size, of: place, to: MemoryLayout<bindlink_table>.size)
    var flags = table.createsParents ? BINDLINK_TABLE_PARENTS : 0
    if let links = table.links {
      flags |= BINDLINK_TABLE_LINKS
      unsafe set(\.link_count, of: place, to: links.count)
      unsafe point(\.links, of: place, to: add(links.map { unsafe add($0) }))
    }
    if let exceptions = table.exceptions {
      flags |= BINDLINK_TABLE_EXCEPTIONS
      unsafe set(\.exception_count, of: place, to: exceptions.count)
      unsafe point(\.exceptions, of: place, to: add(exceptions.map { add($0.bytes) }))
    }
    if let exceptions = table.anchorExceptions {
      flags |= BINDLINK_TABLE_ANCHOR_EXCEPTIONS
      unsafe set(\.anchor_exception_count, of: place, to: exceptions.count)
      unsafe point(\.anchor_exceptions, of: place, to: add(exceptions.map { add($0.bytes) }))
    }
    if let anchor = table.anchor {
      flags |= BINDLINK_TABLE_ANCHOR
      switch anchor {
      case .none: unsafe set(\.anchor_kind, of: place, to: BINDLINK_ANCHOR_NONE)
      case .underMountpoint:
        unsafe set(\.anchor_kind, of: place, to: BINDLINK_ANCHOR_UNDER_MOUNTPOINT)
      case .directory(let path):
        unsafe set(\.anchor_kind, of: place, to: BINDLINK_ANCHOR_DIRECTORY)
        unsafe point(\.anchor, of: place, to: add(path.bytes))
      }
    }
    unsafe set(\.flags, of: place, to: flags)
  }

  private mutating func add(_ link: BindLink) -> Place<bindlink_link> {
    let place = unsafe reserve(bindlink_link.self)
    unsafe set(\.size, of: place, to: MemoryLayout<bindlink_link>.size)
    unsafe point(\.virtual_path, of: place, to: add(link.virtualPath.bytes))
    unsafe point(\.backing_path, of: place, to: add(link.backing.bytes))
    unsafe set(\.flags, of: place, to: link.flags)
    unsafe set(\.exception_count, of: place, to: link.exceptions.count)
    unsafe point(\.exceptions, of: place, to: add(link.exceptions.map { add($0.bytes) }))
    unsafe set(\.inherited_count, of: place, to: link.inherited.count)
    unsafe point(\.inherited, of: place, to: add(link.inherited.map { unsafe add($0) }))
    return unsafe place
  }

  private mutating func add(_ inherited: InheritedExceptions) -> Place<bindlink_inherited> {
    let place = unsafe reserve(bindlink_inherited.self)
    unsafe set(\.size, of: place, to: MemoryLayout<bindlink_inherited>.size)
    unsafe point(\.base, of: place, to: add(inherited.base.bytes))
    unsafe set(\.exception_count, of: place, to: inherited.exceptions.count)
    unsafe point(\.exceptions, of: place, to: add(inherited.exceptions.map { add($0.bytes) }))
    return unsafe place
  }

  private mutating func put<Value>(
    _ text: String, _ member: PartialKeyPath<Value>, of place: Place<Value>
  ) {
    point(member, of: place, to: add(text.utf8))
  }
}

extension BindLink {
  fileprivate var flags: UInt32 {
    var flags = 0 as UInt32
    if isReadOnly { flags |= BINDLINK_LINK_READ_ONLY }
    if isMerged { flags |= BINDLINK_LINK_MERGED }
    if createsParents == true { flags |= BINDLINK_LINK_PARENTS }
    if keepsSymbolicLinksInside { flags |= BINDLINK_LINK_KEEP_SYMLINKS_INSIDE }
    return flags
  }
}

// What a C program passes in, checked, as the library's values.
internal import Bindlink
internal import CBindlink
internal import Glibc
internal import SystemPackage

/// A call that is wrong whatever the state of the system.
func wrongCall(_ why: String) -> BindlinkError {
  BindlinkError("cannot call the library", why, .invalidArgument)
}

/// The bytes of a text that must be there.
func bytes(
  _ text: UnsafePointer<CChar>?, _ name: StaticString
) throws(BindlinkError) -> [UInt8] {
  guard let text = unsafe text else { throw wrongCall("\(name) is NULL") }
  return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}

func path(
  _ text: UnsafePointer<CChar>?, _ name: StaticString
) throws(BindlinkError) -> FilePath {
  FilePath(bytes: try unsafe bytes(text, name))
}

func check(_ flags: UInt32, of known: UInt32) throws(BindlinkError) {
  let unknown = flags & ~known
  if unknown != 0 { throw wrongCall("0x\(String(unknown, radix: 16)) is no flag of this call") }
}

/// The elements of an array of pointers, none of them NULL.
private func elements<Element, Value>(
  _ array: UnsafePointer<UnsafePointer<Element>?>?, _ count: Int, _ name: StaticString,
  _ value: (UnsafePointer<Element>) throws(BindlinkError) -> Value
) throws(BindlinkError) -> [Value] {
  if count == 0 { return [] }
  guard let array = unsafe array else { throw wrongCall("\(name) is NULL") }
  var values: [Value] = []
  for index in 0..<count {
    guard let element = unsafe array[index] else { throw wrongCall("\(name)[\(index)] is NULL") }
    values.append(try unsafe value(element))
  }
  return values
}

private func lines(
  _ array: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ name: StaticString
) throws(BindlinkError) -> [ExceptionLine] {
  try unsafe elements(array, count, name) { text throws(BindlinkError) in
    ExceptionLine(bytes: try unsafe bytes(text, name))
  }
}

private func bindLinks(
  in array: UnsafePointer<UnsafePointer<bindlink_link>?>?, _ count: Int
) throws(BindlinkError) -> [BindLink] {
  try unsafe elements(array, count, "links") { link throws(BindlinkError) in
    try unsafe BindLink(link)
  }
}

private func check<Value>(
  _ size: Int, of type: Value.Type, _ reserved: UInt32 = 0
) throws(BindlinkError) {
  guard size == MemoryLayout<Value>.size, reserved == 0 else {
    throw wrongCall("a \(type) has a size or reserved members that are not known")
  }
}

extension BindLink {
  init(_ pointer: UnsafePointer<bindlink_link>?) throws(BindlinkError) {
    guard let pointer = unsafe pointer else { throw wrongCall("link is NULL") }
    let link = unsafe pointer.pointee
    try unsafe check(link.size, of: bindlink_link.self, link.reserved)
    let flags = unsafe link.flags
    try check(flags, of: BINDLINK_LINK_FLAGS)
    try unsafe self.init(
      path(link.virtual_path, "virtual_path"), backing: path(link.backing_path, "backing_path"),
      isReadOnly: flags & BINDLINK_LINK_READ_ONLY != 0,
      isMerged: flags & BINDLINK_LINK_MERGED != 0,
      createsParents: flags & BINDLINK_LINK_PARENTS != 0 ? true : nil,
      keepsSymbolicLinksInside: flags & BINDLINK_LINK_KEEP_SYMLINKS_INSIDE != 0,
      exceptions: lines(link.exceptions, link.exception_count, "exceptions"))
    inherited = try unsafe elements(link.inherited, link.inherited_count, "inherited") {
      pointer throws(BindlinkError) in
      let list = unsafe pointer.pointee
      try unsafe check(list.size, of: bindlink_inherited.self)
      return try unsafe InheritedExceptions(
        base: path(list.base, "base"),
        exceptions: lines(list.exceptions, list.exception_count, "exceptions"))
    }
  }
}

extension View {
  init(_ view: bindlink_view) throws(BindlinkError) {
    try unsafe check(view.size, of: bindlink_view.self)
    let flags = unsafe view.flags
    try check(flags, of: BINDLINK_VIEW_FLAGS)
    func has(_ flag: UInt32) -> Bool { flags & flag != 0 }

    self.init(source: unsafe view.source == nil ? nil : try path(view.source, "source"))
    if unsafe view.anchor != nil {
      if has(BINDLINK_VIEW_EMPTY) { throw wrongCall("an empty view has no anchor") }
      anchor = .directory(try unsafe path(view.anchor, "anchor"))
    } else if has(BINDLINK_VIEW_EMPTY) {
      anchor = View.Anchor.none
    }
    links = try unsafe bindLinks(in: view.links, view.link_count)
    exceptions = try unsafe elements(view.exceptions, view.exception_count, "exceptions") {
      rule throws(BindlinkError) in .rule(try unsafe bytes(rule, "exceptions"))
    }
    exceptions += try unsafe elements(
      view.exception_files, view.exception_file_count, "exception_files"
    ) { file throws(BindlinkError) in .file(try unsafe path(file, "exception_files")) }
    createsParents = has(BINDLINK_VIEW_PARENTS)
    isReadOnly = has(BINDLINK_VIEW_READ_ONLY)
    isOneFileSystem = has(BINDLINK_VIEW_ONE_FILE_SYSTEM)

    if unsafe view.file_system_name != nil {
      options.fileSystemName = String(
        decoding: try unsafe bytes(view.file_system_name, "file_system_name"), as: UTF8.self)
    }
    options.allowsOther = has(BINDLINK_VIEW_ALLOW_OTHER)
    options.checksPermissions = has(BINDLINK_VIEW_CHECK_PERMISSIONS)
    options.ignoresSetUserID = !has(BINDLINK_VIEW_SUID)
    options.ignoresDevices = !has(BINDLINK_VIEW_DEV)
    options.forbidsExecution = has(BINDLINK_VIEW_NO_EXEC)
    options.ignoresAccessTimes = has(BINDLINK_VIEW_NO_ATIME)
    options.isSynchronous = has(BINDLINK_VIEW_SYNC)
    options.synchronizesDirectories = has(BINDLINK_VIEW_DIR_SYNC)
    options.keepsKernelCache = has(BINDLINK_VIEW_KERNEL_CACHE)
    options.tracesRequests = has(BINDLINK_VIEW_TRACE)
    if has(BINDLINK_VIEW_CACHE_ALWAYS) {
      if has(BINDLINK_VIEW_CACHE_NEVER) { throw wrongCall("the cache is kept always and never") }
      options.cache = .always
    } else if has(BINDLINK_VIEW_CACHE_NEVER) {
      options.cache = .never
    }
    options.hasLocalLocks = has(BINDLINK_VIEW_LOCAL_LOCKS)
    options.writesBack = has(BINDLINK_VIEW_WRITEBACK)
    options.passesThrough = !has(BINDLINK_VIEW_NO_PASSTHROUGH)
    options.usesRings = !has(BINDLINK_VIEW_NO_IO_URING)
    switch (has(BINDLINK_VIEW_NO_OPEN), has(BINDLINK_VIEW_OPEN)) {
    case (true, true): throw wrongCall("a view cannot be with and without opens")
    case (true, false): options.noOpen = true
    case (false, true): options.noOpen = false
    case (false, false): break
    }
    let timeouts = unsafe [view.entry_timeout, view.attribute_timeout, view.negative_timeout]
    guard timeouts.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw wrongCall("a timeout is no number of seconds")
    }
    options.entryTimeout = timeouts[0]
    options.attributeTimeout = timeouts[1]
    options.negativeTimeout = timeouts[2]
  }
}

extension Configuration {
  init(_ pointer: UnsafePointer<bindlink_table>?) throws(BindlinkError) {
    guard let pointer = unsafe pointer else { throw wrongCall("table is NULL") }
    let table = unsafe pointer.pointee
    try unsafe check(table.size, of: bindlink_table.self)
    let flags = unsafe table.flags
    try check(flags, of: BINDLINK_TABLE_FLAGS)

    self.init()
    createsParents = flags & BINDLINK_TABLE_PARENTS != 0
    if flags & BINDLINK_TABLE_LINKS != 0 {
      links = try unsafe bindLinks(in: table.links, table.link_count)
    }
    if flags & BINDLINK_TABLE_EXCEPTIONS != 0 {
      exceptions = try unsafe lines(table.exceptions, table.exception_count, "exceptions")
    }
    if flags & BINDLINK_TABLE_ANCHOR_EXCEPTIONS != 0 {
      anchorExceptions = try unsafe lines(
        table.anchor_exceptions, table.anchor_exception_count, "anchor_exceptions")
    }
    if flags & BINDLINK_TABLE_ANCHOR != 0 {
      switch unsafe table.anchor_kind {
      case BINDLINK_ANCHOR_NONE: anchor = View.Anchor.none
      case BINDLINK_ANCHOR_UNDER_MOUNTPOINT: anchor = .underMountpoint
      case BINDLINK_ANCHOR_DIRECTORY: anchor = .directory(try unsafe path(table.anchor, "anchor"))
      default: throw wrongCall("anchor_kind is none of BINDLINK_ANCHOR_...")
      }
    }
  }
}

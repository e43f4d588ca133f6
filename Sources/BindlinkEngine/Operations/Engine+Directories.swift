// Directory streams: READDIR and READDIRPLUS.

package import BindlinkMap
internal import CBindlinkSystem
internal import Glibc
internal import Synchronization

extension Engine {
  /// `cachesListing`: the kernel may keep what it reads by the handle for others; only where the table
  /// has no say, since nothing takes back a listing that is on its way when the table changes (C7).
  /// `keepsListing`: what it has kept is still right.
  package func openDirectory(
    _ id: NodeID
  ) throws(Errno) -> (HandleID, cachesListing: Bool, keepsListing: Bool) {
    let directory = try directory(id)
    let descriptor =
      directory.descriptor >= 0
      ? try System.openForListing(directory.descriptor)
      : try host.openCovered()
    let stream = DirectoryStream(node: id, isListed: directory.isListed, version: directory.version)
    let handle = try handles.insert(descriptor, flags: 0, node: id, stream: stream)
    guard policy.keepsPageCache || directory.regime == .watched, !directory.isListed else {
      return (handle, false, false)
    }
    let (slot, version) = (NodeTable.slot(of: id), directory.version)
    let keepsListing = nodes.withLock { table in
      let node = unsafe table[slot]
      defer { unsafe node.pointee.listed = version }
      return unsafe node.pointee.listed == version
    }
    return (handle, true, keepsListing)
  }

  /// FSYNCDIR. A directory that only the view has holds nothing to be written.
  package func synchronizeDirectory(_ handle: HandleID, dataOnly: Bool) throws(Errno) {
    let node = try pinned(handles.node(handle))
    if node.isReal { try synchronize(handle, dataOnly: dataOnly) }
  }

  package func releaseDirectory(_ handle: HandleID) { handles.remove(handle) }

  /// Hands on entries from `offset` until `emit` says that one did not fit. With `withEntries` each
  /// one is looked up too.
  package func readDirectory(
    _ handle: HandleID, from offset: Int64, withEntries: Bool,
    _ emit: (borrowing DirectoryEntry) -> Bool
  ) throws(Errno) {
    let stream = try handles.stream(handle)
    if withEntries { stream.givesEntries.store(true, ordering: .relaxed) }
    let descriptor = try handles.descriptor(handle)
    let own = NodeTable.slot(of: stream.node)
    do throws(Errno) {
      let directory = try directory(stream.node)
      if directory.slot == own {
        return try unsafe read(
          stream, descriptor, in: directory, from: offset, withEntries: withEntries, emit)
      }
    } catch {
      guard error.isAbsence else { throw error }
    }
    // R4: the stream keeps its object, but the present table has something else at its path.
    let emitter = Emitter(engine: self, dots: dotNumbers(own), withEntries: false)
    let device = nodes.withLock { unsafe $0[own].pointee.identity.device }
    try stream.state.withLock { (state) throws(Errno) in
      if state.isListed {
        unsafe emitter.listed(state.listing ?? Listing(), from: offset, { _ in nil }, emit)
      } else {
        try seek(descriptor, &state, to: offset)
        try unsafe emitter.former(descriptor, &state, device: device, emit)
      }
    }
  }

  private func read(
    _ stream: DirectoryStream, _ descriptor: Int32, in directory: borrowing OpenDirectory,
    from offset: Int64, withEntries: Bool, _ emit: (borrowing DirectoryEntry) -> Bool
  ) throws(Errno) {
    let dots = dotNumbers(directory.slot)
    try stream.state.withLock { (state) throws(Errno) in
      if offset == 0 {
        state.isListed = directory.isListed
        state.version = directory.version
      }
      let emitter = Emitter(engine: self, dots: dots, withEntries: withEntries)
      if state.isListed {
        try unsafe readListing(&state, in: directory, from: offset, emitter, emit)
      } else {
        try seek(descriptor, &state, to: offset)
        unsafe try emitter.direct(descriptor, &state, in: directory, emit)
      }
    }
  }

  /// A directory in which the table has a say.
  @inline(never)
  private func readListing(
    _ state: inout DirectoryStream.State, in directory: borrowing OpenDirectory,
    from offset: Int64, _ emitter: Emitter, _ emit: (borrowing DirectoryEntry) -> Bool
  ) throws(Errno) {
    if state.listing == nil || offset == 0 {
      state.listing = try listing(of: directory)
    }
    let slot = directory.slot
    let path = { () throws(Errno) in try self.virtualPath(of: slot) }
    var layers = LayerDirectories(directory.resolver, directory.place)
    var verifies = state.version != directory.version
    if offset != 0, !verifies {
      verifies = (try? state.listing!.isOutdated(&layers, path)) ?? true
    }
    unsafe emitter.listed(
      state.listing!, from: offset,
      { (name) throws(Errno) in
        guard emitter.withEntries || verifies else { return nil }
        let located = try unsafe directory.resolver.locate(
          in: directory.place, name, &layers, path: path)
        return emitter.withEntries ? try unsafe register(located, in: directory, name) : nil
      }, emit)
  }

  private func seek(
    _ descriptor: Int32, _ state: inout DirectoryStream.State, to offset: Int64
  ) throws(Errno) {
    if state.position == offset { return }
    state.reader.discard()
    state.position = try System.checked(bl_lseek(descriptor, offset, SEEK_SET))
  }

  private func listing(of directory: borrowing OpenDirectory) throws(Errno) -> Listing {
    guard directory.isReal || directory.scope.isScoped else { return Listing() }
    let slot = directory.slot
    return try Listing(directory.resolver, directory.place) { () throws(Errno) in
      try virtualPath(of: slot)
    }
  }

  /// The inode numbers of "." and "..".
  private func dotNumbers(_ slot: UInt32) -> (own: UInt64, parent: UInt64) {
    nodes.withLock { table in
      func number(_ slot: UInt32) -> UInt64 {
        let node = unsafe table[slot]
        return inodes.number(
          of: unsafe node.pointee.identity, isDirectory: true, link: unsafe node.pointee.link)
      }
      return (number(slot), number(unsafe table[slot].pointee.names?.pointee.parent ?? slot))
    }
  }

  /// d_ino is st_ino (R7).
  func number(_ item: Listing.Item, _ name: UnsafeBufferPointer<CChar>, parent: UInt64) -> UInt64 {
    if item.device == Identity.nowhere {
      let bytes = unsafe nameBytes(name.baseAddress!)
      return inodes.synthesised(parent: parent, nameHash: unsafe hash(bytes.span))
    }
    return inodes.number(
      item.device, item.inode, mount: item.mount, isDirectory: item.type == 0o040000,
      link: item.link)
  }
}

/// Hands entries of one READDIR on.
private struct Emitter {
  let engine: Engine
  let dots: (own: UInt64, parent: UInt64)
  let withEntries: Bool

  typealias Emit = (borrowing DirectoryEntry) -> Bool

  /// The backing's records as they come.
  func direct(
    _ descriptor: Int32, _ state: inout DirectoryStream.State,
    in directory: borrowing OpenDirectory, _ emit: Emit
  ) throws(Errno) {
    // The table says something of the directory that it did not when the stream began.
    let verifies = directory.scope.isScoped
    let mount = directory.mount
    let device = engine.nodes.withLock { unsafe $0[directory.slot].pointee.identity.device }
    while let record = unsafe try state.reader.next(descriptor) {
      var (inode, type) = unsafe (record.inode, record.type)
      var entry: Entry?
      if unsafe record.isDot {
        inode = unsafe record.name[1] == 0 ? dots.own : dots.parent
      } else if withEntries || verifies || type == 0o040000 {
        do throws(Errno) {
          let located = try unsafe engine.locate(in: directory, record.name)
          type = located.isDirectory ? 0o040000 : located.status.format
          inode = engine.inodes.number(
            of: located.status.identity, isDirectory: located.isDirectory, link: located.link)
          if withEntries {
            entry = try unsafe engine.register(located, in: directory, record.name)
          }
        } catch {
          // Gone since it was read: not listed. What cannot be looked at has its name all the same.
          if error.isAbsence {
            state.position = unsafe record.nextOffset
            continue
          }
        }
      } else {
        inode = engine.inodes.number(
          device, inode, mount: mount, isDirectory: false, link: directory.link)
      }
      guard
        unsafe emit(
          DirectoryEntry(
            name: UnsafeBufferPointer(start: record.name, count: strlen(record.name)),
            inode: inode, type: type, nextOffset: record.nextOffset, entry: entry))
      else {
        if let entry { engine.forget(entry.node, 1) }
        state.reader.pushBack()
        return
      }
      state.position = unsafe record.nextOffset
    }
  }

  /// The records of a directory that the view does not show any more.
  @inline(never)
  func former(
    _ descriptor: Int32, _ state: inout DirectoryStream.State, device: UInt64, _ emit: Emit
  ) throws(Errno) {
    while let record = unsafe try state.reader.next(descriptor) {
      let inode = unsafe engine.inodes.number(
        device, record.inode, mount: 0, isDirectory: record.type == 0o040000, link: Node.nobody)
      guard
        unsafe emit(
          DirectoryEntry(
            name: UnsafeBufferPointer(start: record.name, count: strlen(record.name)),
            inode: inode, type: record.type, nextOffset: record.nextOffset, entry: nil))
      else { return state.reader.pushBack() }
      state.position = unsafe record.nextOffset
    }
  }

  /// A listing's entries; "." and ".." are the first two. What `look` throws ENOENT for is not there
  /// any more.
  func listed(
    _ listing: Listing, from offset: Int64, _ look: (Name) throws(Errno) -> Entry?, _ emit: Emit
  ) {
    let count = listing.entries.count
    guard offset >= 0, offset < count + 2 else { return }
    for index in Int(offset)..<(count + 2) {
      let next = Int64(index) + 1
      if index < 2 {
        guard unsafe dot(index, next, emit) else { return }
        continue
      }
      let item = listing.entries[index - 2]
      let fits = unsafe listing.names.withUnsafeBufferPointer { names in
        let name = unsafe UnsafeBufferPointer(
          rebasing: names[item.start..<item.start + item.length])
        var entry: Entry?
        do throws(Errno) {
          entry = try unsafe look(name.baseAddress!)
        } catch {
          // Gone or hidden since the listing was made: not listed. Otherwise as above.
          if error.isAbsence { return true }
        }
        let fits = unsafe emit(
          DirectoryEntry(
            name: name,
            inode: entry.map { UInt64($0.attributes.status.st_ino) }
              ?? engine.number(item, name, parent: dots.own),
            type: entry.map { $0.attributes.status.st_mode & 0o170000 } ?? item.type,
            nextOffset: next, entry: entry))
        if !fits, let entry { engine.forget(entry.node, 1) }
        return fits
      }
      if !fits { return }
    }
  }

  private func dot(_ index: Int, _ next: Int64, _ emit: Emit) -> Bool {
    let text: [CChar] = index == 0 ? [46, 0] : [46, 46, 0]
    return unsafe text.withUnsafeBufferPointer { name in
      unsafe emit(
        DirectoryEntry(
          name: UnsafeBufferPointer(rebasing: name.dropLast()),
          inode: index == 0 ? dots.own : dots.parent, type: 0o040000, nextOffset: next, entry: nil))
    }
  }
}

// Open directories: listings, with attributes or without, encoded as the kernel reads them.
import BindlinkEngine
import BindlinkMap
import CBindlinkFuse
import CFuse3
import Glibc

func addDirectories(to table: inout fuse_lowlevel_ops) {
  unsafe table.opendir = openDirectory
  unsafe table.readdir = readDirectory
  unsafe table.readdirplus = readDirectoryPlus
  unsafe table.fsyncdir = synchronizeDirectory
  unsafe table.releasedir = releaseDirectory
}

// Always answered: ENOSYS would hold for the whole connection and have the kernel cache every listing,
// by the directory's mtime alone. Where a link comes to have a say that is not enough (of merged
// directories and exceptions another directory's mtime changes), and links can come at any time.
private func openDirectory(
  _ request: fuse_req_t?, _ node: fuse_ino_t, _: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      let (handle, caches, keeps) = try session.engine.openDirectory(NodeID(node))
      request.answer(
        directory: handle, cachesListing: caches, keepsListing: keeps, from: session.engine)
    } catch {
      request.fail(error)
    }
  }
}

private func readDirectory(
  _ request: fuse_req_t?, _: fuse_ino_t, _ size: Int, _ offset: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe list(request, size, offset, info, withEntries: false)
}

private func readDirectoryPlus(
  _ request: fuse_req_t?, _: fuse_ino_t, _ size: Int, _ offset: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe list(request, size, offset, info, withEntries: true)
}

private func list(
  _ request: fuse_req_t?, _ size: Int, _ offset: off_t,
  _ info: UnsafeMutablePointer<fuse_file_info>?, withEntries: Bool
) {
  unsafe serve(request) { request, session in
    let engine = session.engine
    var listing = unsafe Listing(request.buffer(size: size), withEntries)
    do throws(Errno) {
      try unsafe engine.readDirectory(
        HandleID(info), from: Int64(offset), withEntries: withEntries
      ) { unsafe listing.append($0) }
    } catch {
      // What has been listed already carries lookup counts: the error comes with the next call.
      if listing.isEmpty { return request.fail(error) }
    }
    if unsafe !request.answer(listing.bytes) {
      listing.forEachNode { engine.forget($0, 1) }
    }
  }
}

private func synchronizeDirectory(
  _ request: fuse_req_t?, _: fuse_ino_t, _ dataOnly: Int32,
  _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    do throws(Errno) {
      try unsafe session.engine.synchronizeDirectory(HandleID(info), dataOnly: dataOnly != 0)
      request.succeed()
    } catch {
      request.fail(error)
    }
  }
}

private func releaseDirectory(
  _ request: fuse_req_t?, _: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(request) { request, session in
    unsafe session.engine.releaseDirectory(HandleID(info))
    request.succeed()
  }
}

/// The answer to READDIR and READDIRPLUS: records one after the other, each padded to eight bytes:
/// fuse_entry_out (READDIRPLUS only), fuse_dirent, name.
@safe
private struct Listing {
  private let buffer: UnsafeMutableRawBufferPointer
  private let withEntries: Bool
  private var used = 0

  init(_ buffer: UnsafeMutableRawBufferPointer, _ withEntries: Bool) {
    unsafe self.buffer = unsafe buffer
    self.withEntries = withEntries
  }

  var isEmpty: Bool { used == 0 }
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: buffer[..<used]) }

  private var entrySize: Int { withEntries ? MemoryLayout<fuse_entry_out>.size : 0 }

  private func recordSize(nameLength: Int) -> Int {
    (entrySize + MemoryLayout<fuse_dirent>.size + nameLength + 7) & ~7
  }

  /// False if there is no room for it.
  mutating func append(_ entry: borrowing DirectoryEntry) -> Bool {
    let nameLength = unsafe entry.name.count
    let size = recordSize(nameLength: nameLength)
    guard unsafe size <= buffer.count - used else { return false }
    var record = unsafe buffer.baseAddress! + used
    let end = unsafe record + size
    if withEntries {
      // Node 0 makes the kernel take the name alone.
      let out = unsafe entry.entry.map { fuse_entry_out($0) } ?? fuse_entry_out()
      unsafe record.storeBytes(of: out, as: fuse_entry_out.self)
      unsafe record += entrySize
    }
    let head = unsafe fuse_dirent(
      ino: entry.inode, off: UInt64(bitPattern: entry.nextOffset), namelen: UInt32(nameLength),
      type: (entry.type & Glibc.S_IFMT) >> 12)
    unsafe record.storeBytes(of: head, as: fuse_dirent.self)
    unsafe record += MemoryLayout<fuse_dirent>.size
    unsafe record.copyMemory(from: entry.name.baseAddress!, byteCount: nameLength)
    unsafe memset(record + nameLength, 0, end - (record + nameLength))
    used += size
    return true
  }

  /// The nodes whose lookup counts the listing carries.
  func forEachNode(_ body: (NodeID) -> Void) {
    guard withEntries else { return }
    var offset = 0
    while offset < used {
      let node = unsafe buffer.load(fromByteOffset: offset, as: fuse_entry_out.self).nodeid
      if node != 0 { body(NodeID(rawValue: node)) }
      let head = unsafe buffer.load(fromByteOffset: offset + entrySize, as: fuse_dirent.self)
      offset += recordSize(nameLength: Int(head.namelen))
    }
  }
}

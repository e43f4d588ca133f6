// The listing of a directory in which the link table has a say: made whole when a stream begins, since
// its entries come from several places. An entry is listed by the one layer that shows its name, so
// that no name is there twice (M7).

internal import BindlinkMap
internal import CBindlinkSystem

struct Listing: Sendable {
  struct Item: Sendable {
    /// Where the name begins in `names`; a NUL follows it.
    let start: Int
    let length: Int
    let inode: UInt64
    let type: UInt32
    /// The layer that the entry comes from; of a child that the table names its own.
    let link: Int32
    let device: UInt64
    let mount: UInt64
  }

  private(set) var names: [CChar] = []
  private(set) var entries: [Item] = []
  /// When the directories that it was made from had last changed.
  private var changes: [Int64] = []
  /// M1: the names that merged layers have, so far.
  private var taken: Set<[UInt8]> = []

  /// Of a directory that is shown empty.
  init() {}

  init(_ resolver: Resolver, _ place: DirectoryPlace, path: PathProvider) throws(Errno) {
    let scope = place.scope
    var layers = LayerDirectories(resolver, place)
    changes = try Self.changes(&layers, path)
    for layer in 0..<scope.layers.count {
      try append(layer, &layers, resolver, path)
    }
    taken = []
    for name in scope.names() {
      unsafe try withName(name) { (text) throws(Errno) in
        do throws(Errno) {
          let found = try unsafe resolver.locate(in: place, text, path: path)
          unsafe append(
            text, found.status.inode, found.isDirectory ? 0o040000 : found.status.format,
            found.link, found.origin == .synthesised ? Identity.nowhere : found.status.device,
            found.status.mount_id)
        } catch {
          if error.isAbsence { return }
          // A link's backing that cannot be looked at keeps its name, and hides none beside it.
          guard let link = scope.child(name.span).link else { throw error }
          unsafe append(text, 0, 0, link, Identity.nowhere, 0)
        }
      }
    }
  }

  /// What one layer shows.
  private mutating func append(
    _ layer: Int, _ layers: inout LayerDirectories, _ resolver: Resolver, _ path: PathProvider
  ) throws(Errno) {
    guard let directory = try layers.directory(layer, path: path) else { return }
    let scope = layers.scope
    let link = scope.layers[layer].link
    let remembers = scope.layers[layer].isMerged && layer < scope.layers.count - 1
    let stream = try System.openForListing(directory.descriptor)
    let status = try System.status(of: stream.raw, synchronising: false)
    var reader = DirectoryReader()
    while let record = unsafe try Self.next(&reader, stream) {
      if unsafe record.isDot { continue }
      let bytes = unsafe nameBytes(record.name)
      if unsafe !scope.child(bytes.span).isNothing { continue }
      guard try unsafe shows(layer, record, &layers, path) else { continue }
      if !taken.isEmpty, unsafe taken.contains(Array(bytes)) { continue }
      var (inode, type) = unsafe (record.inode, record.type)
      var (device, mount) = (status.device, status.mount_id)
      if type == 0o040000 || type == 0 {
        // A mount may begin here, and its root has another number.
        do throws(Errno) {
          let found = try unsafe resolver.host.inspect(
            directory.descriptor, record.name, mount: directory.mount)
          (inode, type) = (found.status.inode, found.status.format)
          (device, mount) = (found.status.device, found.status.mount_id)
        } catch {
          if error.isAbsence { continue }
        }
      }
      if remembers { unsafe taken.insert(Array(bytes)) }
      unsafe append(record.name, inode, type, link, device, mount)
    }
  }

  /// A directory that was removed, as the anchor can be by a link to it, has no entries.
  private static func next(
    _ reader: inout DirectoryReader, _ stream: borrowing Descriptor
  ) throws(Errno) -> DirectoryReader.Record? {
    do throws(Errno) {
      return unsafe try reader.next(stream.raw)
    } catch {
      guard error == .noEntry else { throw error }
      return nil
    }
  }

  /// Whether the layer shows the name, as far as those inside of it are concerned that are not merged
  /// (R1).
  private func shows(
    _ layer: Int, _ record: DirectoryReader.Record, _ layers: inout LayerDirectories,
    _ path: PathProvider
  ) throws(Errno) -> Bool {
    for candidate in 0...layer {
      let isExcepted: Bool
      if candidate == layer, unsafe record.type != 0 {
        let exclusion = unsafe layers.scope.exclusion(
          of: nameBytes(record.name).span, layer: layer)
        isExcepted = unsafe exclusion.applies(isDirectory: record.type == 0o040000)
      } else {
        isExcepted = try unsafe layers.isExcepted(record.name, from: candidate, path: path)
      }
      if candidate == layer { return !isExcepted }
      if !isExcepted, !layers.scope.layers[candidate].isMerged { return false }
    }
    return true
  }

  /// Whether a directory that it was made from has changed since.
  func isOutdated(_ layers: inout LayerDirectories, _ path: PathProvider) throws(Errno) -> Bool {
    try Self.changes(&layers, path) != changes
  }

  private static func changes(
    _ layers: inout LayerDirectories, _ path: PathProvider
  ) throws(Errno) -> [Int64] {
    var changes: [Int64] = []
    for layer in 0..<layers.scope.layers.count {
      if let directory = try layers.directory(layer, path: path) {
        let status = try System.status(of: directory.descriptor, synchronising: false)
        changes += [Int64(layer), status.modified.nanoseconds64, status.changed.nanoseconds64]
      }
    }
    return changes
  }

  private mutating func append(
    _ name: Name, _ inode: UInt64, _ type: UInt32, _ link: Int32, _ device: UInt64, _ mount: UInt64
  ) {
    let start = names.count
    let bytes = unsafe nameBytes(name)
    for index in 0..<bytes.count { names.append(unsafe CChar(bitPattern: bytes[index])) }
    names.append(0)
    entries.append(
      Item(
        start: start, length: bytes.count, inode: inode, type: type, link: link, device: device,
        mount: mount))
  }
}

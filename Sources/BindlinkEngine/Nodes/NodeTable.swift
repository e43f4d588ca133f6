// All nodes: slots that never move, found by id or by identity. Used under Engine.nodes' lock, and
// never does a system call before its own end: what has to be closed is returned to the caller.

internal import BindlinkMap
internal import CBindlinkSystem
internal import Glibc

@safe struct NodeTable: ~Copyable {
  private static let chunkBits = 10
  private static let chunkSize = 1 << chunkBits

  private var chunks: [UnsafeMutablePointer<Node>] = unsafe []
  /// Slots handed out so far; slot 0 is nobody, slot 1 the root.
  private var used: UInt32 = 1
  private var free: [UInt32] = []
  private var buckets: [UInt32] = Array(repeating: 0, count: 1024)
  private(set) var count = 0
  /// What requests that begin now are answered by, and how many there were before (C6, C7).
  private(set) var resolver: Resolver
  private(set) var version: UInt32 = 1
  var directories = DescriptorCache()
  /// Of files that are used without handles.
  var files = FileCache()
  var watches = WatchTable()
  /// How far the way to the root's backing is watched.
  var rootWay = RootWay()
  private(set) var names = NameTable()
  /// Former descriptors of the root that were in use when it was bound to another object.
  var retired: [Int32] = []

  init(_ resolver: Resolver) {
    self.resolver = resolver
    unsafe chunks.append(Self.makeChunk())
    unsafe self[0].pointee.isInUse = false
  }

  deinit {
    for descriptor in retired { _ = bl_close(descriptor) }
    for step in rootWay.steps { _ = bl_close(step.descriptor) }
    for slot in 1..<used where unsafe self[slot].pointee.isInUse {
      let (descriptor, file) = unsafe (self[slot].pointee.descriptor, self[slot].pointee.file)
      if descriptor >= 0 { _ = bl_close(descriptor) }
      if file >= 0 { _ = bl_close(file) }
      var name = unsafe self[slot].pointee.names
      while let record = unsafe name {
        unsafe name = record.pointee.next
        unsafe UnsafeMutableRawPointer(record).deallocate()
      }
    }
    for index in unsafe chunks.indices {
      unsafe chunks[index].deinitialize(count: Self.chunkSize).deallocate()
    }
  }

  private static func makeChunk() -> UnsafeMutablePointer<Node> {
    let chunk = UnsafeMutablePointer<Node>.allocate(capacity: chunkSize)
    unsafe chunk.initialize(
      repeating: Node(
        identity: Identity(device: 0, inode: 0, mount: 0, birth: 0), link: Node.nobody, format: 0),
      count: chunkSize)
    return unsafe chunk
  }

  subscript(slot: UInt32) -> UnsafeMutablePointer<Node> {
    @inline(__always) get {
      unsafe chunks[Int(slot) >> Self.chunkBits] + (Int(slot) & (Self.chunkSize - 1))
    }
  }

  /// The node of an id, if the kernel's knowledge of it is not out of date.
  @inline(__always)
  subscript(id: NodeID) -> UnsafeMutablePointer<Node>? {
    let slot = UInt32(truncatingIfNeeded: id.rawValue)
    guard slot < used else { return nil }
    let node = unsafe self[slot]
    guard unsafe node.pointee.isInUse,
      unsafe node.pointee.generation == UInt32(truncatingIfNeeded: id.rawValue >> 32)
    else { return nil }
    return unsafe node
  }

  static func slot(of id: NodeID) -> UInt32 { UInt32(truncatingIfNeeded: id.rawValue) }

  func id(of slot: UInt32) -> NodeID {
    NodeID(rawValue: UInt64(unsafe self[slot].pointee.generation) << 32 | UInt64(slot))
  }

  /// The node of an object: a directory or a symbolic link is found among those of the same governing
  /// link, a file among those with the same rights (R6, R7).
  func find(
    _ identity: Identity, belongsToLink: Bool, link: Int32, isReadOnly: Bool
  ) -> UInt32? {
    var slot = buckets[Int(truncatingIfNeeded: identity.hash) & (buckets.count - 1)]
    while slot != 0 {
      let node = unsafe self[slot]
      if unsafe node.pointee.identity == identity,
        unsafe belongsToLink ? node.pointee.link == link : node.pointee.isReadOnly == isReadOnly
      {
        return slot
      }
      slot = unsafe node.pointee.hashNext
    }
    return nil
  }

  /// The nodes of one object, by whatever mount and with whatever rights.
  func forEachNode(of identity: Identity, _ body: (UInt32) -> Void) {
    var slot = buckets[Int(truncatingIfNeeded: identity.hash) & (buckets.count - 1)]
    while slot != 0 {
      let node = unsafe self[slot]
      if unsafe node.pointee.identity.object == identity.object { body(slot) }
      slot = unsafe node.pointee.hashNext
    }
  }

  mutating func insert(_ node: consuming Node) -> UInt32 {
    let slot: UInt32
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = used
      used += 1
      if unsafe Int(slot) >> Self.chunkBits == chunks.count {
        unsafe chunks.append(Self.makeChunk())
      }
    }
    if count >= buckets.count { grow() }
    count += 1
    node.generation = unsafe self[slot].pointee.generation
    node.isInUse = true
    unsafe self[slot].pointee = node
    enter(slot)
    return slot
  }

  private mutating func enter(_ slot: UInt32) {
    let node = unsafe self[slot]
    let bucket = Int(truncatingIfNeeded: unsafe node.pointee.identity.hash) & (buckets.count - 1)
    unsafe node.pointee.hashNext = buckets[bucket]
    buckets[bucket] = slot
  }

  private mutating func leave(_ slot: UInt32) {
    let node = unsafe self[slot]
    let bucket = Int(truncatingIfNeeded: unsafe node.pointee.identity.hash) & (buckets.count - 1)
    if buckets[bucket] == slot {
      buckets[bucket] = unsafe node.pointee.hashNext
      return
    }
    var previous = buckets[bucket]
    while previous != 0 {
      let next = unsafe self[previous].pointee.hashNext
      if next == slot {
        unsafe self[previous].pointee.hashNext = node.pointee.hashNext
        return
      }
      previous = next
    }
  }

  private mutating func grow() {
    buckets = Array(repeating: 0, count: buckets.count * 2)
    for slot in 1..<used where unsafe self[slot].pointee.isInUse { enter(slot) }
  }

  /// Another object stands behind the root now (R3).
  mutating func rebind(_ slot: UInt32, to identity: Identity) {
    leave(slot)
    unsafe self[slot].pointee.identity = identity
    enter(slot)
  }

  /// The root's former descriptors, to be closed: nobody uses it at this moment.
  mutating func takeRetired() -> [Int32] {
    if retired.isEmpty { return [] }
    defer { retired = [] }
    return retired
  }

  mutating func publish(_ resolver: Resolver) {
    self.resolver = resolver
    version &+= 1
  }

  func isCurrent(_ slot: UInt32) -> Bool { unsafe self[slot].pointee.version == version }

  // MARK: Names

  /// The node became known by a name. A directory has one name, the newest: returns the parent that
  /// lost it by that, 0 if none did.
  mutating func addName(
    _ slot: UInt32, parent: UInt32, _ name: Name, link: Int32, origin: Origin
  ) -> UInt32 {
    let length = unsafe Glibc.strlen(name)
    let node = unsafe self[slot]
    if let known = unsafe findName(slot, parent: parent, name, length: length) {
      unsafe known.pointee.origin = origin
      unsafe known.pointee.link = link
      return 0
    }
    if unsafe node.pointee.children > 0 { dropNameBelow(slot, from: parent) }
    var deserted: UInt32 = 0
    if unsafe node.pointee.isDirectory, let old = unsafe node.pointee.names {
      deserted = unsafe old.pointee.parent
      dropFirstName(slot)
    }
    let record = unsafe KnownName.make(
      slot: slot, parent: parent, name: name, length: length, link: link, origin: origin)
    unsafe record.pointee.next = node.pointee.names
    unsafe node.pointee.names = record
    unsafe names.insert(record)
    unsafe self[parent].pointee.children += 1
    return deserted
  }

  /// The host moved the directory `slot` below what it held: the name, on the way up from its new
  /// parent, that still leads through `slot` is out of date, and would make a circle.
  private mutating func dropNameBelow(_ slot: UInt32, from parent: UInt32) {
    var current = parent
    while let name = unsafe self[current].pointee.names {
      if unsafe name.pointee.parent == slot { return dropFirstName(current) }
      current = unsafe name.pointee.parent
    }
  }

  func findName(_ slot: UInt32, parent: UInt32, _ name: Name, length: Int)
    -> UnsafeMutablePointer<KnownName>?
  {
    var record = unsafe self[slot].pointee.names
    while let known = unsafe record {
      if unsafe known.pointee.parent == parent, unsafe Int(known.pointee.length) == length,
        unsafe sameBytes(KnownName.bytes(of: known), name, length)
      {
        return unsafe known
      }
      unsafe record = known.pointee.next
    }
    return nil
  }

  mutating func removeName(_ slot: UInt32, parent: UInt32, _ name: Name) {
    let length = unsafe Glibc.strlen(name)
    guard let known = unsafe findName(slot, parent: parent, name, length: length) else { return }
    let node = unsafe self[slot]
    if unsafe node.pointee.names == known {
      unsafe node.pointee.names = known.pointee.next
    } else {
      var previous = unsafe node.pointee.names
      while let record = unsafe previous, unsafe record.pointee.next != known {
        unsafe previous = record.pointee.next
      }
      unsafe previous?.pointee.next = known.pointee.next
    }
    unsafe self[parent].pointee.children -= 1
    unsafe names.remove(known)
    unsafe UnsafeMutableRawPointer(known).deallocate()
  }

  private mutating func dropFirstName(_ slot: UInt32) {
    let node = unsafe self[slot]
    guard let record = unsafe node.pointee.names else { return }
    unsafe node.pointee.names = record.pointee.next
    unsafe self[record.pointee.parent].pointee.children -= 1
    unsafe names.remove(record)
    unsafe UnsafeMutableRawPointer(record).deallocate()
  }

  /// A file that had no name has one again, and needs no descriptor of its own: returns it, to be
  /// closed, unless it is in use at this moment.
  mutating func takeKept(_ slot: UInt32) -> Int32? {
    let node = unsafe self[slot]
    guard unsafe node.pointee.keepsDescriptor, unsafe !node.pointee.isDirectory,
      unsafe node.pointee.pins == 0
    else { return nil }
    defer { unsafe node.pointee.descriptor = -1 }
    unsafe node.pointee.keepsDescriptor = false
    return unsafe node.pointee.descriptor
  }

  /// The directories known below one are located anew at their next use.
  mutating func outdateDirectories(below ancestor: UInt32) -> [NodeID] {
    var outdated: [NodeID] = []
    for slot in 1..<used where unsafe self[slot].pointee.isInUse && self[slot].pointee.isDirectory {
      var (current, distance) = (slot, 0)
      while let record = unsafe self[current].pointee.names, distance <= count {
        current = unsafe record.pointee.parent
        distance += 1
        if current == ancestor {
          unsafe self[slot].pointee.version = version &- 1
          outdated.append(id(of: slot))
          break
        }
      }
    }
    return outdated
  }

  func forEachSlot(_ body: (UInt32) -> Void) {
    for slot in 1..<used where unsafe self[slot].pointee.isInUse { body(slot) }
  }

  // MARK: The end of a node

  /// Frees the node, and its parents that only it kept, if the kernel has forgotten it. A watched
  /// directory has to be open for that, so that its mark can be taken away.
  mutating func collect(_ first: UInt32) -> Leavings {
    var closing = Leavings()
    var slot = first
    while slot > 1 {
      let node = unsafe self[slot]
      guard unsafe node.pointee.isInUse, unsafe node.pointee.lookups == 0,
        unsafe node.pointee.children == 0, unsafe node.pointee.pins == 0,
        unsafe node.pointee.moves == 0
      else { break }
      let watch = unsafe node.pointee.watch
      if watch != 0, watch != WatchTable.refused, unsafe node.pointee.descriptor < 0 {
        closing.unopened.append(slot)
        break
      }
      let unwatched = watches.remove(watch, for: slot)
      unsafe node.pointee.watch = 0
      if unsafe node.pointee.descriptor >= 0 {
        closing.descriptors.append((unsafe node.pointee.descriptor, unwatched))
        if unsafe !node.pointee.keepsDescriptor { directories.remove(slot) }
        unsafe node.pointee.descriptor = -1
      }
      if unsafe node.pointee.file >= 0 { closing.add(takeFile(slot)) }
      let parent = unsafe node.pointee.names?.pointee.parent ?? 0
      // A file may be known in several directories: each of them loses a child.
      var others: [UInt32] = []
      while let record = unsafe node.pointee.names {
        if unsafe record.pointee.parent != parent { others.append(unsafe record.pointee.parent) }
        dropFirstName(slot)
      }
      leave(slot)
      unsafe node.pointee.scope = nil
      unsafe node.pointee.isInUse = false
      unsafe node.pointee.generation &+= 1
      free.append(slot)
      count -= 1
      for other in others { closing.add(collect(other)) }
      slot = parent
    }
    return closing
  }
}

/// What has to be done outside of the lock when nodes end.
struct Leavings {
  /// To be closed, and of which of them the watch is to end first.
  var descriptors: [(raw: Int32, unwatched: WatchKey?)] = []
  /// Watched directories to be opened and collected again.
  var unopened: [UInt32] = []

  var isEmpty: Bool { descriptors.isEmpty && unopened.isEmpty }

  mutating func add(_ other: Leavings) {
    descriptors += other.descriptors
    unopened += other.unopened
  }

  mutating func add(_ raw: Int32) { descriptors.append((raw, nil)) }
}

@inline(__always)
func sameBytes(_ a: Name, _ b: Name, _ count: Int) -> Bool {
  for index in 0..<count where unsafe a[index] != b[index] { return false }
  return true
}

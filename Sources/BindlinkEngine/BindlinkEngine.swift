// Interface only; replaced by the engine.
package import BindlinkMap
package import Glibc

package typealias Name = UnsafePointer<CChar>
package struct NodeID: RawRepresentable, Hashable, Sendable { package let rawValue: UInt64; package init(rawValue: UInt64) { self.rawValue = rawValue }; package static let root = NodeID(rawValue: 1) }
package struct HandleID: RawRepresentable, Hashable, Sendable { package let rawValue: UInt64; package init(rawValue: UInt64) { self.rawValue = rawValue } }
package struct Caller: Sendable { package let uid, gid: UInt32; package let pid: Int32; package let umask: UInt32
  package init(uid: UInt32, gid: UInt32, pid: Int32, umask: UInt32) { self.uid = uid; self.gid = gid; self.pid = pid; self.umask = umask } }
package struct Attributes { package var status: stat; package var birth: timespec? }
package struct Entry { package var node: NodeID; package var attributes: Attributes }
package struct CachePolicy: Sendable { package var entryTimeout = 0.0; package var attributeTimeout = 0.0; package var negativeTimeout = 0.0; package var keepsPageCache = false }
package enum TimeChange: Sendable { case now, at(timespec) }
package struct AttributeChanges: Sendable { package var mode: UInt32?; package var uid: UInt32?; package var gid: UInt32?; package var size: Int64?; package var accessTime: TimeChange?; package var modificationTime: TimeChange?; package init() {} }
@unsafe package struct DirectoryEntry { package let name: UnsafeBufferPointer<CChar>; package let inode: UInt64; package let type: UInt32; package let nextOffset: Int64; package let entry: Entry? }
package struct FileLock: Sendable { package var type: Int32; package var start: Int64; package var length: Int64; package var pid: Int32
  package init(type: Int32, start: Int64, length: Int64, pid: Int32) { self.type = type; self.start = start; self.length = length; self.pid = pid } }

package final class Engine: Sendable {
  package let cachePolicy = CachePolicy()
  package let switchesCredentials = false
  package func lookup(_ parent: NodeID, _ name: Name) throws(Errno) -> Entry { throw .notImplemented }
  package func forget(_ node: NodeID, _ count: UInt64) {}
  package func attributes(of node: NodeID, handle: HandleID?) throws(Errno) -> Attributes { throw .notImplemented }
  package func setAttributes(of node: NodeID, handle: HandleID?, _ changes: AttributeChanges, caller: Caller) throws(Errno) -> Attributes { throw .notImplemented }
  package func checkAccess(to node: NodeID, mode: Int32, caller: Caller) throws(Errno) { throw .notImplemented }
  package func fileSystemStatistics(of node: NodeID) throws(Errno) -> statvfs { throw .notImplemented }
  package func readSymbolicLink(_ node: NodeID, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int { throw .notImplemented }
  package func makeNode(_ parent: NodeID, _ name: Name, mode: UInt32, device: UInt64, caller: Caller) throws(Errno) -> Entry { throw .notImplemented }
  package func makeDirectory(_ parent: NodeID, _ name: Name, mode: UInt32, caller: Caller) throws(Errno) -> Entry { throw .notImplemented }
  package func makeSymbolicLink(_ parent: NodeID, _ name: Name, target: Name, caller: Caller) throws(Errno) -> Entry { throw .notImplemented }
  package func makeHardLink(_ node: NodeID, _ newParent: NodeID, _ newName: Name, caller: Caller) throws(Errno) -> Entry { throw .notImplemented }
  package func unlink(_ parent: NodeID, _ name: Name, caller: Caller) throws(Errno) { throw .notImplemented }
  package func removeDirectory(_ parent: NodeID, _ name: Name, caller: Caller) throws(Errno) { throw .notImplemented }
  package func rename(_ parent: NodeID, _ name: Name, to newParent: NodeID, _ newName: Name, flags: UInt32, caller: Caller) throws(Errno) { throw .notImplemented }
  package func create(_ parent: NodeID, _ name: Name, mode: UInt32, flags: Int32, caller: Caller) throws(Errno) -> (Entry, HandleID) { throw .notImplemented }
  package func makeTemporaryFile(_ parent: NodeID, mode: UInt32, flags: Int32, caller: Caller) throws(Errno) -> (Entry, HandleID) { throw .notImplemented }
  package func open(_ node: NodeID, flags: Int32, caller: Caller) throws(Errno) -> HandleID { throw .notImplemented }
  package func read(_ handle: HandleID, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, flags: Int32) throws(Errno) -> Int { throw .notImplemented }
  package func write(_ handle: HandleID, _ data: UnsafeRawBufferPointer, at offset: Int64, flags: Int32, fromPageCache: Bool) throws(Errno) -> Int { throw .notImplemented }
  package func flush(_ handle: HandleID, lockOwner: UInt64) throws(Errno) { throw .notImplemented }
  package func synchronize(_ handle: HandleID, dataOnly: Bool) throws(Errno) { throw .notImplemented }
  package func release(_ handle: HandleID, lockOwner: UInt64) {}
  package func allocate(_ handle: HandleID, mode: Int32, offset: Int64, length: Int64) throws(Errno) { throw .notImplemented }
  package func seek(_ handle: HandleID, offset: Int64, whence: Int32) throws(Errno) -> Int64 { throw .notImplemented }
  package func copyRange(from source: HandleID, at sourceOffset: Int64, to target: HandleID, at targetOffset: Int64, length: Int, flags: Int32) throws(Errno) -> Int { throw .notImplemented }
  package func control(_ handle: HandleID, command: UInt32, input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer) throws(Errno) -> Int { throw .notImplemented }
  package func synchronizeFileSystem(of node: NodeID) throws(Errno) { throw .notImplemented }
  package func openDirectory(_ node: NodeID) throws(Errno) -> HandleID { throw .notImplemented }
  package func readDirectory(_ handle: HandleID, from offset: Int64, withEntries: Bool, _ emit: (borrowing DirectoryEntry) -> Bool) throws(Errno) { throw .notImplemented }
  package func releaseDirectory(_ handle: HandleID) {}
  package func getExtendedAttribute(_ node: NodeID, _ name: Name, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int { throw .notImplemented }
  package func listExtendedAttributes(_ node: NodeID, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int { throw .notImplemented }
  package func setExtendedAttribute(_ node: NodeID, _ name: Name, _ value: UnsafeRawBufferPointer, flags: Int32, caller: Caller) throws(Errno) { throw .notImplemented }
  package func removeExtendedAttribute(_ node: NodeID, _ name: Name, caller: Caller) throws(Errno) { throw .notImplemented }
  package func testLock(_ handle: HandleID, owner: UInt64, _ lock: FileLock) throws(Errno) -> FileLock { throw .notImplemented }
  package func setLock(_ handle: HandleID, owner: UInt64, _ lock: FileLock, waits: Bool) throws(Errno) { throw .notImplemented }
  package func lockWholeFile(_ handle: HandleID, operation: Int32) throws(Errno) { throw .notImplemented }
  package func prepareWorker() {}
  package func didMount(device: UInt64, mountID: UInt64) {}
  package init() {}
}

package struct LinkRequest: Sendable { package var virtualPath: [UInt8]; package var backing: [UInt8]; package var isReadOnly = false; package var isMerged = false
  package init(virtualPath: [UInt8], backing: [UInt8]) { self.virtualPath = virtualPath; self.backing = backing } }
package enum ExceptionRequest: Sendable { case argument([UInt8]), file(name: String, content: [UInt8]) }
package enum AnchorRequest: Sendable { case none, underMountpoint, directory([UInt8]) }
package struct ViewSetup: Sendable { package var mountpoint: [UInt8]; package var under: Int32; package var anchor: AnchorRequest; package var source: [UInt8]?; package var links: [LinkRequest] = []; package var exceptions: [ExceptionRequest] = []; package var createsParents = false; package var isReadOnly = false; package var allowsOther = false
  package init(mountpoint: [UInt8], under: Int32, anchor: AnchorRequest, source: [UInt8]?) { self.mountpoint = mountpoint; self.under = under; self.anchor = anchor; self.source = source } }
extension Engine { package convenience init(_ setup: ViewSetup) throws(LinkError) { self.init() } }

// Notifications: their bytes, who waits for them, and devices that refuse, block or are gone.
import BindlinkEngine
import BindlinkFuse
import Glibc
import Synchronization
import Testing

@Suite struct NotificationTests {
  private static func invalidations(
    everyEntry: Bool = false, entries: [(UInt64, String)] = [], nodes: [UInt64] = [],
    listed: [UInt64] = []
  ) -> Invalidations {
    var invalidations = Invalidations()
    invalidations.everyEntry = everyEntry
    invalidations.listedDirectories = listed.map(NodeID.init(rawValue:))
    invalidations.entries = entries.map {
      (parent: NodeID(rawValue: $0.0), name: Array($0.1.utf8))
    }
    invalidations.nodes = nodes.map(NodeID.init(rawValue:))
    return invalidations
  }

  @Test("C7: the messages are on their way when the call returns")
  func bytes() throws {
    let served = try ServedSession()
    #expect(
      served.engine.notify(
        Self.invalidations(everyEntry: true, entries: [(1, "näme")], nodes: [7, 1 << 40])))
    var messages: [Reply] = []
    while let message = served.client.receive(milliseconds: 0) { messages.append(message) }
    #expect(messages.map(\.unique) == [0, 0, 0, 0])
    // `error` is the code; `Reply` negates it.
    #expect(messages.map { -$0.error } == [2, 2, 3, 8])
    let wholeInode = { (node: UInt64) in Arguments().u64(node).u64(0).u64(.max).bytes }
    #expect(messages[0].payload == wholeInode(7))
    #expect(messages[1].payload == wholeInode(1 << 40))
    // The name's length without its NUL, and FUSE_EXPIRE_ONLY.
    #expect(messages[2].payload == Arguments().u64(1).u32(5).u32(1).name("näme").bytes)
    #expect(messages[3].payload == [])
  }

  @Test("C7: the epoch changes when the directories that are being listed have been waited for")
  func listedDirectories() throws {
    let served = try ServedSession()
    let invalidations = Self.invalidations(everyEntry: true, nodes: [7], listed: [7, 9])
    #expect(served.engine.notify(invalidations))
    var messages: [Reply] = []
    while let message = served.client.receive(milliseconds: 0) { messages.append(message) }
    #expect(messages.map { -$0.error } == [2, 3, 3, 8])
    let name = String(repeating: "-", count: 256)
    let entry = { (node: UInt64) in Arguments().u64(node).u32(256).u32(1).name(name).bytes }
    #expect(messages.dropFirst().dropLast().map(\.payload) == [entry(7), entry(9)])
  }

  @Test func theServerServesMeanwhile() throws {
    let served = try ServedSession()
    for number in 0..<50 {
      #expect(served.engine.notify(Self.invalidations(nodes: [UInt64(number + 1)])))
      #expect(served.client.receive(milliseconds: 0)?.unique == 0)
      #expect(served.client.call(17, unique: UInt64(100 + number)) != nil)
    }
  }

  @Test func aDeadConnectionHasNothingCached() throws {
    let served = try ServedSession()
    shutdown(served.client.socket, Int32(SHUT_RDWR))
    #expect(served.engine.notify(Self.invalidations(everyEntry: true, nodes: [1])))
    #expect(served.waitForEnd())
    #expect(served.engine.notify(Self.invalidations(everyEntry: true, nodes: [1])))
  }

  @Test func beforeTheSessionRunsThereIsNobodyToTell() throws {
    let device = try Device()
    #expect(device.notifications.send(Self.invalidations(everyEntry: true)))
    #expect(device.received() == 0)
  }

  @Test("C7: a kernel without the epoch is asked for it once")
  func noEpoch() throws {
    let device = try Device()
    // A file that refuses every write with EINVAL, in the device's place.
    let refusing = unsafe open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
    let kept = dup(device.descriptor)
    try #require(refusing >= 0 && kept >= 0)
    dup2(refusing, device.descriptor)
    device.start()
    #expect(!device.notifications.send(Self.invalidations(everyEntry: true)))
    dup2(kept, device.descriptor)
    #expect(!device.notifications.send(Self.invalidations(everyEntry: true)))
    #expect(device.received() == 0)
    #expect(!device.notifications.send(Self.invalidations(everyEntry: true, nodes: [1])))
    #expect(device.notifications.send(Self.invalidations(entries: [(1, "a")], nodes: [1])))
    #expect(device.received() == 3)
    close(refusing)
    close(kept)
    device.stop()
  }

  @Test func aStuckDeviceHoldsUpNobodyForLong() throws {
    let device = try Device()
    device.start()
    // More than the socket takes, and nobody reads.
    let all = Self.invalidations(nodes: (1...100_000).map { $0 })
    var before = timespec()
    var after = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &before)
    #expect(device.notifications.send(all))
    unsafe clock_gettime(CLOCK_MONOTONIC, &after)
    #expect((1...3).contains(after.tv_sec - before.tv_sec))
    #expect(device.received() > 0)
    device.notifications.close()
    #expect(device.notifications.send(all))
    device.stop()
  }
}

extension NotificationTests {
  @Test func theEndOfTheSessionEndsTheWait() throws {
    let device = try Device(patience: 60)
    device.start()
    let sender = Sender(device.notifications)
    sender.start()
    for _ in 0..<5_000 where !device.isFull { usleep(1_000) }
    #expect(device.isFull)
    #expect(!sender.hasReturned)
    device.notifications.close()
    for _ in 0..<5_000 where !sender.hasReturned { usleep(1_000) }
    #expect(sender.hasReturned)
    device.stop()
  }
}

/// Sends more than a socket takes.
private final class Sender: Sendable {
  private let notifications: Notifications
  private let returned = Atomic(false)
  var hasReturned: Bool { returned.load(ordering: .acquiring) }

  init(_ notifications: Notifications) { self.notifications = notifications }

  func start() {
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, runSender, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  func run() {
    var invalidations = Invalidations()
    invalidations.nodes = (1...100_000).map { NodeID(rawValue: $0) }
    _ = notifications.send(invalidations)
    returned.store(true, ordering: .releasing)
  }
}

private func runSender(_ sender: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Sender>.fromOpaque(sender!).takeRetainedValue().run()
  return nil
}

/// A notifier without a session.
private final class Device: Sendable {
  let descriptor: Int32
  private let other: Int32
  let notifications: Notifications
  private let isRunning = Atomic(false)

  init(patience: Int = 1) throws {
    var sockets: [Int32] = [-1, -1]
    let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(unsafe socketpair(AF_UNIX, type, 0, &sockets) == 0)
    (descriptor, other) = (sockets[0], sockets[1])
    notifications = Notifications(device: descriptor, traces: false, patience: patience)
  }

  deinit {
    close(descriptor)
    close(other)
  }

  func start() {
    signal(SIGPIPE, SIG_IGN)
    notifications.open()
    isRunning.store(true, ordering: .releasing)
    var thread = pthread_t()
    unsafe pthread_create(&thread, nil, runDevice, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  func run() {
    notifications.run()
    isRunning.store(false, ordering: .releasing)
  }

  /// The other end goes, whatever is being written.
  func stop() {
    notifications.close()
    shutdown(other, Int32(SHUT_RDWR))
    for _ in 0..<5_000 where isRunning.load(ordering: .acquiring) { usleep(1_000) }
    let stillRuns = isRunning.load(ordering: .acquiring)
    #expect(!stillRuns)
  }

  /// Whether the next message would have to wait.
  var isFull: Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&waiting, 1, 0) == 0
  }

  /// How many messages are there.
  func received() -> Int {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    while unsafe recv(other, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 { count += 1 }
    return count
  }
}

private func runDevice(_ device: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  unsafe Unmanaged<Device>.fromOpaque(device!).takeRetainedValue().run()
  return nil
}

// What answers may be believed, what word is sent when a watched backing changes, and what watches
// leave behind. Changes by others are made by a shell, since those of this process are the server's.
import BindlinkEngine
import BindlinkMap
import Foundation
import Glibc
import Synchronization
import Testing

@Suite(.serialized) struct WatchTests {
  private static let long = 1e6

  private func watched(
    _ tree: ScratchTree, links: [(String, String)] = [], exceptions: [String] = []
  ) throws -> (ScratchView, Recorder) {
    let view = try ScratchView(tree, links: links, exceptions: exceptions, watches: true)
    let recorder = Recorder()
    view.engine.connect(recorder)
    return (view, recorder)
  }

  private func shell(_ tree: ScratchTree, _ command: String) {
    let status = unsafe system("cd \(tree.path) && \(command)")
    #expect(status == 0)
  }

  private func absence(_ view: ScratchView, _ name: String, in parent: NodeID = .root) -> Double {
    var absence = 0.0
    _ = failure { () throws(Errno) in
      try unsafe view.engine.lookup(parent, name, absence: &absence)
    }
    return absence
  }

  @Test("what a watched directory says is believed; what several places say is asked for")
  func beliefs() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/d")
    try tree.makeFile("anchor/d/f")
    try tree.makeDirectory("b")
    try tree.makeFile("b/g")
    let (view, _) = try watched(tree, links: [("/l", "b")], exceptions: ["*.pem"])
    let d = try view.lookup("d")
    #expect(d.timeout > Self.long)
    let f = try view.lookup("f", in: d.node)
    #expect(f.timeout > Self.long && f.attributes.timeout > Self.long)
    #expect(try view.engine.attributes(of: f.node, handle: nil).timeout > Self.long)
    #expect(try view.engine.attributes(of: d.node, handle: nil).timeout > Self.long)
    #expect(absence(view, "none", in: d.node) > Self.long)
    #expect(absence(view, "none.pem", in: d.node) > Self.long)
    let l = try view.lookup("l")
    #expect(l.timeout == 0)
    let g = try view.lookup("g", in: l.node)
    #expect(g.timeout > Self.long && g.attributes.timeout > Self.long)
    #expect(absence(view, "none.pem", in: l.node) == 0)
  }

  @Test("a file of several names is believed for a second")
  func hardLinks() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let (view, recorder) = try watched(tree)
    let f = try view.lookup("f")
    #expect(f.attributes.timeout > Self.long)
    shell(tree, "ln anchor/f anchor/g")
    view.engine.settle()
    #expect(recorder.take().nodes.contains(f.node))
    #expect(try view.engine.attributes(of: f.node, handle: nil).timeout == 1)
    #expect(try view.lookup("g").attributes.timeout == 1)
  }

  @Test("without watches nothing is believed")
  func never() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    let view = try ScratchView(tree)
    let f = try view.lookup("f")
    #expect(f.timeout == 0 && f.attributes.timeout == 0 && absence(view, "none") == 0)
    #expect(!view.engine.isWatching && view.engine.watchCount == 0)
  }

  @Test("own operations send no word")
  func ownOperations() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/d")
    try tree.makeDirectory("anchor/e")
    let (view, recorder) = try watched(tree)
    let (d, e) = (try view.lookup("d").node, try view.lookup("e").node)
    _ = (absence(view, "none", in: d), absence(view, "none", in: e))
    for round in 0..<20 {
      let (entry, handle) = try view.create("f\(round)", in: d)
      #expect(entry.timeout > Self.long && entry.attributes.timeout > Self.long)
      try view.write(handle, "text")
      view.engine.release(handle, lockOwner: 0)
      try view.makeDirectory("d\(round)", in: d)
      _ = try view.makeHardLink(entry.node, "l\(round)", in: e)
      try view.rename("f\(round)", in: d, to: "m\(round)", under: e)
      try view.unlink("m\(round)", in: e)
      try view.removeDirectory("d\(round)", in: d)
      var changes = AttributeChanges()
      changes.modificationTime = .at(timespec(tv_sec: round, tv_nsec: 0))
      _ = try view.engine.setAttributes(
        of: d, handle: nil, changes, caller: ScratchView.caller)
    }
    view.engine.settle()
    let word = recorder.take()
    #expect(word.nodes.isEmpty && word.dropped.isEmpty && word.entries.isEmpty)
    #expect(word.fences.isEmpty && !word.everyEntry)
  }

  @Test("names are looked up again when a directory's permissions have changed")
  func permissions() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/d")
    let (view, recorder) = try watched(tree)
    let d = try view.lookup("d").node
    _ = absence(view, "none", in: d)
    var changes = AttributeChanges()
    changes.mode = 0o700
    _ = try view.engine.setAttributes(of: d, handle: nil, changes, caller: ScratchView.caller)
    #expect(recorder.take().everyEntry, "before the answer")
    shell(tree, "chmod 755 anchor/d")
    view.engine.settle()
    #expect(recorder.take().everyEntry)
  }

  @Test("what others do is told, each change to the nodes that it concerns")
  func othersOperations() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/d")
    try tree.makeFile("anchor/d/f")
    try tree.makeFile("anchor/d/g")
    let (view, recorder) = try watched(tree)
    let d = try view.lookup("d").node
    let f = try view.lookup("f", in: d).node
    let g = try view.lookup("g", in: d).node
    shell(tree, "echo more >> anchor/d/f")
    view.engine.settle()
    var word = recorder.take()
    #expect(word.nodes == [f] && word.dropped.isEmpty && word.fences.contains(d))
    shell(tree, "chmod 600 anchor/d/g && touch anchor/d/new")
    view.engine.settle()
    word = recorder.take()
    #expect(Set(word.nodes) == [d, g] && word.dropped.map(\.parent) == [d])
    #expect(word.dropped.map(\.name) == [Array("new".utf8)])
    shell(tree, "mv anchor/d/f anchor/x")
    view.engine.settle()
    word = recorder.take()
    #expect(Set(word.nodes) == [.root, d, f])
    #expect(Set(word.dropped.map(\.name)) == [Array("f".utf8), Array("x".utf8)])
    // It may be where nobody watches.
    let handle = failure { () throws(Errno) in try view.engine.attributes(of: f, handle: nil) }
    #expect(handle == .stale)
  }

  @Test("an answer that a change has overtaken is not believed")
  func overtaken() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("anchor/d")
    try tree.makeFile("anchor/d/f")
    let (view, recorder) = try watched(tree)
    let d = try view.lookup("d").node
    #expect(absence(view, "new", in: d) > Self.long)
    shell(tree, "touch anchor/d/new")
    view.engine.settle()
    #expect(recorder.take().dropped.map(\.name) == [Array("new".utf8)])
    #expect(try view.lookup("new", in: d).timeout > Self.long)
  }

  @Test("both nodes of a directory that two links show hear of what either does")
  func aliases() throws {
    let tree = try ScratchTree()
    try tree.makeDirectory("b")
    try tree.makeFile("b/f")
    let (view, recorder) = try watched(tree, links: [("/v", "b"), ("/w", "b")])
    let (v, w) = (try view.lookup("v").node, try view.lookup("w").node)
    _ = (absence(view, "new", in: v), absence(view, "new", in: w))
    #expect(view.engine.watchCount == 2)  // the anchor, and b once
    let (_, handle) = try view.create("new", in: v)
    view.engine.release(handle, lockOwner: 0)
    view.engine.settle()
    #expect(Set(recorder.take().dropped.map(\.parent)) == [v, w])
  }

  @Test("what was changed behind the view is told by the name that the view has taken away since")
  func formerNames() throws {
    let tree = try ScratchTree()
    for name in ["f", "g", "h"] { try tree.makeFile("anchor/\(name)") }
    let (view, recorder) = try watched(tree)
    let (f, g, h) = (
      try view.lookup("f").node, try view.lookup("g").node, try view.lookup("h").node
    )
    shell(tree, "for name in f g h; do echo more >> anchor/$name; done")
    try view.rename("f", to: "moved")
    try view.rename("g", to: "h")
    view.engine.settle()
    #expect(Set(recorder.take().nodes).isSuperset(of: [f, g, h]))
    try view.rename("moved", to: "f")
    try view.rename("h", to: "g")
    view.engine.settle()
    shell(tree, "echo more > anchor/h")
    view.engine.settle()
    #expect(Set(recorder.take().nodes) == [.root], "a new file of a former name is none of theirs")
  }

  @Test(
    "R7: the directories of a tree that is moved to another link are told, for they get other numbers"
  )
  func movedTree() throws {
    let tree = try ScratchTree()
    for name in ["anchor/d", "anchor/d/e", "anchor/d/e/g", "b"] { try tree.makeDirectory(name) }
    let (view, recorder) = try watched(tree, links: [("/l", "b")])
    let (d, l) = (try view.lookup("d").node, try view.lookup("l").node)
    let e = try view.lookup("e", in: d)
    let g = try view.lookup("g", in: e.node)
    try view.rename("d", to: "d", under: l)
    #expect(Set(recorder.take().nodes).isSuperset(of: [d, e.node, g.node]))
    #expect(try view.lookup("e", in: d).attributes.status.st_ino != e.attributes.status.st_ino)
    try view.rename("d", in: l, to: "d")
    #expect(Set(recorder.take().nodes).isSuperset(of: [d, e.node, g.node]))
    #expect(try view.lookup("e", in: d).attributes.status.st_ino == e.attributes.status.st_ino)
  }

  @Test("who gets a lock waits for word of what was written before")
  func locks() throws {
    let tree = try ScratchTree()
    try tree.makeFile("anchor/f")
    try tree.makeFile("anchor/g")
    shell(tree, "ln anchor/g anchor/h")
    let (view, recorder) = try watched(tree)
    let f = try view.lookup("f").node
    let g = try view.lookup("g").node
    let (file, twoNames) = (try view.open(f, O_RDWR), try view.open(g, O_RDWR))
    #expect(view.engine.isCaughtUp(file))
    shell(tree, "echo more >> anchor/f")
    #expect(!view.engine.isCaughtUp(file))
    view.engine.catchUp(file)
    #expect(recorder.take().nodes == [f])
    #expect(view.engine.isCaughtUp(file))
    // What is believed without being watched is taken back each time.
    #expect(!view.engine.isCaughtUp(twoNames))
    view.engine.catchUp(twoNames)
    #expect(recorder.take().nodes == [g])
    for handle in [file, twoNames] { view.engine.release(handle, lockOwner: 0) }
  }

  @Test("a watch ends with the node that it was for")
  func ends() throws {
    let tree = try ScratchTree()
    let (view, _) = try watched(tree)
    _ = absence(view, "none")
    let before = (view.engine.nodeCount, view.engine.watchCount)
    for round in 0..<3 {
      for index in 0..<50 {
        if round == 0 { try tree.makeDirectory("anchor/d\(index)") }
        let d = try view.lookup("d\(index)").node
        _ = absence(view, "none", in: d)
      }
      #expect(view.engine.watchCount == before.1 + 50)
      view.forgetAll()
      #expect(view.engine.nodeCount == before.0 && view.engine.watchCount == before.1)
    }
    // The kernel's marks, too; those in other tests' trees are not of this engine.
    let here = ["anchor"] + (0..<50).map { "anchor/d\($0)" }
    let inodes = Set(try here.map { String(try tree.status($0).st_ino, radix: 16) })
    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")
    let marks = files.compactMap {
      try? String(contentsOfFile: "/proc/self/fdinfo/\($0)", encoding: .utf8)
    }
    .flatMap { $0.split(separator: "\n") }
    .filter { line in
      line.hasPrefix("fanotify ino:")
        && inodes.contains(String(line.dropFirst(13).prefix { $0 != " " }))
    }
    .count
    #expect(marks == before.1)
  }

  @Test("a queue that overflows makes all be forgotten")
  func overflow() throws {
    let tree = try ScratchTree()
    let (view, recorder) = try watched(tree)
    _ = absence(view, "none")
    // The kernel's limit is 16,384 events.
    shell(tree, "cd anchor && seq 1 9000 | xargs touch && seq 1 9000 | xargs rm")
    view.engine.settle()
    let word = recorder.take()
    #expect(word.everyEntry && word.nodes.contains(.root))
  }
}

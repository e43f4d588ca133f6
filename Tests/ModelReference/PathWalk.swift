// How the kernel walks a path: symbolic links on the way are followed, in the view and on the host.

internal import Glibc

/// What a walk needs to know of an object.
package enum WalkStep {
  case absent, directory, other
  case symbolicLink(String)
}

package struct PathWalk {
  private let look: ([String]) -> WalkStep
  private static let linksAtMost = 40

  package init(_ look: @escaping ([String]) -> WalkStep) { self.look = look }

  /// The path without symbolic links: the last name's parent is a directory that is there. The last
  /// name itself is followed only if that is asked for.
  package func resolve(_ path: [String], following: Bool) throws(Refusal) -> [String] {
    var pending = path
    var done: [String] = []
    var links = 0
    while let name = pending.first {
      pending.removeFirst()
      if name == ".." {
        // What lies around the tree has none of its names.
        guard done.popLast() != nil, !pending.isEmpty else { throw Refusal(ENOENT) }
        continue
      }
      switch look(done + [name]) {
      case .absent:
        if pending.isEmpty { return done + [name] }
        throw Refusal(ENOENT)
      case .other:
        if pending.isEmpty { return done + [name] }
        throw Refusal(ENOTDIR)
      case .directory:
        done.append(name)
      case .symbolicLink(let text):
        if pending.isEmpty, !following { return done + [name] }
        links += 1
        if links > Self.linksAtMost { throw Refusal(ELOOP) }
        if text.hasPrefix("/") { throw Refusal(ENOENT) }
        pending = text.split(separator: "/").map(String.init) + pending
      }
    }
    return done
  }
}

// The backings of a change (C1), also those that lie in the view itself (C3).

internal import BindlinkControl
internal import BindlinkMap

extension TableBuilder {
  /// As far as they can be found without the view. Refusals are kept: a link that stands stays.
  mutating func findBackings() {
    for index in drafts.indices {
      let backing = drafts[index].request.backing
      do throws(LinkError) {
        if drafts[index].isPhysical {
          drafts[index].isDirectory = try checkPhysical(backing, as: backing)
          drafts[index].link.backing = try VirtualPath(lexical: backing).bytes
          continue
        }
        var links = 0
        switch try place(of: HostPath.components(backing), &links, as: backing) {
        case .host(let path, let isDirectory):
          drafts[index].link.backing = HostPath.bytes(path)
          drafts[index].isDirectory = isDirectory
        case .view(let path): drafts[index].pathInView = path
        }
      } catch {
        drafts[index].refusal = error
      }
    }
  }

  /// C1. A link that is asked for as it stands stays, though its backing may be missing now (R3).
  mutating func checkBackings() throws(LinkError) {
    for index in drafts.indices {
      guard let refusal = drafts[index].refusal else { continue }
      let draft = drafts[index]
      guard draft.purpose == .apply, let predecessor = draft.predecessor,
        let asked = try? VirtualPath(lexical: draft.request.backing),
        predecessor.backing == asked.bytes
      else { throw draft.refused(refusal) }
      drafts[index].link.backing = predecessor.backing
      drafts[index].isDirectory = true
      drafts[index].refusal = nil
    }
  }

  private func place(
    of path: [[UInt8]], _ links: inout Int, as given: [UInt8]
  ) throws(LinkError) -> HostWalker.Place {
    do throws(Errno) {
      let place = try hostPaths.resolve(path, links: &links)
      if case .host(_, false) = place, HostPath.saysDirectory(given) { throw .notDirectory }
      return place
    } catch {
      throw Self.refusal(error, given)
    }
  }

  private func checkPhysical(_ path: [UInt8], as given: [UInt8]) throws(LinkError) -> Bool {
    do throws(Errno) {
      return try hostPaths.checkPhysical(path)
    } catch {
      throw Self.refusal(error, given)
    }
  }

  private static func refusal(_ error: Errno, _ path: [UInt8]) -> LinkError {
    error == .notSupported
      ? LinkError(error, "R9", String(decoding: path, as: UTF8.self), "lies in another view")
      : HostPath.refusal(error, path)
  }

  // MARK: Chains

  /// C3: each is resolved through the view that the others make, whatever the order. Of those that
  /// lead to each other, the first is resolved as if the others were not there: no loop.
  mutating func resolveChains() throws(LinkError) {
    var waiting = drafts.indices.filter { drafts[$0].pathInView != nil }
    while !waiting.isEmpty {
      let blockers = waiting.map { self.blockers(of: $0) }
      var ready = Set(zip(waiting, blockers).filter { $0.1.isEmpty }.map(\.0))
      if ready.isEmpty { ready = firstOfCircles(waiting, blockers.map { $0[$0.count - 1] }) }
      let view = ViewWalker(try definition().resolver(beside: present, isTrial: true))
      for index in waiting where ready.contains(index) {
        do throws(LinkError) {
          try resolveChain(index, view)
        } catch {
          throw drafts[index].refused(error)
        }
      }
      try resolveExceptionPaths(of: ready.sorted())
      waiting.removeAll { ready.contains($0) }
    }
  }

  /// Links on the way to the backing that are not resolved yet, the deepest last.
  private func blockers(of index: Int) -> [Int] {
    guard let path = drafts[index].pathInView,
      let lexical = try? VirtualPath(lexical: HostPath.bytes(path))
    else { return [] }
    return standing.prefixes(of: lexical).compactMap { standing in
      guard case .draft(let other) = standing, other != index, !drafts[other].isResolved else {
        return nil
      }
      return other
    }
  }

  /// Each waits for another; following that from anywhere ends in a circle.
  private func firstOfCircles(_ waiting: [Int], _ blockers: [Int]) -> Set<Int> {
    let next = Dictionary(uniqueKeysWithValues: zip(waiting, blockers))
    var visited: [Int: Int] = [:]
    var firsts: Set<Int> = []
    for start in waiting {
      var current = start
      while visited[current] == nil {
        visited[current] = start
        guard let following = next[current] else { break }
        current = following
      }
      guard visited[current] == start, next[current] != nil else { continue }
      var first = current
      var member = next[current] ?? current
      while member != current {
        first = min(first, member)
        member = next[member] ?? current
      }
      firsts.insert(first)
    }
    return firsts
  }

  private mutating func resolveChain(_ index: Int, _ view: ViewWalker) throws(LinkError) {
    let given = drafts[index].request.backing
    var rest = drafts[index].pathInView ?? []
    var links = 0
    drafts[index].pathInView = nil
    while true {
      let followed: ViewWalker.Followed
      do throws(Errno) {
        followed = try view.follow(rest, links: &links)
      } catch {
        throw HostPath.refusal(error, given)
      }
      switch followed {
      case .host(let path):
        switch try place(of: path, &links, as: given) {
        case .host(let path, let isDirectory):
          drafts[index].link.backing = HostPath.bytes(path)
          drafts[index].isDirectory = isDirectory
          return
        case .view(let path): rest = path
        }
      case .view(let path):
        let physical = try view.physical(path, as: given)
        drafts[index].link.backing = physical.backing
        drafts[index].link.inherited = physical.inherited
        drafts[index].isDirectory = try checkPhysical(physical.backing, as: given)
        if !drafts[index].isDirectory, HostPath.saysDirectory(given) {
          throw HostPath.refusal(.notDirectory, given)
        }
        return
      }
    }
  }
}

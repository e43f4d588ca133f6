// Changes of the table: C1 to C6, P6.

internal import Glibc

extension Reference {
  package func verdict(on change: LinkChange) -> Verdict {
    view.met = []
    var verdict = Verdict()
    do throws(Refusal) {
      chainAllowances = []
      let table = try changed(by: change)
      verdict.allowances = chainAllowances
      verdict.apply = { [view] in view.table = table }
      view.met.formUnion([.C4, .C6, .C7])
    } catch {
      verdict.refusals = error.errnos.union(chainAllowances)
    }
    verdict.rules = view.met
    return verdict
  }

  private func changed(by change: LinkChange) throws(Refusal) -> ReferenceTable {
    var table = view.table
    switch change.kind {
    case .apply:
      return try checked(change.table!)
    case .create:
      table.links.append(try link(change))
    case .replace:
      // C1 orders the checks of create alone: with nothing to replace, either is right.
      let isNew = (try? canonical(change.path)).map { view.link(at: $0) == nil } ?? true
      do throws(Refusal) {
        let link = try link(change)
        if !isNew { table.links[view.link(at: link.virtualPath)!] = link }
      } catch {
        throw isNew ? Refusal(errnos: error.errnos.union([ENOENT])) : error
      }
      if isNew {
        view.met.insert(.P6)
        throw Refusal(ENOENT)
      }
    case .remove, .removeAll:
      let path = try canonical(change.path)
      view.met.formUnion([.C5, .O1])
      guard view.link(at: path) != nil else { throw Refusal(ENOENT) }
      if change.kind == .remove, view.hasLink(below: path) { throw Refusal(EBUSY) }
      table.links.removeAll { $0.virtualPath.starts(with: path) }
    }
    return table
  }

  /// Each link is judged by the table that results (C1). Virtual paths are plain here: no symbolic link
  /// is on them.
  private func checked(_ wanted: ReferenceTable) throws(Refusal) -> ReferenceTable {
    var table = wanted
    var errnos: Set<Int32> = []
    for number in table.links.indices {
      do throws(Refusal) {
        table.links[number].backing = try backing(table.links[number].backing)
      } catch {
        errnos.formUnion(error.errnos)
      }
    }
    for link in table.links {
      let object = host.object(at: link.backing)
      let outer = ReferenceView(table, host)
      outer.table.links.removeAll { $0.virtualPath == link.virtualPath }
      let seen = outer.see(link.virtualPath)
      if link.isMerged, object?.isDirectory == false || seen.isThere && !seen.isDirectory {
        errnos.insert(ENOTDIR)
      }
    }
    if !errnos.isEmpty { throw Refusal(errnos: errnos) }
    return table
  }

  /// C1's checks, in its order.
  private func link(_ change: LinkChange) throws(Refusal) -> ReferenceLink {
    view.met.insert(.C1)
    var link = change.link
    link.virtualPath = try canonical(change.path)
    if let path = change.backingInView {
      try resolveChain(path, &link)
    } else {
      link.backing = try backing(link.backing)
    }
    let object = host.object(at: link.backing)
    if !link.makesParents, let last = link.virtualPath.indices.last {
      let parent = view.see(Array(link.virtualPath[..<last]))
      guard parent.isThere else { throw Refusal(ENOENT) }
      guard parent.isDirectory else { throw Refusal(ENOTDIR) }
    }
    if change.kind == .create, view.link(at: link.virtualPath) != nil { throw Refusal(EEXIST) }
    if link.isMerged {
      view.met.insert(.P6)
      let outer = ReferenceView(view.table, host)
      outer.table.links.removeAll { $0.virtualPath == link.virtualPath }
      let seen = outer.see(link.virtualPath)
      if object?.isDirectory != true || seen.isThere && !seen.isDirectory { throw Refusal(ENOTDIR) }
    }
    return link
  }

  /// C1, C2: where a backing really is.
  private func backing(_ path: [String]) throws(Refusal) -> [String] {
    do throws(Refusal) {
      let walk = PathWalk { WalkStep(self.host.object(at: $0)) }
      let resolved = try walk.resolve(path, following: true)
      if host.object(at: resolved) == nil { throw Refusal(ENOENT) }
      return resolved
    } catch {
      throw Refusal(errnos: error.errnos.union([ENOENT]))
    }
  }

  /// C2: the one virtual path of a spelling; what does not exist is taken as it is written.
  private func canonical(_ spelling: [String]) throws(Refusal) -> [String] {
    view.met.insert(.C2)
    var pending = spelling
    var path: [String] = []
    var links = 0
    while let name = pending.first {
      pending.removeFirst()
      if name == ".." {
        guard path.popLast() != nil else { throw Refusal(EINVAL) }
        continue
      }
      guard let text = view.see(path + [name]).parts.first?.inode.symbolicLinkText else {
        path.append(name)
        continue
      }
      let target = text.split(separator: "/").map(String.init)
      if pending.isEmpty {
        let walk = PathWalk { self.step(.view, $0) }
        guard view.link(at: path + [name]) == nil, !text.hasPrefix("/"),
          let found = try? walk.resolve(path + target, following: true),
          view.see(found).isDirectory
        else { return path + [name] }
        return found
      }
      links += 1
      if text.hasPrefix("/") || links > 40 { throw Refusal(EINVAL) }
      pending = target + pending
    }
    return path
  }

  /// C3: a backing in the view is where the view has it from, and what is excepted there stays so.
  private func resolveChain(_ path: [String], _ link: inout ReferenceLink) throws(Refusal) {
    view.met.insert(.C3)
    let resolved: [String]
    do throws(Refusal) {
      resolved = try PathWalk { self.step(.view, $0) }.resolve(path, following: true)
    } catch {
      throw Refusal(errnos: error.errnos.union([ENOENT, EINVAL]))
    }
    let seen = view.see(resolved)
    guard seen.isThere else { throw Refusal(ENOENT) }
    guard seen.parts.count == 1, let part = seen.parts.first else { throw Refusal(EOPNOTSUPP) }
    // A directory of a merged link may count as merged whichever sides have it now.
    if seen.isDirectory, view.layers(resolved).first.map(view.isMerged) == true {
      chainAllowances = [EOPNOTSUPP]
    }
    link.backing = part.place
    let relative = Array(resolved.dropFirst(view.root(of: part.layer).count))
    link.inherited = view.lists(of: part.layer).map { list in
      var list = list
      list.base += relative
      return list
    }
  }
}

extension Refusal {
  init(errnos: Set<Int32>) {
    self.init()
    self.errnos = errnos
  }
}

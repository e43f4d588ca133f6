// The swap of tables (C6, C7): requests that begin after it see the new one, and nothing that the
// kernel keeps of the old one survives.

internal import BindlinkMap

extension Engine {
  /// Makes a snapshot the present one. When it returns the kernel has forgotten what the change makes
  /// wrong. One caller at a time, from no thread that serves a request.
  func publish(_ resolver: Resolver) {
    var invalidations = nodes.withLock { table in
      let changed = table.resolver.table.paths(changedIn: resolver.table)
      table.publish(resolver)
      return table.invalidations(of: changed)
    }
    invalidations.everyEntry = true
    invalidations.listedDirectories = handles.directoriesListedWithEntries
    if !notify(invalidations) { kernelLacksEpoch() }
  }
}

extension LinkTable {
  /// The virtual paths of the links that only one of the tables has, or that differ; the root where
  /// exceptions differ that belong to no link.
  func paths(changedIn other: LinkTable) -> PathSet {
    var changed = PathSet()
    if anchorExceptions != other.anchorExceptions || viewExceptions != other.viewExceptions {
      changed.insert(.root)
    }
    let (old, new) = (Set(links), Set(other.links))
    for link in old.symmetricDifference(new) { changed.insert(link.virtualPath) }
    return changed
  }
}

extension NodeTable {
  /// Directories on the way to the paths, whose listings and attributes change with them, and all
  /// those below.
  func invalidations(of paths: PathSet) -> Invalidations {
    var result = Invalidations()
    var relations: [UInt32: PathSet.Relation] = [1: paths.root]
    result.nodes.append(.root)
    forEachSlot { slot in
      let node = unsafe self[slot]
      guard unsafe node.pointee.isDirectory, let name = unsafe node.pointee.names else { return }
      if unsafe relation(of: name, to: paths, &relations) != .outside {
        result.nodes.append(id(of: slot))
      }
    }
    return result
  }

  private func relation(
    of record: UnsafeMutablePointer<KnownName>, to paths: PathSet,
    _ relations: inout [UInt32: PathSet.Relation]
  ) -> PathSet.Relation {
    // From the nearest directory that is known, or has no name, downwards.
    var way = unsafe [record]
    var parent = unsafe record.pointee.parent
    while relations[parent] == nil {
      guard let next = unsafe self[parent].pointee.names, unsafe way.count <= count else {
        relations[parent] = .outside
        break
      }
      unsafe way.append(next)
      parent = unsafe next.pointee.parent
    }
    var relation = relations[parent]!
    while let step = unsafe way.popLast() {
      relation = paths.relation(of: unsafe KnownName.array(of: step), in: relation)
      if unsafe !way.isEmpty { relations[unsafe way.last!.pointee.parent] = relation }
    }
    return relation
  }
}

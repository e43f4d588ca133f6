// rmdir in a view: O2, O3, M6; and where a file without a name is made.

internal import Glibc

extension ReferenceView {
  /// The directories that go, in their order.
  package func placesOfDirectoryToRemove(_ path: [String]) throws(Refusal) -> [[String]] {
    let seen = see(path)
    if seen.isSynthesised {
      met.insert(.O3)
      throw synthesisedRefusal(path)
    }
    var refusal = Refusal()
    for (index, part) in seen.parts.enumerated() where isReadOnly(part.layer) {
      met.insert(.W1)
      if index == 0 { throw Refusal(EROFS) }
      refusal.errnos.insert(EROFS)
    }
    if containsLinkRoot(path) { throw Refusal(EBUSY) }
    let isEmpty = looksEmpty(path)
    // Of what can be seen to be full, either is true.
    if containsException(path) { throw isEmpty ? Refusal(ENOTEMPTY) : Refusal(EBUSY, ENOTEMPTY) }
    if seen.parts.count > 1 { met.insert(.M6) }
    if !isEmpty { refusal.errnos.insert(ENOTEMPTY) }
    if seen.parts.contains(where: { !$0.inode.entries.isEmpty }) {
      // What is there and not seen is hidden.
      if isEmpty { met.insert(.O3) }
      refusal.errnos.insert(ENOTEMPTY)
    }
    if !refusal.errnos.isEmpty { throw refusal }
    met.insert(link(at: path) == nil ? .O1 : .O2)
    if isMerged(seen.parts[0].layer) { met.insert(.M4) }
    // A link to what it lies over has one object on both sides.
    var places: [[String]] = []
    for (index, part) in seen.parts.enumerated().reversed()
    where !seen.parts[..<index].contains(where: { $0.inode === part.inode }) {
      places.append(part.place)
    }
    return places
  }

  /// O3, R8: of a directory that only the view has.
  package func synthesisedRefusal(_ path: [String]) -> Refusal {
    var refusal = Refusal(EBUSY)
    if let governing = layers(path).first, isReadOnly(governing) {
      met.insert(.W1)
      refusal.errnos.insert(EROFS)
    }
    if table.isReadOnly { refusal.errnos.insert(EROFS) }
    if !path.isEmpty, see(Array(path.dropLast())).isSynthesised { refusal.errnos.insert(EROFS) }
    return refusal
  }

  /// The directory of the host in which a new name of a directory of the view would be made.
  package func temporaryPlace(in path: [String]) throws(Refusal) -> Inode {
    if see(path).isSynthesised {
      met.insert(.R8)
      throw Refusal(EROFS)
    }
    var layers = layers(path)
    while let first = layers.first {
      layers.removeFirst()
      if let directory = directory(first, path), !isReadOnly(first) { return directory }
      guard isMerged(first), content(path, layers).first?.inode.isDirectory == true else { break }
      met.insert(isReadOnly(first) ? .W3 : .M2)
    }
    met.insert(.W1)
    throw Refusal(EROFS)
  }
}

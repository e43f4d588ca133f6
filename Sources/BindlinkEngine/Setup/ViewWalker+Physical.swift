// Where a place of the view really is.

internal import BindlinkMap

extension ViewWalker {
  /// The host's path of a place that a layer governs: nil where nobody does.
  func physicalPath(_ path: [[UInt8]], in layer: Int32) -> [UInt8]? {
    guard layer != Layer.anchor else {
      return HostPath.appending(path, to: resolver.host.anchorPath)
    }
    guard let link = resolver.table.link(layer) else { return nil }
    return HostPath.appending(
      Array(path.dropFirst(link.virtualPath.components.count)), to: link.backing)
  }

  /// What a backing in the view really is, and the exceptions that governed it there (C3).
  func physical(
    _ path: [[UInt8]], as given: [UInt8]
  ) throws(LinkError) -> (backing: [UInt8], inherited: [InheritedExceptions]) {
    let subject = String(decoding: given, as: UTF8.self)
    let located: Located
    do throws(Errno) {
      located = try locate(path)
    } catch {
      throw HostPath.refusal(error, given)
    }
    guard located.origin != .synthesised, !located.isBlank,
      let backing = physicalPath(path, in: located.link)
    else { throw LinkError(.notSupported, "C3", subject, "is a directory that only the view has") }
    let link = resolver.table.link(located.link)
    if located.scope?.isMerged == true {
      throw LinkError(.notSupported, "C3", subject, "is a merged directory")
    }
    let relative = Array(path.dropFirst(resolver.depth(of: located.link)))
    var inherited = [
      InheritedExceptions(
        list: link?.exceptions ?? resolver.table.anchorExceptions, base: relative)
    ]
    inherited += (link?.inherited ?? []).map {
      InheritedExceptions(list: $0.list, base: $0.base + relative)
    }
    inherited.append(InheritedExceptions(list: resolver.table.viewExceptions, base: relative))
    return (backing, inherited.filter { !$0.list.isEmpty })
  }
}

// How a path of the view is decided, told while it is walked (C10).

internal import BindlinkControl
internal import BindlinkMap

/// Walks down to one path and keeps what was decided on the way.
struct Explainer {
  /// An exception that was met: what lies below shows the outer view.
  struct Exception {
    let rule: ExceptionRule
    /// The layer that it takes the path from.
    let layer: Int32
  }

  let view: ViewWalker
  let path: VirtualPath
  let showsHidden: Bool
  var exception: Exception?
  private var isUnderMountpoint = false

  init(view: ViewWalker, path: VirtualPath, showsHidden: Bool) {
    self.view = view
    self.path = path
    self.showsHidden = showsHidden
  }

  var table: LinkTable { view.resolver.table }

  mutating func explain() throws(Errno) -> Explanation {
    let names = path.components
    if names.isEmpty { return try root() }
    do throws(Errno) {
      _ = try view.directory([])
    } catch {
      guard error.isAbsence, let link = table.link(at: .root) else { throw error }
      return dangling(link)
    }
    for index in names.indices {
      let parent = Array(names[..<index])
      let directory = try view.directory(parent)
      let located: Located
      do throws(Errno) {
        located = try view.locate(names[index], in: directory, parent)
      } catch {
        guard error.isAbsence else { throw error }
        return try absent(names[index], in: directory, parent)
      }
      guard let scope = directory.place?.scope else { throw .noEntry }
      let governing = try meet(names[index], located, scope, parent)
      if index == names.count - 1 {
        return try found(located, names[index], parent, governing: governing)
      }
      if !located.isDirectory { return notThere(scope) }
    }
    throw .noEntry
  }

  // MARK: What is there

  private func root() throws(Errno) -> Explanation {
    let located: Located
    do throws(Errno) {
      located = try view.locate([])
    } catch {
      guard error.isAbsence, let link = table.link(at: .root) else { throw error }
      return dangling(link)
    }
    if located.origin == .synthesised {
      return shown(located, nil, "R8", "is an empty directory, since the view has no anchor")
    }
    guard let link = table.link(located.link) else {
      return shown(located, nil, "R1", "is the root of the anchor")
    }
    return shown(located, link, "R2", "is the root of the link \(link.virtualPath)")
  }

  /// Goes by a name that is there. Returns the layer that governs it (R1).
  private mutating func meet(
    _ name: [UInt8], _ located: Located, _ scope: Scope, _ parent: [[UInt8]]
  ) throws(Errno) -> Int32 {
    if let link = scope.child(name.span).link {
      exception = nil
      isUnderMountpoint = false
      return link
    }
    if located.origin == .covered { isUnderMountpoint = true }
    // As a lookup does it: what is made up is no layer's object.
    let isDirectory = located.isDirectory && located.origin != .synthesised
    for (number, layer) in scope.layers.enumerated() {
      guard let rule = try rule(name, number, scope, parent, isDirectory: isDirectory)
      else { return layer.link }
      if number == 0 { exception = Exception(rule: rule, layer: layer.link) }
    }
    return Node.nobody
  }

  private func found(
    _ located: Located, _ name: [UInt8], _ parent: [[UInt8]], governing: Int32
  ) throws(Errno) -> Explanation {
    let link = table.link(governing)
    if located.isBlank { return shown(located, link, "R9", "is shown empty") }
    if located.origin == .synthesised {
      return shown(located, link, "R8", "is made up, as the way to a link or an exception")
    }
    if located.origin == .linkRoot {
      return shown(located, link, "R2", "is the root of the link \(path)")
    }
    if isUnderMountpoint {
      return shown(located, link, "R9", "lies under the mountpoint, which covers it")
    }
    if let exception {
      let reason = showsHidden ? text(of: exception) : "is excepted"
      return shown(located, link, "E1", "\(reason), so that the outer view shows")
    }
    guard let link else { return shown(located, nil, "R1", "lies in the anchor") }
    guard link.isMerged else {
      return shown(located, link, "R1", "lies in the link \(link.virtualPath)")
    }
    var side = "comes from the backing of"
    if located.link != governing {
      side = "comes from the outer view of"
    } else if located.isDirectory, try isMerged(name, parent) {
      side = "is a directory of both sides of"
    }
    return shown(located, link, "M1", "\(side) the merged link \(link.virtualPath)")
  }

  /// More than one layer has a directory there, and they are merged (M1).
  private func isMerged(_ name: [UInt8], _ parent: [[UInt8]]) throws(Errno) -> Bool {
    guard let place = try view.directory(parent).place else { return false }
    var layers = LayerDirectories(view.resolver, place)
    return unsafe try withName(name) { (text) throws(Errno) -> Bool in
      let keeping = try unsafe layers.keeping(text, path: { parent })
      let search = try unsafe layers.search(text, keeping, toEnd: true, path: { parent })
      return search.merged.count > 1
    }
  }

  private func shown(
    _ located: Located, _ link: Link?, _ rule: String, _ reason: String
  ) -> Explanation {
    let physical =
      located.origin == .synthesised
      ? nil : view.physicalPath(path.components, in: located.link)
    return Explanation(
      path: path.bytes, isVisible: true, link: link?.virtualPath.bytes, physicalPath: physical,
      rule: rule, reason: reason)
  }
}

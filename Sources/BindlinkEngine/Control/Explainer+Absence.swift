// Why a path of the view is not there: hidden, dangling, or nothing (C10).

internal import BindlinkControl
internal import BindlinkMap

extension Explainer {
  mutating func absent(
    _ name: [UInt8], in directory: ViewWalker.Directory, _ parent: [[UInt8]]
  ) throws(Errno) -> Explanation {
    guard let scope = directory.place?.scope, !directory.located.isBlank else {
      let link = table.link(directory.located.link)?.virtualPath.bytes
      return Explanation(
        path: path.bytes, isVisible: false, link: link, physicalPath: nil, rule: "R9",
        reason: "lies in a directory that is shown empty")
    }
    if let link = scope.child(name.span).link { return dangling(link) }
    guard showsHidden else { return notThere(scope) }
    let isLast = parent.count == path.components.count - 1
    for (number, layer) in scope.layers.enumerated() {
      if let rule = try rule(name, number, scope, parent, isDirectory: !isLast) {
        exception = Exception(rule: rule, layer: layer.link)
        break
      }
      if !layer.isMerged { break }
    }
    guard let exception else { return notThere(scope) }
    return Explanation(
      path: path.bytes, isVisible: false, link: table.link(exception.layer)?.virtualPath.bytes,
      physicalPath: hiddenPath(exception.layer), rule: exception.rule.isPath ? "E1" : "E4",
      reason: text(of: exception))
  }

  /// What the exception keeps from showing, if there is something.
  private func hiddenPath(_ layer: Int32) -> [UInt8]? {
    guard (try? view.resolver.openLayer(layer, at: path.components)) != nil else { return nil }
    return view.physicalPath(path.components, in: layer)
  }

  func dangling(_ number: Int32) -> Explanation {
    let link = table.link(number)
    let backing = String(decoding: link?.backing ?? [], as: UTF8.self)
    return Explanation(
      path: path.bytes, isVisible: false, link: link?.virtualPath.bytes, physicalPath: nil,
      rule: "C10", reason: "is dangling: \(backing) does not exist")
  }

  func notThere(_ scope: Scope) -> Explanation {
    let link = scope.layers.first.flatMap { table.link($0.link) }
    return Explanation(
      path: path.bytes, isVisible: false, link: link?.virtualPath.bytes, physicalPath: nil,
      rule: "R1", reason: "does not exist")
  }

  // MARK: Rules

  /// The rule that takes a name from a layer; it looks at the type of what the layer has, if anything.
  func rule(
    _ name: [UInt8], _ layer: Int, _ scope: Scope, _ parent: [[UInt8]], isDirectory: Bool
  ) throws(Errno) -> ExceptionRule? {
    if case .never = scope.exclusion(of: name.span, layer: layer) { return nil }
    var isDirectory = isDirectory
    do throws(Errno) {
      let directory = try view.resolver.openLayer(scope.layers[layer].link, at: parent)
      isDirectory = unsafe try withName(name) { (text) throws(Errno) -> Bool in
        try unsafe System.status(directory.raw, text).isDirectory
      }
    } catch {
      guard error.isAbsence else { throw error }
    }
    return scope.rule(excepting: name.span, layer: layer, isDirectory: isDirectory)
  }

  func text(of exception: Exception) -> String {
    let source = String(decoding: exception.rule.source, as: UTF8.self)
    let link = table.link(exception.layer)
    let own = link?.exceptions ?? table.anchorExceptions
    let owner = link?.virtualPath.description ?? "the anchor"
    if own.rules.contains(exception.rule) { return "is excepted by '\(source)' of \(owner)" }
    if table.viewExceptions.rules.contains(exception.rule) {
      return "is excepted by '\(source)' of the view"
    }
    return "is excepted by '\(source)', which \(owner) inherits"
  }
}

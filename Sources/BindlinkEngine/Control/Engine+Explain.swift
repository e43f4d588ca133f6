// What governs a path of the view, and by which rule (C10).

package import BindlinkControl
package import BindlinkMap

extension Engine {
  /// A symbolic link at the path's end is not followed. Without `showingHidden` a hidden name is
  /// answered as one that is not there (C9). EINVAL for what is no path of the view.
  package func explain(
    _ path: [UInt8], showingHidden: Bool
  ) throws(LinkError) -> Explanation {
    let view = ViewWalker(resolver)
    let path = try view.canonical(path, followingLast: false)
    var explainer = Explainer(view: view, path: path, showsHidden: showingHidden)
    do throws(Errno) {
      return try explainer.explain()
    } catch {
      throw LinkError(error, "C10", path.description, "cannot be looked at")
    }
  }
}

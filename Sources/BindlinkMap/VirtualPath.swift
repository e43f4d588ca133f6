// A place in the view, as bytes: names are never text here (R5).

/// An absolute path in the view. The root has no components.
package struct VirtualPath: Hashable, Sendable, CustomStringConvertible {
  /// None is empty, ".", "..", or has a NUL or "/" inside.
  package let components: [[UInt8]]

  package static let root = VirtualPath(components: [])

  package init(components: [[UInt8]]) {
    self.components = components
  }

  /// Folds "//", "." and "x/.." (C2). EINVAL for what is not absolute, has a NUL, or leads above
  /// the root (C1).
  package init(lexical bytes: [UInt8]) throws(LinkError) {
    func refusal(_ reason: String) -> LinkError {
      LinkError(.invalid, "C1", String(decoding: bytes, as: UTF8.self), reason)
    }
    guard bytes.first == UInt8(ascii: "/") else { throw refusal("is not absolute") }
    guard !bytes.contains(0) else { throw refusal("contains a NUL byte") }
    var components: [[UInt8]] = []
    for part in bytes.split(separator: UInt8(ascii: "/")) {
      if part.first == UInt8(ascii: "."), part.count == 1 { continue }
      if part.count == 2, part.allSatisfy({ $0 == UInt8(ascii: ".") }) {
        guard components.popLast() != nil else { throw refusal("leads above the view's root") }
      } else {
        components.append(Array(part))
      }
    }
    self.components = components
  }

  /// "/a/b"; "/" for the root.
  package var bytes: [UInt8] {
    components.isEmpty
      ? [UInt8(ascii: "/")] : components.flatMap { [UInt8(ascii: "/")] + $0 }
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }

  package func appending(_ name: [UInt8]) -> VirtualPath {
    VirtualPath(components: components + [name])
  }

  /// Nil for the root.
  package var parent: VirtualPath? {
    components.isEmpty ? nil : VirtualPath(components: Array(components.dropLast()))
  }

  /// Whole components only (E2); a path is a prefix of itself.
  package func isPrefix(of other: VirtualPath) -> Bool {
    other.components.starts(with: components)
  }
}

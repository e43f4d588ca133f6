// What a view shows at a path.

/// An object of the host, and the layer that shows it.
package struct Part {
  package let layer: Layer
  package let place: [String]
  package let inode: Inode
}

package enum Seen {
  case absent
  /// Only the view has it (R8).
  case synthesised
  /// One object, or a merged directory's, the backing's first.
  case object([Part])

  package var isThere: Bool { if case .absent = self { false } else { true } }

  package var parts: [Part] { if case .object(let parts) = self { parts } else { [] } }

  package var isDirectory: Bool {
    switch self {
    case .absent: false
    case .synthesised: true
    case .object(let parts): parts[0].inode.isDirectory
    }
  }

  package var isSynthesised: Bool { if case .synthesised = self { true } else { false } }

  package var walkStep: WalkStep {
    switch self {
    case .absent: .absent
    case .synthesised: .directory
    case .object(let parts): WalkStep(parts[0].inode)
    }
  }
}

extension WalkStep {
  package init(_ inode: Inode?) {
    switch inode?.kind {
    case nil: self = .absent
    case .directory: self = .directory
    case .symbolicLink(let text): self = .symbolicLink(text)
    case .file, .fifo: self = .other
    }
  }
}

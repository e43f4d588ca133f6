// Where a link's backing is on the host, in the forms that opening it needs, so that a path is split
// once and not at each use.

internal import BindlinkMap
internal import CBindlinkSystem

/// An absolute, resolved host path.
final class HostPlace: Sendable {
  let components: [[UInt8]]
  /// From "/" on and without it, with a NUL.
  let path: [CChar]

  init(_ bytes: [UInt8]) {
    let slash = UInt8(ascii: "/")
    components = bytes.split(separator: slash).map { Array($0) }
    let relative =
      components.isEmpty ? [UInt8(ascii: ".")] : Array(components.joined(separator: [slash]))
    path = relative.map { CChar(bitPattern: $0) } + [0]
  }
}

/// What a path led to.
struct OpenedPlace: ~Copyable {
  /// O_PATH.
  let descriptor: Descriptor
  let status: Status
}

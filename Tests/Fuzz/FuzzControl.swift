// Fuzzes what control reads of others: messages, requests and replies by their one encoding, and
// tables of mounts with a path. The first byte says which. Scripts/sanitize builds it; it is no part
// of the package's build.

import BindlinkControl
import BindlinkMap

/// As `precondition`, whose text an optimised build leaves out.
private func require(_ holds: Bool, _ rule: @autoclosure () -> String) {
  if !holds { fatalError(rule()) }
}

@c(LLVMFuzzerTestOneInput)
public func fuzzControl(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let kind = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch kind {
  case UInt8(ascii: "q"): fuzzCoding(ControlRequest.self, bytes)
  case UInt8(ascii: "r"): fuzzCoding(ControlReply.self, bytes)
  case UInt8(ascii: "m"): fuzzMessage(bytes)
  default: fuzzPlace(bytes)
  }
  return 0
}

private func fuzzCoding<T: ControlCodable & Equatable>(_: T.Type, _ bytes: [UInt8]) {
  guard let value = try? T(decoding: bytes) else { return }
  require(value.encoded == bytes, "one encoding of each value")
  require((try? T(decoding: value.encoded)) == value, "it comes back as it was")
}

private func fuzzMessage(_ bytes: [UInt8]) {
  guard let message = try? ControlMessage(decoding: bytes) else { return }
  require(bytes.starts(with: message.bytes), "one encoding of each message")
  require(message.piece.count <= ControlMessage.pieceSize, "a piece is one message's")
}

/// The last line is the path. It has no symbolic links, for nothing is there: outside of views the
/// walk ends at the first name that does not exist.
private func fuzzPlace(_ bytes: [UInt8]) {
  let newline = UInt8(ascii: "\n")
  let path = Array(bytes.split(separator: newline).last ?? [])
  let table = MountTable(text: bytes)
  guard let place = try? ViewPlace(of: path, in: table) else { return }
  let views = table.lines.filter(\.isView)
  require(
    place.virtualPath.first == UInt8(ascii: "/")
      || !views.allSatisfy {
        $0.root.first == UInt8(ascii: "/")
      }, "virtual paths are absolute where roots are")
  require(
    place.mountpoint == [UInt8(ascii: "/")] || views.contains { $0.place == place.mountpoint },
    "the mountpoint is a view's")
}

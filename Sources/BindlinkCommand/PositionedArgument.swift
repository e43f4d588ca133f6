// The value of an option together with its place on the command line, since exceptions are one
// ordered list although several options add to it (E4).
internal import Bindlink
internal import Synchronization

struct PositionedArgument: Sendable {
  let position: Int
  let text: [UInt8]

  private static let count = Atomic(0)

  /// The parser calls this for one value after the other, in the order of the command line.
  init(_ argument: String) {
    position = Self.count.add(1, ordering: .relaxed).newValue
    text = ByteText.decode(argument)
  }
}

// What threads count together.
import Glibc
import Synchronization

final class Counter: Sendable {
  private let value = Atomic(0)
  func add() { value.wrappingAdd(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}

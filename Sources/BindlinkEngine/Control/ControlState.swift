// What the engine keeps for control.

internal import BindlinkMap

final class ControlState: Sendable {
  /// Guards itself only; taken alone.
  let notifier = Guarded<Notifier?>(nil)
  /// Guards itself only; taken alone.
  let transactions = Guarded(Transactions())
}

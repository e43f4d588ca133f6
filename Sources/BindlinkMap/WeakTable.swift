// Interning without growth: what nobody holds any more is made again when it is needed.

/// Objects by key, not kept alive. Entries of objects that are gone are swept whenever the table
/// has doubled.
struct WeakTable<Key: Hashable, Object: AnyObject> {
  private struct Reference {
    weak var object: Object?
  }

  private var references: [Key: Reference] = [:]
  private var sweepCount = 1024

  /// The object of the key; made if there is none.
  mutating func object(for key: Key, make: () -> Object) -> Object {
    if let found = references[key]?.object { return found }
    if references.count >= sweepCount {
      references = references.filter { $0.value.object != nil }
      sweepCount = max(1024, 2 * references.count)
    }
    let made = make()
    references[key] = Reference(object: made)
    return made
  }
}

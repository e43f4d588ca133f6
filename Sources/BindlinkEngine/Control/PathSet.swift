// Paths of the view, and how others lie to them: what a change of the table concerns.

internal import BindlinkMap

struct PathSet {
  /// How a path lies to those of the set.
  enum Relation: Equatable {
    /// On the way to one: a position in the set.
    case above(Int)
    /// One of them, or below one.
    case inside
    case outside
  }

  private struct Place {
    var children: [[UInt8]: Int] = [:]
    var isMember = false
  }

  private var places = [Place()]

  mutating func insert(_ path: VirtualPath) {
    var place = 0
    for name in path.components {
      if let next = places[place].children[name] {
        place = next
      } else {
        places.append(Place())
        places[place].children[name] = places.count - 1
        place = places.count - 1
      }
    }
    places[place].isMember = true
  }

  var isEmpty: Bool { places.count == 1 && !places[0].isMember }

  /// Of the root.
  var root: Relation { relation(0) }

  /// Of a name in a directory.
  func relation(of name: [UInt8], in parent: Relation) -> Relation {
    guard case .above(let place) = parent else { return parent }
    guard let child = places[place].children[name] else { return .outside }
    return relation(child)
  }

  private func relation(_ place: Int) -> Relation {
    places[place].isMember ? .inside : .above(place)
  }
}

// The host's files and directories that a configuration names, and where it does: for a check of
// whether they are there.
internal import Bindlink
internal import SystemPackage

struct ConfigurationPlaces {
  enum Use {
    case backing, mergedBacking, anchor
  }

  struct Place {
    let path: FilePath
    let use: Use
    let position: Position
  }

  let file: String
  private var places: [Place] = []

  init(file: String) { self.file = file }

  mutating func add(_ path: FilePath, _ use: Use, _ position: Position) {
    places.append(Place(path: path, use: use, position: position))
  }

  func problems() -> [ConfigurationProblem] {
    places.compactMap { place in
      guard let (why, errno, rule) = Self.problem(place) else { return nil }
      return ConfigurationProblem(
        file: file, line: place.position.line, column: place.position.column,
        reason: "\(place.path) \(why)", errno: errno, rule: rule)
    }
  }

  private static func problem(_ place: Place) -> (String, Errno, String)? {
    do {
      let isDirectory = try place.path.isDirectory()
      switch place.use {
      case .backing: return nil
      case .anchor: return isDirectory ? nil : ("is not a directory", .notDirectory, "C1")
      case .mergedBacking:
        return isDirectory ? nil : ("is not a directory, but merged", .notDirectory, "P6")
      }
    } catch {
      return (error.predicate, error, "C1")
    }
  }
}

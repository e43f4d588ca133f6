// Asks a view as its own process, for tests that do so from other users and namespaces. Prints what
// came: "links N exceptions M", "changed", "EPERM C9", or the number of an error without a rule.
//
//   control-client list PATH · export PATH · explain PATH · remove PATH · create PATH BACKING
import BindlinkControl
import BindlinkMap

let arguments = CommandLine.arguments
guard arguments.count == (arguments.dropFirst().first == "create" ? 4 : 3) else {
  fatalError("usage: control-client list|export|explain|remove PATH | create PATH BACKING")
}

do throws(ControlFailure) {
  let place = try ViewPlace(of: Array(arguments[2].utf8))
  let request: ControlRequest =
    switch arguments[1] {
    case "list": .list
    case "export": .export
    case "explain": .explain(place.virtualPath)
    case "remove": .change([.remove(place.virtualPath, recursively: false)])
    case "create":
      .change([
        .create(
          LinkRequest(virtualPath: place.virtualPath, backing: Array(arguments[3].utf8)))
      ])
    default: fatalError("unknown request")
    }
  let client = try ControlClient(view: place.mountpoint)
  switch try client.call(request) {
  case .links(let links):
    print("links \(links.count) exceptions \(links.reduce(0) { $0 + $1.link.exceptions.count })")
  case .explanation(let explanation):
    let path = String(decoding: explanation.path, as: UTF8.self)
    print("\(path) \(explanation.isVisible ? "visible" : "absent") \(explanation.rule)")
  case .table(let table): print("table of \(table.links?.count ?? 0)")
  case .changed: print("changed")
  case .refused: fatalError("a refusal is thrown")
  }
} catch {
  switch error {
  case .refused(let refusal): print("\(refusal.errno.rawValue) \(refusal.rule)")
  case .failed(let errno, let subject, let reason):
    print("\(errno.rawValue): \(String(decoding: subject, as: UTF8.self)) \(reason)")
  }
}

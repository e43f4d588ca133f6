// What a table is made of: all that a change starts from, and all that it yields.

internal import BindlinkMap

struct TableDefinition {
  var links: [Link] = []
  var anchorExceptions = ExceptionList()
  var viewExceptions = ExceptionList()
}

extension TableDefinition {
  init(_ table: LinkTable) {
    links = table.links
    anchorExceptions = table.anchorExceptions
    viewExceptions = table.viewExceptions
  }

  /// A snapshot beside another one of the same view. One that is only tried leaves no numbers behind.
  func resolver(beside other: Resolver, isTrial: Bool) throws(LinkError) -> Resolver {
    let numbers = other.numbers
    let table = try LinkTable(
      links: links, hasAnchor: other.host.hasAnchor, anchorExceptions: anchorExceptions,
      viewExceptions: viewExceptions, number: isTrial ? nil : { numbers.number(of: $0) })
    return Resolver(
      table: table, host: other.host, numbers: numbers, isReadOnly: other.isReadOnly)
  }
}

extension LinkTable {
  func hasSameContent(as other: LinkTable) -> Bool {
    links == other.links && anchorExceptions == other.anchorExceptions
      && viewExceptions == other.viewExceptions
  }
}

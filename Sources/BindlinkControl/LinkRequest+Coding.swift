// How links and tables are written in a message.

extension LinkRequest: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    self.init(virtualPath: try decoder.name(), backing: try decoder.name())
    let flags = try decoder.flags(4)
    isReadOnly = flags[0]
    isMerged = flags[1]
    createsParents = flags[2]
    keepsSymbolicLinksInside = flags[3]
    exceptions = try decoder.names()
    inherited = try decoder.values(InheritedRequest.self)
  }

  package func encode(to encoder: inout ControlEncoder) {
    encoder.add(virtualPath)
    encoder.add(backing)
    encoder.add(flags: isReadOnly, isMerged, createsParents, keepsSymbolicLinksInside)
    encoder.add(exceptions)
    encoder.add(inherited)
  }
}

extension InheritedRequest: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    self.init(base: try decoder.name(), exceptions: try decoder.names())
  }

  package func encode(to encoder: inout ControlEncoder) {
    encoder.add(base)
    encoder.add(exceptions)
  }
}

extension AnchorRequest: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    switch try decoder.byte() {
    case 0: self = .none
    case 1: self = .underMountpoint
    case 2: self = .directory(try decoder.name())
    default: throw MalformedMessage()
    }
  }

  package func encode(to encoder: inout ControlEncoder) {
    switch self {
    case .none: encoder.add(byte: 0)
    case .underMountpoint: encoder.add(byte: 1)
    case .directory(let path):
      encoder.add(byte: 2)
      encoder.add(path)
    }
  }
}

extension TableRequest: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    self.init()
    let isSaid = try decoder.flags(4)
    if isSaid[0] { links = try decoder.values(LinkRequest.self) }
    if isSaid[1] { viewExceptions = try decoder.names() }
    if isSaid[2] { anchorExceptions = try decoder.names() }
    if isSaid[3] { anchor = try AnchorRequest(from: &decoder) }
  }

  package func encode(to encoder: inout ControlEncoder) {
    encoder.add(
      flags: links != nil, viewExceptions != nil, anchorExceptions != nil, anchor != nil)
    if let links { encoder.add(links) }
    if let viewExceptions { encoder.add(viewExceptions) }
    if let anchorExceptions { encoder.add(anchorExceptions) }
    anchor?.encode(to: &encoder)
  }
}

extension TableChange: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    switch try decoder.byte() {
    case 0: self = .create(try LinkRequest(from: &decoder))
    case 1: self = .replace(try LinkRequest(from: &decoder))
    case 2: self = .remove(try decoder.name(), recursively: try decoder.flag())
    case 3: self = .apply(try TableRequest(from: &decoder))
    default: throw MalformedMessage()
    }
  }

  package func encode(to encoder: inout ControlEncoder) {
    switch self {
    case .create(let link):
      encoder.add(byte: 0)
      link.encode(to: &encoder)
    case .replace(let link):
      encoder.add(byte: 1)
      link.encode(to: &encoder)
    case .remove(let path, let recursively):
      encoder.add(byte: 2)
      encoder.add(path)
      encoder.add(flags: recursively)
    case .apply(let table):
      encoder.add(byte: 3)
      table.encode(to: &encoder)
    }
  }
}

// How requests and replies are written in a message.

package import BindlinkMap

extension ControlRequest: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    switch try decoder.byte() {
    case 0: self = .list
    case 1: self = .explain(try decoder.name())
    case 2: self = .export
    case 3: self = .change(try decoder.values(TableChange.self))
    default: throw MalformedMessage()
    }
  }

  package func encode(to encoder: inout ControlEncoder) {
    switch self {
    case .list: encoder.add(byte: 0)
    case .explain(let path):
      encoder.add(byte: 1)
      encoder.add(path)
    case .export: encoder.add(byte: 2)
    case .change(let changes):
      encoder.add(byte: 3)
      encoder.add(changes)
    }
  }
}

extension ControlReply: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    switch try decoder.byte() {
    case 0: self = .links(try decoder.values(LinkStatus.self))
    case 1: self = .explanation(try Explanation(from: &decoder))
    case 2: self = .table(try TableRequest(from: &decoder))
    case 3: self = .changed
    case 4: self = .refused(try LinkError(from: &decoder))
    default: throw MalformedMessage()
    }
  }

  package func encode(to encoder: inout ControlEncoder) {
    switch self {
    case .links(let links):
      encoder.add(byte: 0)
      encoder.add(links)
    case .explanation(let explanation):
      encoder.add(byte: 1)
      explanation.encode(to: &encoder)
    case .table(let table):
      encoder.add(byte: 2)
      table.encode(to: &encoder)
    case .changed: encoder.add(byte: 3)
    case .refused(let error):
      encoder.add(byte: 4)
      error.encode(to: &encoder)
    }
  }
}

extension LinkStatus: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    let link = try LinkRequest(from: &decoder)
    let flags = try decoder.flags(2)
    guard let cache = CacheRegime(rawValue: try decoder.byte()) else { throw MalformedMessage() }
    self.init(link: link, isAnchored: flags[0], isLive: flags[1], cache: cache)
  }

  package func encode(to encoder: inout ControlEncoder) {
    link.encode(to: &encoder)
    encoder.add(flags: isAnchored, isLive)
    encoder.add(byte: cache.rawValue)
  }
}

extension Explanation: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    let path = try decoder.name()
    let flags = try decoder.flags(3)
    let link = flags[1] ? try decoder.name() : nil
    let physicalPath = flags[2] ? try decoder.name() : nil
    self.init(
      path: path, isVisible: flags[0], link: link, physicalPath: physicalPath,
      rule: try decoder.text(), reason: try decoder.text())
  }

  package func encode(to encoder: inout ControlEncoder) {
    encoder.add(path)
    encoder.add(flags: isVisible, link != nil, physicalPath != nil)
    if let link { encoder.add(link) }
    if let physicalPath { encoder.add(physicalPath) }
    encoder.add(rule)
    encoder.add(reason)
  }
}

extension LinkError: ControlCodable {
  package init(from decoder: inout ControlDecoder) throws(MalformedMessage) {
    let errno = Errno(rawValue: Int32(bitPattern: try decoder.number()))
    let hasOperation = try decoder.flag()
    self.init(
      errno, try decoder.text(), try decoder.text(), try decoder.text(),
      operation: hasOperation ? try decoder.text() : nil)
  }

  package func encode(to encoder: inout ControlEncoder) {
    encoder.add(number: UInt32(bitPattern: errno.rawValue))
    encoder.add(flags: operation != nil)
    encoder.add(rule)
    encoder.add(subject)
    encoder.add(reason)
    if let operation { encoder.add(operation) }
  }
}

// The host as the model knows it: objects, and directories that are dictionaries.

package final class Inode {
  package enum Kind: Hashable {
    case file, directory, fifo
    case symbolicLink(String)
  }

  package let number: Int
  package let kind: Kind
  /// Objects on different devices cannot be renamed or linked to each other's.
  package let device: Int
  package var mode: UInt32
  package var content: [UInt8] = []
  package var entries: [String: Inode] = [:]
  /// Of what is no directory: how many names it has.
  package var names = 0

  init(number: Int, kind: Kind, device: Int, mode: UInt32) {
    (self.number, self.kind, self.device, self.mode) = (number, kind, device, mode)
  }

  package var isDirectory: Bool { kind == .directory }

  package var symbolicLinkText: String? {
    if case .symbolicLink(let text) = kind { text } else { nil }
  }

  package var size: Int { symbolicLinkText?.utf8.count ?? content.count }
}

/// The errnos of which one has to be the answer.
package struct Refusal: Error, Hashable {
  package var errnos: Set<Int32>

  package init(_ errnos: Int32...) { self.errnos = Set(errnos) }
}

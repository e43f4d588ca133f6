// What the model's process holds open over the steps of a case (R4).

import BindlinkControl
import Glibc
import ModelReference

final class OpenFiles {
  private var open: [Int: (descriptor: Int32, held: Held)] = [:]

  deinit { dropAll() }

  func held(_ slot: Int) -> Held? { open[slot]?.held }

  func descriptor(_ slot: Int) -> Int32 { open[slot]?.descriptor ?? -1 }

  func put(_ descriptor: Int32, _ held: Held, in slot: Int) {
    drop(slot)
    open[slot] = (descriptor, held)
  }

  func drop(_ slot: Int) {
    if let known = open.removeValue(forKey: slot) { _ = close(known.descriptor) }
  }

  func dropAll() { for slot in open.keys { drop(slot) } }

  var directories: [Int: Held] {
    open.compactMapValues { $0.held.inodes.first?.isDirectory ?? true ? $0.held : nil }
  }

  func make(_ use: HandleUse, in caller: Caller) -> Result<(Answer, Int32?), CallFailure> {
    Result { () throws(CallFailure) in
      switch use.kind {
      case .openFile:
        let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK
        return (.done, try SystemCall.open(caller.place(.view, use.path), flags))
      case .openDirectory:
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        return (.done, try SystemCall.open(caller.place(.view, use.path), flags))
      case .read:
        _ = lseek(descriptor(use.slot), 0, SEEK_SET)
        return (.text(try SystemCall.read(descriptor(use.slot))), nil)
      case .write:
        _ = lseek(descriptor(use.slot), 0, SEEK_SET)
        try SystemCall.write(descriptor(use.slot), Array(use.text.utf8))
        return (.done, nil)
      case .lookUp:
        var status = stat()
        let name = use.path[0]
        _ = try SystemCall.checked(
          unsafe fstatat(descriptor(use.slot), name, &status, AT_SYMLINK_NOFOLLOW))
        return (.status(Caller.objectStatus(status)), nil)
      }
    }
  }
}

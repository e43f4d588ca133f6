// The process's table of drives and shares (S2), which the Windows-shaped functions go through.
// The names are the header's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Bindlink
public import CBindlink
internal import Synchronization
internal import SystemPackage

/// Nil: the environment has not been asked yet.
private let table = Mutex<DriveTable?>(nil)

/// The table as it stands.
func drives() throws(BindlinkError) -> DriveTable {
  if let known = table.withLock({ $0 }) { return known }
  let ofEnvironment = try DriveTable.ofEnvironment()
  return table.withLock { known in
    let drives = known ?? ofEnvironment
    known = drives
    return drives
  }
}

@c @implementation
public func bindlink_set_drives(
  _ text: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<UnsafeMutablePointer<bindlink_error>?>?
) -> CInt {
  unsafe answer(error) { () throws(BindlinkError) in
    let drives =
      unsafe text == nil
      ? try DriveTable.ofEnvironment() : try DriveTable(parsing: unsafe bytes(text, "table"))
    table.withLock { $0 = drives }
  }
}

// swift-tools-version: 6.3
import PackageDescription

// One direction only: map <- control <- engine <- FUSE binding <- library <- command.
// A module that does not depend on CBindlinkFuse cannot name a libfuse type.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let cSettings: [CSetting] = [
  .treatAllWarnings(as: .error),
  .enableWarning("all"),
  .enableWarning("extra"),
  .disableWarning("unused-parameter"),
]

let package = Package(
  name: "bindlink",
  products: [
    .library(name: "Bindlink", targets: ["Bindlink"]),
    .library(name: "BindlinkConfiguration", targets: ["BindlinkConfiguration"]),
    .library(name: "bindlink-c", type: .dynamic, targets: ["BindlinkLibrary"]),
    .executable(name: "bindlink", targets: ["BindlinkCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // What the kernel offers and Swift's Glibc module hides.
    .target(name: "CBindlinkSystem", cSettings: cSettings),
    // The link table: pure, no I/O, no Foundation.
    .target(name: "BindlinkMap", swiftSettings: swiftSettings),
    // What can be asked of a mounted view, and how it is put through an ioctl.
    .target(
      name: "BindlinkControl", dependencies: ["BindlinkMap", "CBindlinkSystem"],
      swiftSettings: swiftSettings),
    // Nodes, directories, handles: all I/O on the backings.
    .target(
      name: "BindlinkEngine", dependencies: ["BindlinkMap", "BindlinkControl", "CBindlinkSystem"],
      swiftSettings: swiftSettings),
    // libfuse3's low-level interface and the device's wire format.
    .systemLibrary(name: "CFuse3", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
    .target(name: "CBindlinkFuse", dependencies: ["CFuse3"], cSettings: cSettings),
    .target(
      name: "BindlinkFuse",
      dependencies: [
        "BindlinkMap", "BindlinkControl", "BindlinkEngine", "CBindlinkSystem", "CBindlinkFuse",
        "CFuse3",
      ],
      swiftSettings: swiftSettings),
    // The public library.
    .target(
      name: "Bindlink",
      dependencies: [
        "BindlinkMap", "BindlinkControl", "BindlinkEngine", "BindlinkFuse", "CBindlinkSystem",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    // The C library: its header, and the functions behind it.
    .target(name: "CBindlink", cSettings: cSettings),
    .target(
      name: "BindlinkLibrary",
      dependencies: [
        "CBindlink", "Bindlink", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    // Configuration files. Apart from the library, which needs no Foundation; Yams does.
    .target(
      name: "BindlinkConfiguration",
      dependencies: [
        "Bindlink",
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: swiftSettings),
    // The command.
    .executableTarget(
      name: "BindlinkCommand",
      dependencies: [
        "Bindlink", "BindlinkConfiguration", "CBindlinkSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    // The program of the library's documentation.
    .executableTarget(
      name: "bindlink-example",
      dependencies: ["Bindlink", .product(name: "SystemPackage", package: "swift-system")],
      path: "Tests/Example", swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkTests",
      dependencies: ["Bindlink", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: swiftSettings),
    // The C library from inside; Scripts/test-library has programs that use it.
    .testTarget(
      name: "BindlinkLibraryTests",
      dependencies: [
        "BindlinkLibrary", "CBindlink", "Bindlink",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkCommandTests",
      dependencies: [
        "BindlinkCommand", "BindlinkConfiguration", "Bindlink",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    // The table of POSIX cases that a mount and a plain directory must agree in.
    .target(name: "CPosixCases", path: "Tests/CPosixCases", cSettings: cSettings),
    .target(
      name: "PosixCases", dependencies: ["CPosixCases"], path: "Tests/PosixCases",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "posix-cases", dependencies: ["PosixCases"], path: "Tests/PosixCasesTool",
      swiftSettings: swiftSettings),
    // A client of control, for tests in other users and namespaces.
    .executableTarget(
      name: "control-client", dependencies: ["BindlinkMap", "BindlinkControl"],
      path: "Tests/ControlTool", swiftSettings: swiftSettings),
    // Programs at work in a view while its table changes.
    .executableTarget(
      name: "table-load",
      dependencies: ["BindlinkMap", "BindlinkControl", "BindlinkEngine", "BindlinkFuse"],
      path: "Tests/TableLoad", swiftSettings: swiftSettings),
    // What one request of each kind costs the server.
    .target(
      name: "CAllocationCount", path: "Tests/CAllocationCount", cSettings: cSettings),
    .executableTarget(
      name: "request-costs",
      dependencies: ["BindlinkControl", "BindlinkEngine", "BindlinkFuse", "CAllocationCount"],
      path: "Tests/RequestCosts", exclude: ["limits"], swiftSettings: swiftSettings),
    .testTarget(
      name: "PosixCasesTests", dependencies: ["PosixCases"], swiftSettings: swiftSettings),
    // Views that the command mounts, in each privilege situation.
    .testTarget(
      name: "MountTests", dependencies: ["CPosixCases", "PosixCases"], swiftSettings: swiftSettings),
    // A second, plain implementation of the rules, and a run of both on generated cases.
    .target(name: "ModelReference", path: "Tests/ModelReference", swiftSettings: swiftSettings),
    .testTarget(
      name: "ModelReferenceTests", dependencies: ["ModelReference"], swiftSettings: swiftSettings),
    .executableTarget(
      name: "model",
      dependencies: [
        "ModelReference", "BindlinkControl", "BindlinkMap", "CBindlinkSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Model", swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkMapTests", dependencies: ["BindlinkMap"], swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkControlTests", dependencies: ["BindlinkMap", "BindlinkControl"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkEngineTests",
      dependencies: ["BindlinkMap", "BindlinkControl", "BindlinkEngine"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BindlinkFuseTests",
      dependencies: ["BindlinkMap", "BindlinkControl", "BindlinkEngine", "BindlinkFuse"],
      swiftSettings: swiftSettings),
  ]
)

// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-2.0-or-later

import PackageDescription

/// `Deploy/fuzz` sets it: what reads strangers' bytes is then built for libFuzzer.
let isFuzzing = Context.environment["KMEND_FUZZ"] != nil

/// Every target compiles as Swift 6, and no warning stays.
let settings: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

/// Where Debian keeps libclang, and what every target needs that sees its headers.
let llvm = "/usr/lib/llvm-19"
let clangSettings = settings + [.unsafeFlags(["-Xcc", "-I\(llvm)/include"])]

func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let rainbow: Target.Dependency = .product(name: "Rainbow", package: "Rainbow")
let csv: Target.Dependency = .product(name: "SwiftCSV", package: "SwiftCSV")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let lifecycle: [Target.Dependency] = [
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]

let package = Package(
  name: "kmend",
  products: [
    .executable(name: "kmend", targets: ["kmend"]),
    .executable(name: "kmend-cindex", targets: ["kmend-cindex"]),
    .executable(name: "kmend-hook", targets: ["kmend-hook"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Floor 0: C libraries, one target each.
    .target(
      name: "CClang",
      cSettings: [.unsafeFlags(["-I\(llvm)/include"])],
      linkerSettings: [
        .unsafeFlags(["-L\(llvm)/lib", "-Xlinker", "-rpath=\(llvm)/lib"]), .linkedLibrary("clang-19"),
      ]),
    .target(name: "CGit2", linkerSettings: [.linkedLibrary("git2")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CMalloc"),

    // Floor 1: vocabulary.
    floor("KernelModel"),
    floor("CFrontendProtocol"),
    floor("PatchFormat", ["KernelModel"]),
    floor("MailFormat"),

    // Floor 1b: containment.
    floor("Sandbox", ["KernelModel", subprocess, system]),

    // Floor 2: analysis. Pure.
    floor("CSource", ["KernelModel"]),
    floor("LogTriage", ["KernelModel"]),
    floor("Diagnosis", ["KernelModel", "CFrontendProtocol", "CSource", "LogTriage"]),
    floor("ConversionLearning", ["KernelModel", "CSource"]),
    floor("DriverAdaptation", ["KernelModel", "CSource", "ConversionLearning"]),
    floor("BreakagePrediction", ["KernelModel", "CSource", "ConversionLearning"]),
    floor("Correspondence", ["KernelModel", "PatchFormat", "MailFormat", mustache]),
    floor("ChangeDetection", ["KernelModel", "CSource"]),
    floor("FixComparison", ["KernelModel", "CSource"]),

    // Floor 2: adapters.
    floor("Archive", ["KernelModel", "Sandbox"]),
    floor("GitStore", ["KernelModel", "PatchFormat", "CGit2", "Sandbox"]),
    floor("NetTransfer", ["KernelModel", "CCurl", "Sandbox"]),
    floor("ConversionIndex", ["KernelModel", "Sandbox", grdb]),
    floor("Ledger", ["KernelModel", grdb]),
    floor("Spool"),
    floor("CFrontend", ["KernelModel", "CFrontendProtocol", "Sandbox"]),
    .target(name: "ClangIndex", dependencies: ["CFrontendProtocol", "CClang"], swiftSettings: clangSettings),
    floor("KernelBuild", ["KernelModel", "Sandbox"]),
    floor("TestMachine", ["KernelModel", "Sandbox"]),

    // Floor 3.
    floor("Settings", ["KernelModel", toml]),
    floor(
      "Pipeline",
      [
        "KernelModel", "CFrontendProtocol", "PatchFormat", "MailFormat", "Sandbox", "CSource", "LogTriage", "Diagnosis",
        "ChangeDetection", "ConversionLearning", "DriverAdaptation", "BreakagePrediction", "Correspondence",
        "FixComparison", "Archive", "GitStore", "ConversionIndex", "Ledger", "NetTransfer", "Spool", "CFrontend",
        "KernelBuild", "TestMachine", "Settings", "CMalloc", logging, csv,
      ] + lifecycle),

    // Floor 4: executables.
    .executableTarget(
      name: "kmend", dependencies: ["KernelModel", "Pipeline", argumentParser, logging, rainbow],
      swiftSettings: settings),
    // Starts with every push, on machines that may have no Swift.
    .executableTarget(
      name: "kmend-hook", dependencies: ["Spool"], swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-static-executable"])]),
    .executableTarget(name: "kmend-cindex", dependencies: ["ClangIndex"], swiftSettings: clangSettings),

    // Tests: one target per target under test; their fixtures and golden files lie in Tests/Golden.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("ArchitectureTests", []),
    tests("ArchiveTests", ["Archive", "KernelModel", "Sandbox"]),
    tests("CSourceTests", ["CSource", "KernelModel"]),
    tests(
      "BreakagePredictionTests", ["BreakagePrediction", "ChangeDetection", "ConversionIndex", "CSource", "KernelModel"]),
    tests("ChangeDetectionTests", ["ChangeDetection", "ConversionIndex", "KernelModel"]),
    tests("ConversionIndexTests", ["ConversionIndex", "KernelModel", "Sandbox"]),
    tests("ConversionLearningTests", ["ConversionLearning", "CSource", "KernelModel", "Sandbox"]),
    tests(
      "CorrespondenceTests",
      ["Archive", "Correspondence", "GitStore", "KernelModel", "MailFormat", "PatchFormat", "Sandbox"]),
    tests("DiagnosisTests", ["Diagnosis", "CFrontend", "CFrontendProtocol", "KernelModel", "Sandbox"]),
    tests("DriverAdaptationTests", ["DriverAdaptation", "ConversionLearning", "CSource", "KernelModel"]),
    tests("EndToEndTests", ["KernelModel", "Pipeline", "Spool", subprocess, system]),
    tests("FixComparisonTests", ["FixComparison", "CSource", "KernelModel"]),
    .testTarget(
      name: "FrontendTests",
      dependencies: ["CFrontend", "CFrontendProtocol", "ClangIndex", "KernelModel", "Sandbox", "TestSupport"],
      swiftSettings: clangSettings),
    tests("GitStoreTests", ["GitStore", "KernelModel", "PatchFormat", "Sandbox"]),
    tests("KernelBuildTests", ["Archive", "KernelBuild", "KernelModel", "LogTriage", "Sandbox"]),
    tests("KernelModelTests", ["KernelModel"]),
    tests("LogTriageTests", ["LogTriage", "KernelModel"]),
    tests("MailFormatTests", ["MailFormat"]),
    tests("NetTransferTests", ["NetTransfer", "KernelModel"]),
    tests("PatchFormatTests", ["PatchFormat", "KernelModel"]),
    tests(
      "PipelineTests",
      [
        "Pipeline", "BreakagePrediction", "ConversionLearning", "DriverAdaptation", "FixComparison", "KernelBuild",
        "KernelModel", "Ledger", "Sandbox", "Settings", grdb, logging,
      ]),
    tests("SettingsTests", ["Settings", "KernelModel"]),
    tests("SandboxTests", ["Sandbox", "KernelModel"]),
    tests("TestMachineTests", ["TestMachine", "Archive", "KernelModel", "LogTriage", "Sandbox"]),
  ]
)

if isFuzzing {
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "kmend-fuzz",
      dependencies: [
        "BreakagePrediction", "CFuzzer", "ChangeDetection", "ConversionIndex", "CSource", "KernelModel", "MailFormat",
        "PatchFormat",
      ], path: "Tests/Fuzz/kmend-fuzz", swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
}

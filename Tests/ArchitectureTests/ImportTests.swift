// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// The floors as a table: what each target may import. Arrows go down only, analysis and adapters do not see
/// each other, an adapter sees no other adapter, and each C library has one door.
private let allowed: [String: Set<String>] = {
  let vocabulary: Set = ["KernelModel"]
  return [
    // Vocabulary.
    "KernelModel": [],
    "CFrontendProtocol": [],
    "MailFormat": [],
    "PatchFormat": vocabulary,
    // Containment.
    "Sandbox": vocabulary.union(["Foundation", "Subprocess", "SystemPackage", "Glibc", "Synchronization"]),
    // Analysis: pure, so not even Foundation.
    "CSource": vocabulary,
    "LogTriage": vocabulary,
    "Diagnosis": vocabulary.union(["CFrontendProtocol", "CSource", "LogTriage"]),
    "ConversionLearning": vocabulary.union(["CSource"]),
    "DriverAdaptation": vocabulary.union(["CSource", "ConversionLearning"]),
    "BreakagePrediction": vocabulary.union(["CSource", "ConversionLearning"]),
    "Correspondence": vocabulary.union(["PatchFormat", "MailFormat", "Mustache"]),
    "ChangeDetection": vocabulary.union(["CSource"]),
    "FixComparison": vocabulary.union(["CSource"]),
    // Adapters.
    "Archive": vocabulary.union(["Foundation", "Sandbox", "Glibc"]),
    "GitStore": vocabulary.union(["CGit2", "Dispatch", "Glibc", "PatchFormat", "Sandbox", "Synchronization"]),
    "ConversionIndex": vocabulary.union(["Foundation", "Sandbox", "GRDB", "Glibc", "Synchronization"]),
    "Ledger": vocabulary.union(["Foundation", "GRDB"]),
    "NetTransfer": vocabulary.union(["CCurl", "Dispatch", "Glibc", "Sandbox", "Synchronization"]),
    "Spool": ["Glibc"],
    "CFrontend": vocabulary.union([
      "FoundationEssentials", "Sandbox", "CFrontendProtocol", "Glibc", "Synchronization",
    ]),
    "ClangIndex": ["FoundationEssentials", "CFrontendProtocol", "CClang", "Glibc"],
    "KernelBuild": vocabulary.union(["Foundation", "Sandbox", "Glibc"]),
    "TestMachine": vocabulary.union(["Foundation", "Sandbox", "Glibc"]),
    // Pipeline sees every floor below it; executables see the pipeline and the vocabulary.
    "Settings": vocabulary.union(["Foundation", "TOMLKit"]),
    "Pipeline": [
      "Foundation", "KernelModel", "CFrontendProtocol", "PatchFormat", "MailFormat", "Sandbox", "CSource", "LogTriage",
      "Diagnosis", "ChangeDetection", "ConversionLearning", "DriverAdaptation", "BreakagePrediction", "Correspondence",
      "FixComparison", "Archive", "GitStore", "ConversionIndex", "Ledger", "NetTransfer", "Spool", "CFrontend",
      "KernelBuild",
      "TestMachine", "Settings", "Logging", "ServiceLifecycle", "UnixSignals", "SwiftCSV", "Synchronization", "CMalloc",
    ],
    "kmend": [
      "ArgumentParser", "Dispatch", "Foundation", "KernelModel", "Logging", "Pipeline", "Rainbow", "Synchronization",
    ],
    "kmend-cindex": ["ClangIndex", "Glibc"],
    "kmend-hook": ["Glibc", "Spool"],
  ]
}()

@Suite struct ImportTests {
  @Test func everyTargetIsInTheTable() throws {
    let targets = try FileManager.default.contentsOfDirectory(atPath: "\(repositoryRoot)/Sources")
    let c: Set = ["CClang", "CCurl", "CGit2", "CMalloc"]
    #expect(Set(targets).subtracting(c) == Set(allowed.keys))
  }

  @Test(arguments: allowed.keys.sorted())
  func importsOnlyWhatItsFloorAllows(target: String) throws {
    for file in try swiftFiles(below: "\(repositoryRoot)/Sources/\(target)") {
      for module in imports(of: try String(contentsOfFile: file, encoding: .utf8)) {
        #expect(allowed[target]?.contains(module) == true, "\(file) imports \(module)")
      }
    }
  }

  @Test(arguments: [
    ("import A", ["A"]), ("@preconcurrency import B", ["B"]), ("package import struct C.D", ["C"]),
    ("  import E.F\r", ["E"]), ("// import G", []), ("let text = \"import H\"", []), ("important", []),
  ])
  func readsImportLines(line: String, modules: [String]) {
    #expect(imports(of: line) == modules)
  }
}

@Suite struct HouseRuleTests {
  @Test func everySourceNamesItsLicence() throws {
    for folder in ["Sources", "Tests"] {
      for file in try swiftFiles(below: "\(repositoryRoot)/\(folder)") {
        let first = try String(contentsOfFile: file, encoding: .utf8).prefix { $0 != "\n" }
        #expect(first == "// SPDX-License-Identifier: GPL-2.0-or-later", "\(file)")
      }
    }
  }

  @Test func noModuleHoldsATypeOfItsOwnName() throws {
    for target in allowed.keys {
      for file in try swiftFiles(below: "\(repositoryRoot)/Sources/\(target)") {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for keyword in ["struct", "enum", "class", "actor", "protocol"] {
          #expect(!text.contains("\(keyword) \(target) "), "\(file)")
        }
      }
    }
  }

  @Test func noFilePassesTheHardCap() throws {
    for folder in ["Sources", "Tests"] {
      for file in try swiftFiles(below: "\(repositoryRoot)/\(folder)") {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(
          separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 800, "\(file) has \(lines.count) lines")
      }
    }
  }
}

func swiftFiles(below folder: String) throws -> [String] {
  guard let files = FileManager.default.enumerator(atPath: folder) else { return [] }
  return files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }.sorted()
}

/// Modules that import lines name, whatever stands before `import` (attributes, access) and after (kind, member).
private func imports(of text: String) -> [String] {
  text.split(whereSeparator: \.isNewline).compactMap { line in
    var words = line.split(separator: " ")
    while let first = words.first, first.hasPrefix("@") || ["package", "public", "internal", "private"].contains(first)
    {
      words.removeFirst()
    }
    guard words.first == "import", words.count > 1 else { return nil }
    words.removeFirst()
    if ["struct", "class", "enum", "func", "protocol", "typealias", "let", "var"].contains(words[0]), words.count > 1 {
      words.removeFirst()
    }
    return words[0].split(separator: ".").first.map(String.init)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CFrontendProtocol
import Diagnosis
import Foundation
import KernelModel
import Sandbox
import TestSupport

/// A golden case: two small kernels and a driver in one file, `=== path` before each part.
struct CaseFile: Sendable {
  var files: [(path: String, text: String)] = []

  init(_ text: String) {
    // Characters would join CR and LF.
    for part in text.components(separatedBy: "=== ").dropFirst() {
      let end = part.unicodeScalars.firstIndex(of: "\n") ?? part.endIndex
      files.append((String(part[..<end]), String(part[part.unicodeScalars.index(after: end)...])))
    }
  }

  /// The files below a folder, by path relative to it.
  func below(_ folder: String) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: files.filter { $0.path.hasPrefix(folder + "/") }
        .map { (String($0.path.dropFirst(folder.count + 1)), $0.text) })
  }

  /// Arguments of one side's parses: its include folder, and what the case adds.
  func arguments(_ side: String) -> [String] {
    let added = files.first { $0.path == "\(side)-arguments" }?.text.split(separator: "\n").map(String.init) ?? []
    return ClangArguments.translate(["-std=gnu11", "-nostdinc", "-I./include"] + added)
  }

  func write(to folder: String) throws {
    for (path, text) in files {
      let file = URL(fileURLWithPath: "\(folder)/\(path)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    for name in ["old", "new", "driver"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
  }
}

/// Parses the case on both kernels in the real front end, and diagnoses it; also what the oracle says of the same
/// parses, and once all sources are a line longer at their top.
func diagnose(_ file: CaseFile) async throws -> (diagnosis: DriverDiagnosis, oracle: [Break], moved: [Break]) {
  let roots = Roots(driver: "/driver", kernel: ["/kernel"])
  let driver = file.below("driver").mapValues { SourceText($0.utf8) }
  let units = driver.keys.filter { $0.hasSuffix(".c") }.sorted()
  return try await withTemporaryFolder { folder in
    try file.write(to: folder)
    @Sendable func withSide<Value: Sendable>(
      _ side: String, _ body: @escaping @Sendable (Frontend, [Observation]) async throws -> Value
    ) async throws -> Value {
      try await withFrontend(
        containment: Containment(), executable: cindex,
        mounts: [
          .readOnly(host: "\(folder)/\(side)", inside: "/kernel"),
          .readOnly(host: "\(folder)/driver", inside: "/driver"),
        ], processes: 1
      ) { frontend in
        var observations: [Observation] = []
        for unit in units {
          let found = try await frontend.open(
            unit: unit, file: "/driver/\(unit)", directory: "/kernel", arguments: file.arguments(side), edits: true)
          observations.append(Observation(unit: unit, directory: "/kernel", diagnostics: found))
        }
        return try await body(frontend, observations)
      }
    }
    return try await withSide("old") { oldEnd, old in
      try await withSide("new") { newEnd, new in
        var examination = Examination(old: old, oldRoots: roots, new: new, newRoots: roots, driver: driver)
        while case let inquiries = examination.inquiries, !inquiries.isEmpty {
          var answers: [Inquiry: Findings] = [:]
          for inquiry in inquiries {
            let frontend = inquiry.side == .old ? oldEnd : newEnd
            answers[inquiry] = Findings(
              declarations: try await frontend.lookup(unit: inquiry.unit, names: inquiry.names),
              cursors: try await frontend.describe(unit: inquiry.unit, places: inquiry.places))
          }
          examination.take(answers)
        }
        let diagnosis = examination.diagnosis { name in inTree(name, file.below("new")) }
        let oracle = Baseline(old, roots: roots).breaks(in: new, roots: roots, driver: driver, known: diagnosis.breaks)
        let longer = driver.filter { $0.key.hasSuffix(".c") }.mapValues { [0x0A] + $0 }
        let overlays = Dictionary(uniqueKeysWithValues: longer.map { ("/driver/\($0.key)", $0.value) })
        var later = new
        for index in later.indices {
          later[index].diagnostics = try await newEnd.reparse(unit: later[index].unit, overlays: overlays)
        }
        let moved = Baseline(old, roots: roots).breaks(
          in: later, roots: roots, driver: driver.merging(longer) { $1 }, known: diagnosis.breaks)
        return (diagnosis, oracle, moved)
      }
    }
  }
}

/// What the lead's search over the headers gives.
private func inTree(_ name: String, _ headers: [String: String]) -> [Declaration] {
  if name.hasSuffix(".h") {
    let base = name.split(separator: "/").last ?? ""
    return headers.keys.sorted().filter { $0.hasSuffix("/\(base)") }
      .map { Declaration(name: name, kind: .header, text: "#include <\(name)>", site: Site(file: $0, line: 1)) }
  }
  return headers.sorted { $0.key < $1.key }.flatMap {
    findDeclarations(of: [name], in: SourceText($0.value.utf8), file: $0.key)
  }
}

/// A diagnosis as a golden file shows it.
func told(_ diagnosis: DriverDiagnosis) -> String {
  func told(_ declaration: Declaration?, _ mark: String) -> String {
    guard let declaration else { return "" }
    return
      "   \(mark) \(declaration.site) \(declaration.text)\(declaration.body.isEmpty ? "" : " = \(declaration.body)")\n"
  }
  func told(_ index: Int, _ found: Break) -> String {
    "\(index). \(found.site.file):\(found.site.line):\(found.site.column) \(found.kind.rawValue) \(found.symbol)"
      + (found.container.map { " in \($0)" } ?? "") + (found.cause.map { " because of \($0)" } ?? "")
      + "\n   \(found.message)\n" + told(found.before, "-") + told(found.after, "+")
  }
  let already = diagnosis.alreadyWrong.map { "already wrong: \($0.site) \($0.message)\n" }
  return (diagnosis.breaks.enumerated().map { told($0.offset, $0.element) } + already).joined()
}

/// `kmend-cindex` beside the test's own executable.
let cindex: String = {
  let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
  let folders = [bundle, Bundle.main.bundlePath, "\(repositoryRoot)/.build/release", "\(repositoryRoot)/.build/debug"]
  let candidates = folders.compactMap { $0 }.map { "\($0)/kmend-cindex" }
  return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
}()

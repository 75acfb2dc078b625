// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import Foundation
import GitStore
import KernelBuild
import KernelModel
import PatchFormat

/// `kmend apply`: rules run over the C files of a folder.
package struct RuleRun: Sendable {
  /// Where the rules come from.
  package enum Rules: Sendable {
    /// What `kmend rules --json` printed.
    case report([UInt8], name: String)
    /// A semantic patch, which Coccinelle applies.
    case semanticPatch(String)
    /// Learned now.
    case symbol(String, RuleOrigin)
  }
  private let workspace: Workspace
  private let steps: Steps

  package init(workspace: Workspace, steps: Steps) { (self.workspace, self.steps) = (workspace, steps) }

  /// Applies rules to the `.c` and `.h` files below a folder.
  ///
  /// - Parameters:
  ///   - ids: the rules that are applied; empty: all of them, the best that fits at each place.
  ///   - inPlace: whether the files are changed.
  /// - Throws: `Failure`: `badInput` for a folder or rules that can't be read, `unavailable` if a file can't be written.
  package func apply(
    _ rules: Rules, only ids: [String] = [], to folder: String, inPlace: Bool = false
  ) async throws -> ApplyReport {
    let sources = try SourceFolder(folder)
    let texts = try sources.texts()
    var report: ApplyReport
    let changed: [String: SourceText]
    switch rules {
    case .semanticPatch(let text): (report, changed) = try await coccinelle(text, to: texts)
    case .report(let bytes, let name):
      let listed = try RulesReport(json: bytes, name: name)
      (report, changed) = try own(
        listed.sought, listed.rules.map(\.learned), symbol: listed.symbol, only: ids, to: texts)
    case .symbol(let symbol, let origin):
      let listed = try await RuleListing(workspace: workspace, steps: steps).rules(for: symbol, from: origin)
      (report, changed) = try own(listed.sought, listed.rules.map(\.learned), symbol: symbol, only: ids, to: texts)
    }
    let changes = changed.filter { texts[$0.key] != $0.value }.map { path, text in
      PatchFormat.FileChange(path: path, before: texts[path], after: text)
    }
    let diffs = try Diffing.diff(changes)
    report.files = diffs.map { .init(path: $0.path, insertions: $0.insertions, deletions: $0.deletions) }
    report.diff = String(decoding: diffs.bytes(), as: UTF8.self)
    report.bytes = diffs.bytes()
    if inPlace { try sources.replace(changed) }
    report.written = inPlace
    return report
  }

  private func own(
    _ sought: SoughtSymbol, _ rules: [LearnedRule], symbol: String, only ids: [String], to texts: [String: SourceText]
  ) throws -> (ApplyReport, [String: SourceText]) {
    if let unknown = ids.first(where: { id in !rules.contains { $0.rule.id == id } }) {
      let known = rules.map(\.rule.id).joined(separator: ", ")
      throw Failure(.badInput, unknown, "is no rule of \(symbol)", remedy: "choose one of \(known)")
    }
    let chosen = ids.isEmpty ? rules : rules.filter { ids.contains($0.rule.id) }
    let application = RuleApplication(of: sought, chosen, to: texts)
    // Without a kernel at hand what the rule itself knows to be declared nowhere is all that is known.
    let used = Set(application.uses.map(\.rule))
    let verbatim = VerbatimFlags.flags(
      chosen.filter { used.contains($0.rule.id) }.map { ($0, application.changed[$0.rule.id] ?? []) },
      licences: Licences(driver: texts)
    ) { rule, name in !rule.free.contains(name) && rule.rule.introduces.contains(name) }
    return (
      ApplyReport(
        symbol: symbol, rules: application.uses, left: application.left, flags: application.flags + verbatim),
      application.files
    )
  }

  private func coccinelle(
    _ text: String, to texts: [String: SourceText]
  ) async throws -> (ApplyReport, [String: SourceText]) {
    let result = try await Spatch(workspace.containment).apply(text, to: texts)
    if let reason = result.reason { throw Failure(.badInput, "the semantic patch", reason) }
    return (
      ApplyReport(symbol: nil, rules: [], left: [], flags: []), result.files.filter { result.changed.contains($0.key) }
    )
  }
}

/// What `kmend apply --json` prints (schema `kmend-apply-1`, described in README.md).
package struct ApplyReport: Codable, Sendable {
  package struct File: Codable, Sendable, Hashable {
    package var path: String
    package var insertions: Int
    package var deletions: Int
  }
  package var schema = "kmend-apply-1"
  /// Nil for a semantic patch.
  package var symbol: String?
  /// Those that changed something; empty for a semantic patch.
  package var rules: [RuleApplication.Use]
  package var files: [File] = []
  /// Places of the symbol that stay as they are.
  package var left: [RuleApplication.Left]
  package var flags: [Flag]
  /// Whether the files were changed.
  package var written = false
  /// For git-apply(1); what is not UTF-8 is replaced.
  package var diff = ""
  /// The same as it is.
  package var bytes: [UInt8] = []

  private enum CodingKeys: CodingKey { case schema, symbol, rules, files, left, flags, written, diff }

  init(symbol: String?, rules: [RuleApplication.Use], left: [RuleApplication.Left], flags: [Flag]) {
    (self.symbol, self.rules, self.left, self.flags) = (symbol, rules, left, flags)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel

/// The rules of a symbol as one file for spatch(1) that stands on its own.
package struct CocciFile: Sendable {
  private let workspace: Workspace

  package init(workspace: Workspace) { self.workspace = workspace }

  /// Rules that can be run as they are, in their order; the others in comments with the reason: those that a person
  /// should look at first, and those that Coccinelle can't read, of which one would spoil the file.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  package func text(of report: RulesReport) async throws -> String {
    var text = "// \(Self.line(report.symbol)): learned from \(Self.line(report.source.title)) by kmend\n"
    var seen: Set<String> = []
    let rules = report.rules.map(\.rule)
    let problems = try await problems(with: rules.filter { !$0.smpl.isEmpty && $0.flags.isEmpty })
    for (rule, pattern) in zip(rules, report.rules.map(\.pattern)) {
      text +=
        "\n// \(rule.support) in-tree files, right at \(rule.replay.reproduced) of \(rule.replay.tried) held out\n"
      for example in rule.examples { text += "//   \(Self.line(example.site.description))\n" }
      guard !rule.smpl.isEmpty else {
        text += "// not in SmPL: \(Self.line(rule.summary))\n"
        continue
      }
      var reasons = rule.flags.map { "\($0.reason.rawValue): \($0.detail)" }
      if !pattern.free.isEmpty {
        reasons.append("needs in the function: \(pattern.free.joined(separator: ", "))")
      }
      if pattern.span == .retyping {
        reasons.append("retypes every variable of the structure, also those that stay; fetched values are not in it")
      }
      let lines = rule.smpl.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      // Rules differ in their names, which those of one text share.
      let name = lines.first?.dropFirst().prefix { $0 != "@" && $0 != " " } ?? ""
      let stem = name.hasSuffix("_call") ? name.dropLast(5) : name
      let body = rule.smpl.replacing(stem, with: "")
      if !seen.insert(body).inserted { reasons.append("says what a rule above says") }
      if let problem = problems[rule.id] { reasons.append("Coccinelle can't read it: \(problem)") }
      text += reasons.map { "// review: \(Self.line($0))\n" }.joined()
      text += lines.map { reasons.isEmpty ? "\($0)\n" : $0.isEmpty ? "//\n" : "// \($0)\n" }.joined()
    }
    return text
  }

  /// For each rule that Coccinelle can't read, by id, why.
  private func problems(with rules: [Rule]) async throws -> [String: String] {
    let spatch = Spatch(workspace.containment)
    guard try await spatch.problem(with: rules.map(\.smpl).joined(separator: "\n")) != nil else { return [:] }
    var problems: [String: String] = [:]
    for rule in rules { problems[rule.id] = try await spatch.problem(with: rule.smpl) }
    return problems
  }

  /// Text from a tree or a mail must not end the comment that it stands in.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// An adaptation in a dozen lines, for the terminal.
package struct AdaptationSummary: Sendable {
  package let text: String
  /// How it ended, for the last line.
  package let outcome: String

  /// - Parameters:
  ///   - out: folder that holds the results; nil if there is none.
  ///   - format: what the series in it was written as.
  package init(report: AdaptationReport, out: String?, format: SeriesFormat = .mbox) {
    let name = [report.driver.name, report.driver.version].filter { !$0.isEmpty }.joined(separator: " ")
    var lines = ["\(name)  \(report.from.name) → \(report.to.name)"]
    lines += Self.breaks(report)
    lines += report.rules.map(Self.rule)
    lines += Self.trust(report)
    lines += report.unsolved.prefix(8).map { "why       \($0.symbol): \($0.reason)" }
    lines += Self.gates(report)
    lines += report.patches.enumerated().map { "patch \($0 + 1)   \($1)" }
    lines += report.notes.map { "note      \($0)" }
    lines += report.flags.map { "review    \($0.reason.rawValue): \($0.detail)" }
    if let out, !report.patches.isEmpty { lines.append("series    \(out)/\(format.place)") }
    lines.append("time      " + report.seconds.map { "\($0.step) \(Self.seconds($0.seconds))" }.joined(separator: ", "))
    outcome = Self.outcome(report)
    text = lines.joined(separator: "\n")
  }

  private static func outcome(_ report: AdaptationReport) -> String {
    switch report.outcome {
    case .nothingToDo: "nothing to do: it builds on \(report.to.name) as it is"
    case .adapted: "adapted"
    case .needsReview: "needs review: \(count(report.flags.count, "flag"))"
    case .notAdapted: "not adapted: \(whatIsLeft(report))"
    }
  }

  private static func whatIsLeft(_ report: AdaptationReport) -> String {
    let breaks = report.breaks.after.count { $0.cause == nil }
    guard breaks == 0,
      let failed = report.gates.first(where: { ["build", "git-am"].contains($0.gate) && $0.result != .passed })
    else { return "\(count(breaks, "break")) left" }
    return "no break is left, but \(failed.gate)" + (failed.kernel.isEmpty ? "" : " on \(failed.kernel)") + " failed"
  }

  /// The series' confidence, below it what it comes from: numbers in one column.
  private static func trust(_ report: AdaptationReport) -> [String] {
    guard let trust = report.trust else { return [] }
    let head = "trust     " + (trust.confidence.map(Trust.text) ?? "not measured")
    return [head] + trust.reasons.map { "          \($0)" }
  }

  private static func rule(_ rule: Rule) -> String {
    if rule.support == 0 { return "rule      \(rule.summary)  (from the declaration)" }
    var words = [count(rule.support, "in-tree file")]
    if rule.replay.tried > 0 { words.append("right at \(rule.replay.reproduced) of \(rule.replay.tried) held out") }
    let twins = (rule.twins ?? []).map(\.inTree)
    if !twins.isEmpty {
      let nobodyElse = rule.isOfTwinsOnly ? ", nobody else" : ""
      words.append("the in-tree twin did this: \(twins.joined(separator: ", "))\(nobodyElse)")
    }
    return "rule      \(rule.summary)  (\(words.joined(separator: ", ")))"
  }

  private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static func breaks(_ report: AdaptationReport) -> [String] {
    func line(_ word: String, _ entry: BreakEntry) -> String {
      let place = entry.line > 0 ? "\(entry.file):\(entry.line)" : entry.file
      return "\(word)\(place)  \(entry.symbol)  \(entry.kind.rawValue)"
    }
    let causes = report.breaks.before.filter { $0.cause == nil }
    var lines = causes.prefix(8).map { line("break     ", $0) }
    if causes.count > 8 { lines.append("          and \(causes.count - 8) more") }
    return lines + report.breaks.after.filter { $0.cause == nil }.prefix(8).map { line("left      ", $0) }
  }

  /// One line per gate: what it says on each kernel.
  private static func gates(_ report: AdaptationReport) -> [String] {
    var order: [String] = []
    var words: [String: [String]] = [:]
    for verdict in report.gates {
      if words[verdict.gate] == nil { order.append(verdict.gate) }
      let where_ = verdict.kernel.isEmpty ? "" : verdict.kernel + " "
      let what =
        switch verdict.result {
        case .passed: verdict.gate == "boot" ? String(verdict.summary.prefix { $0 != ":" }) : "passed"
        // What a flag says stands in its own line.
        case .failed:
          report.flags.contains { $0.detail.hasPrefix(verdict.summary) } ? "FAILED" : "FAILED (\(verdict.summary))"
        case .notRun: "not run (\(verdict.summary))"
        }
      let word = where_ + what
      if words[verdict.gate]?.contains(word) != true { words[verdict.gate, default: []].append(word) }
    }
    return order.map { gate in
      gate + String(repeating: " ", count: max(1, 10 - gate.count)) + (words[gate] ?? []).joined(separator: ", ")
    }
  }

  private static func seconds(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

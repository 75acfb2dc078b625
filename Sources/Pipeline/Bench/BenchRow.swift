// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison
import KernelModel

/// What one case of a bench came to: one line of `results.csv`.
package struct BenchRow: Sendable, Hashable {
  /// The columns; the first eleven never change their order.
  package static let columns = [
    "package", "version", "builds_on", "fails_on", "outcome", "compile_new", "compile_kept", "boot", "equal", "flags",
    "seconds", "static", "breaks_before", "breaks_after", "edits", "attempts", "confidence", "kinds", "rules", "steps",
    "problem", "equal_sites", "fixed_in", "twins",
  ]
  /// By the name of its column.
  package var cells: [String: String]

  package init(_ cells: [String: String]) { self.cells = cells }

  package subscript(column: String) -> String { cells[column] ?? "" }

  /// The case as the table names it; equal for a row that was read back.
  package var key: [String] { ["package", "version", "builds_on", "fails_on"].map { self[$0] } }

  /// The worst verdict of its places, as `equal` begins; nil where nothing was compared.
  var equality: SiteVerdict? { SiteVerdict(rawValue: String(self["equal"].prefix { $0 != " " })) }

  /// How many places have which verdict, as `equal_sites` says.
  var siteCounts: [SiteVerdict: Int] {
    var counts: [SiteVerdict: Int] = [:]
    for part in self["equal_sites"].split(separator: ",") {
      let words = part.split(separator: " ")
      guard words.count == 2, let verdict = SiteVerdict(rawValue: String(words[0])), let count = Int(words[1]) else {
        continue
      }
      counts[verdict, default: 0] += count
    }
    return counts
  }

  /// A line of comma-separated values (RFC 4180) without its end.
  package var line: String { Self.columns.map { Self.quoted(self[$0]) }.joined(separator: ",") }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension BenchRow {
  /// A case that could not be run: its outcome is the failure's kind.
  init(_ subject: CorpusCase, _ failure: Failure, seconds: Double) {
    self.init(Self.names(subject, seconds))
    cells["outcome"] = failure.code == .unavailable ? "unavailable" : "error"
    cells["problem"] = "\(failure.subject): \(failure.problem)"
  }

  /// What a report says of a case.
  init(_ subject: CorpusCase, _ report: AdaptationReport, equality: EqualityReport?, seconds: Double) {
    self.init(Self.names(subject, seconds))
    cells["outcome"] = report.outcome.rawValue
    cells["compile_new"] = Self.compiles(report, [report.to])
    cells["compile_kept"] = Self.compiles(report, report.keep)
    cells["boot"] = report.levels.first { $0.kernel == report.to.name }?.boot.rawValue ?? BootWord.notRun.rawValue
    cells["equal"] = equality?.cell ?? ""
    cells["equal_sites"] = equality?.counts ?? ""
    cells["flags"] = Set(report.flags.map(\.reason.rawValue)).sorted().joined(separator: " ")
    let still = report.gates.filter { !["build", "boot"].contains($0.gate) }
    cells["static"] =
      still.isEmpty ? "" : Self.word(still.allSatisfy { $0.result != .failed }, "passed", "failed")
    cells["breaks_before"] = "\(report.breaks.before.count { $0.cause == nil })"
    cells["breaks_after"] = "\(report.breaks.after.count { $0.cause == nil })"
    cells["edits"] = "\(report.edits)"
    cells["attempts"] = "\(report.attempts)"
    cells["confidence"] = report.confidence.map { "\(($0 * 100).rounded() / 100)" } ?? ""
    cells["kinds"] = Set(report.breaks.before.filter { $0.cause == nil }.map(\.kind.rawValue)).sorted()
      .joined(separator: " ")
    cells["twins"] = Set(report.rules.flatMap { $0.twins ?? [] }.map(\.inTree)).sorted().joined(separator: " ")
    cells["rules"] = report.rules.map(\.id).joined(separator: " ")
    cells["steps"] = report.seconds.map { "\($0.step)=\(($0.seconds * 10).rounded() / 10)" }.joined(separator: " ")
    let left = Set(
      report.breaks.after.filter { $0.cause == nil }.map { $0.symbol.isEmpty ? $0.kind.rawValue : $0.symbol })
    cells["problem"] = left.sorted().joined(separator: " ")
  }

  private static func names(_ subject: CorpusCase, _ seconds: Double) -> [String: String] {
    [
      "package": subject.package, "version": subject.version, "builds_on": subject.buildsOn.joined(separator: " "),
      "fails_on": subject.failsOn ?? "", "fixed_in": subject.fixedIn ?? "",
      "seconds": "\((seconds * 10).rounded() / 10)",
    ]
  }

  private static func compiles(_ report: AdaptationReport, _ kernels: [KernelIdentity]) -> String {
    let names = Set(kernels.map(\.name))
    let builds = report.gates.filter { $0.gate == "build" && names.contains($0.kernel) }
    guard !builds.isEmpty else { return "" }
    return word(builds.allSatisfy { $0.result == .passed }, "yes", "no")
  }

  private static func word(_ holds: Bool, _ yes: String, _ no: String) -> String { holds ? yes : no }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison
import Pipeline
import TestSupport
import Testing

/// What a bench says of its cases.
@Suite struct BenchTests {
  @Test(
    arguments: [
      ([], "", "", ""), ([.same, .same], "", "same 2/2", "same 2"),
      ([.same, .equivalent], "", "equivalent 2/2", "same 1, equivalent 1"),
      ([.different, .same, .notComparable], "", "different 1/2", "same 1, different 1, not-comparable 1"),
      ([.notComparable], "", "not-comparable", "not-comparable 1"), ([], "it left the archive", "not-comparable", ""),
    ] as [([SiteVerdict], String, String, String)])
  func equality(verdicts: [SiteVerdict], problem: String, cell: String, counts: String) {
    let report = EqualityReport(
      against: "debian:sample-dkms=2", kernel: "6.12", problem: problem,
      sites: verdicts.map {
        SiteComparison(file: "a.c", line: 1, within: "f", verdict: $0, before: ["a"], after: ["b"])
      })
    #expect(report.cell == cell)
    #expect(report.counts == counts)
  }

  /// Cases of each kind, as a table, by package, by kind of break, and confidence against truth.
  @Test func summary() throws {
    func row(
      _ package: String, _ version: String, _ outcome: String, _ confidence: String, kinds: String, equal: String = "",
      sites: String = "", fails: String = "6.12", twins: String = ""
    ) -> BenchRow {
      BenchRow([
        "package": package, "version": version, "builds_on": "6.1", "fails_on": fails, "outcome": outcome,
        "compile_new": outcome == "not-adapted" ? "no" : "yes", "compile_kept": "yes", "boot": "loaded",
        "equal": equal, "equal_sites": sites, "confidence": confidence, "kinds": kinds, "seconds": "12.5",
        "rules": outcome == "error" ? "" : "old-1", "twins": twins,
      ])
    }
    let rows = [
      row("one-dkms", "1", "adapted", "0.95", kinds: "function-gone", equal: "same 3/3", sites: "same 3"),
      row(
        "one-dkms", "2", "needs-review", "0.6", kinds: "function-gone arguments", equal: "different 1/2",
        sites: "equivalent 1, different 1, not-comparable 2"),
      row("two-dkms", "1", "not-adapted", "0.2", kinds: "arguments", equal: "different 0/1", sites: "different 1"),
      row("three|dkms", "1", "adapted", "1.0", kinds: "header-moved"),
      row(
        "six-dkms", "1", "adapted", "0.9", kinds: "arguments", equal: "same 1/1", sites: "same 1",
        twins: "drivers/six.c"),
      row("seven-dkms", "1", "needs-review", "", kinds: "callback-prototype"),
      row("four-dkms", "1", "nothing-to-do", "", kinds: "", fails: ""),
      row("five-dkms", "1", "error", "", kinds: ""),
    ]
    try expectGolden(BenchSummary(rows).text, "Pipeline/bench-summary.md")
  }
}

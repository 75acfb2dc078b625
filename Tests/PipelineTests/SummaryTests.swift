// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Pipeline
import TestSupport
import Testing

@Suite struct SummaryTests {
  /// What a run looks like on the terminal, by outcome.
  @Test(arguments: [
    ("nothing-to-do", Outcome.nothingToDo), ("adapted", .adapted), ("needs-review", .needsReview),
    ("not-adapted", .notAdapted),
  ])
  func looksAsItShould(name: String, outcome: Outcome) throws {
    let summary = AdaptationSummary(report: report(outcome), out: outcome == .nothingToDo ? nil : "out")
    try expectGolden(summary.text + "\noutcome   " + summary.outcome + "\n", "Pipeline/summary-\(name).txt")
  }

  /// A series that breaks a kept kernel has no break left, and fails all the same.
  @Test func saysWhatFailed() {
    var failed = report(.notAdapted)
    failed.breaks.after = []
    #expect(
      AdaptationSummary(report: failed, out: nil).outcome == "not adapted: no break is left, but build on 6.12 failed")
  }

  private func report(_ outcome: Outcome) -> AdaptationReport {
    let driver = DriverSummary(
      Driver(
        name: "sample", version: "1.2", origin: .directory(path: "/src/sample"), root: "/src/sample",
        recipe: .kbuild(directory: ".")))
    func kernel(_ name: String) -> KernelIdentity {
      KernelIdentity(request: "debian:\(name)", name: name, release: "\(name).9-amd64", sourceVersion: "\(name).9-1")
    }
    var report = AdaptationReport(
      driver: driver, from: kernel("6.1"), to: kernel("6.12"), keep: [kernel("6.1")], outcome: outcome,
      breaks: .init(before: [], after: []), gates: [], levels: [], rules: [], flags: [], patches: [],
      seconds: [StepSeconds(step: "build", seconds: 3.24), StepSeconds(step: "boot", seconds: 0.05)])
    report.gates = ["6.1", "6.12"].map { Verdict(gate: "build", kernel: $0, result: .passed, summary: "sample.ko") }
    guard outcome != .nothingToDo else { return report }
    let entry = BreakEntry(
      Break(site: Site(file: "sample.c", line: 7), kind: .functionGone, symbol: "old_call", message: "undeclared"))
    report.breaks.before = [entry]
    report.rules = [
      Rule(
        id: "old_call-1", symbol: "old_call", kind: .call, smpl: "", summary: "`old_call(E0)` → `new_call(E0)`",
        support: 40, confidence: 0.9, opportunities: 50, examples: [], replay: .init(reproduced: 45, tried: 50),
        introduces: ["new_call"], flags: [])
    ]
    if outcome != .needsReview {
      report.rules[0].twins = [Twin(file: "sample.c", inTree: "drivers/sample.c", likeness: 0.9)]
      // A header's rule is measured by itself.
      report.rules[0].kind = .include
    }
    report.trust = Trust(report.rules, grades: [], nil, gates: report.gates, isWhole: outcome != .notAdapted)
    report.confidence = report.trust?.confidence
    report.patches = ["sample: use new_call() instead of old_call()"]
    switch outcome {
    case .needsReview: report.flags = [Flag(.newWarning, "W=1 finds 1 new on 6.12")]
    case .notAdapted:
      report.breaks.after = [entry]
      report.gates.append(Verdict(gate: "build", kernel: "6.12", result: .failed, summary: "sample.c:7: undeclared"))
    default: report.gates.append(Verdict(gate: "boot", kernel: "6.12", result: .passed, summary: "loaded: sample"))
    }
    return report
  }
}

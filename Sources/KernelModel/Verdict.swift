// SPDX-License-Identifier: GPL-2.0-or-later

/// How far a kernel was proven; each level includes the ones below.
package enum ProofLevel: String, Codable, Sendable, Comparable, CaseIterable {
  case none, parsed, compiled, linked, booted

  package static func < (left: Self, right: Self) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

/// What a boot with the driver showed.
package enum BootWord: String, Codable, Sendable {
  case exercised, loaded, refusedAsBefore = "refused-as-before", failed, notRun = "not-run"
}

/// How an adaptation ended.
package enum Outcome: String, Codable, Sendable {
  case nothingToDo = "nothing-to-do"
  case adapted
  case needsReview = "needs-review"
  case notAdapted = "not-adapted"
}

/// What a proof rests on: one run of one tool.
package struct Evidence: Codable, Hashable, Sendable {
  /// The command as a person would type it, without the sandbox around it.
  package var command: String
  /// `exit 0`, `exit 2`, `signal 9`, `time-out after 120 s`, `output limit`, …
  package var exit: String
  package var seconds: Double
  /// The lines that matter, at most twenty.
  package var lines: [String]
  /// Path of the full log, relative to the output folder once it is written there; absolute before.
  package var log: String?

  package init(command: String, exit: String, seconds: Double, lines: [String], log: String? = nil) {
    self.command = command
    self.exit = exit
    self.seconds = seconds
    self.lines = lines
    self.log = log
  }
}

/// The result of one gate on one kernel.
package struct Verdict: Codable, Hashable, Sendable {
  package enum Result: String, Codable, Sendable { case passed, failed, notRun = "not-run" }
  /// `build`, `warnings`, `symbols`, `boot`, `spatch`, `checkpatch`, `git-am`.
  package var gate: String
  /// `KernelIdentity.name`; empty for gates without a kernel.
  package var kernel: String
  package var result: Result
  /// One line: what passed, what failed, or why it was not run.
  package var summary: String
  package var findings: [Finding]
  package var evidence: [Evidence]

  package init(
    gate: String, kernel: String, result: Result, summary: String, findings: [Finding] = [], evidence: [Evidence] = []
  ) {
    self.gate = gate
    self.kernel = kernel
    self.result = result
    self.summary = summary
    self.findings = findings
    self.evidence = evidence
  }
}

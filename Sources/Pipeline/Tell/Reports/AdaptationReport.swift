// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What `kmend adapt` writes as `report.json` (schema `kmend-adaptation-1`, described in README.md).
package struct AdaptationReport: Codable, Sendable {
  package var schema = "kmend-adaptation-1"
  package var driver: DriverSummary
  package var from: KernelIdentity
  package var to: KernelIdentity
  /// Kernels that the result has to keep building on, `from` among them.
  package var keep: [KernelIdentity]
  package var outcome: Outcome
  package var breaks: Breaks
  /// One verdict per gate and kernel.
  package var gates: [Verdict]
  package var levels: [KernelLevel]
  package var rules: [Rule]
  /// Places of the driver that were changed, compatibility code left out.
  package var edits = 0
  /// Questions that the search asked of the C front end.
  package var attempts = 0
  /// How far the series can be trusted, 0…1; nil where nothing was measured.
  package var confidence: Double?
  /// The same for each rule and each place, with the reasons; nil where nothing was changed.
  package var trust: Trust?
  package var flags: [Flag]
  /// What is neither a break nor a flag but should be known, e.g. that `dkms.conf` excludes a kernel.
  package var notes: [String]
  /// For symbols of breaks that are left: why nothing was done, and how in-tree code was converted.
  package var unsolved: [UnsolvedEntry] = []
  /// Titles of the patches, in order.
  package var patches: [String]
  package var seconds: [StepSeconds]

  /// A symbol that the search could not adapt.
  package struct UnsolvedEntry: Codable, Sendable {
    package var symbol: String
    /// One sentence.
    package var reason: String
    /// How in-tree code was converted, the likeliest first.
    package var rules: [Rule]
  }

  package init(
    driver: DriverSummary, from: KernelIdentity, to: KernelIdentity, keep: [KernelIdentity], outcome: Outcome,
    breaks: Breaks, gates: [Verdict], levels: [KernelLevel], rules: [Rule], flags: [Flag], notes: [String] = [],
    patches: [String], seconds: [StepSeconds]
  ) {
    (self.driver, self.from, self.to, self.keep) = (driver, from, to, keep)
    (self.outcome, self.breaks, self.gates, self.levels) = (outcome, breaks, gates, levels)
    (self.rules, self.flags, self.notes) = (rules, flags, notes)
    (self.patches, self.seconds) = (patches, seconds)
  }

  /// Breaks on the new kernel.
  package struct Breaks: Codable, Sendable {
    package var before: [BreakEntry]
    package var after: [BreakEntry]

    package init(before: [BreakEntry], after: [BreakEntry]) {
      (self.before, self.after) = (before, after)
    }
  }

  /// How far one kernel was proven, and what its boot showed.
  package struct KernelLevel: Codable, Hashable, Sendable {
    package var kernel: String
    package var level: ProofLevel
    package var boot: BootWord
  }
}

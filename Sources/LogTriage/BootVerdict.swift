// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a boot of the adapted driver proves, held against the unadapted driver on the old kernel.
package struct BootVerdict: Codable, Hashable, Sendable {
  package var word: BootWord
  /// One line for people.
  package var summary: String
  /// What the adapted driver shows and the reference didn't. Errors make `failed`; warnings ask for a review.
  package var findings: [Finding]
  /// What the reference showed as well.
  package var known: [Finding]
  /// The console's lines that the findings rest on, at most twenty.
  package var lines: [String]
  /// What of the driver did run, e.g. `open /dev/video0`, `probe of /sys/bus/platform/drivers/x/x.0`.
  package var executed: [String]
  /// What of it did not, in words for the mail.
  package var notExecuted: [String]

  /// - Parameters:
  ///   - adapted: the adapted driver on the new kernel.
  ///   - reference: the unadapted driver on the old kernel, or nil if there is no such boot: then every finding counts.
  package init(adapted: BootRecord, reference: BootRecord?) {
    let before = reference.map { Set(BootObservation.all(of: $0).map(\.key)) } ?? []
    var all = BootObservation.all(of: adapted)
    if let reference { all += BootObservation.lost(adapted, since: reference) }
    let new = all.filter { !before.contains($0.key) }
    findings = new.map(\.finding)
    known = all.filter { before.contains($0.key) }.map(\.finding)
    lines = Array(new.flatMap(\.lines).prefix(20))
    let uses = adapted.uses
    executed = uses
    notExecuted = adapted.unused
    let loads = adapted.steps.filter { $0.kind == .load }
    let loaded = loads.filter { $0.result == .passed }
    let errors = new.filter { $0.finding.severity >= .error }
    if let first = errors.first {
      word = .failed
      summary = first.finding.message + (errors.count > 1 ? " (and \(errors.count - 1) more)" : "")
    } else if loaded.isEmpty {
      word = loads.isEmpty ? .notRun : .refusedAsBefore
      summary = loads.isEmpty ? "there was no module to load" : "refuses to load as the unadapted driver does"
    } else {
      let names = loaded.map(\.subject).joined(separator: ", ")
      let rest = loads.count > loaded.count ? "; \(loads.count - loaded.count) of \(loads.count) refused as before" : ""
      word = uses.isEmpty ? .loaded : .exercised
      summary =
        "\(names) loaded and unloaded twice" + (uses.isEmpty ? "" : ", " + uses.prefix(3).joined(separator: ", "))
        + rest
    }
  }
}

extension BootRecord {
  /// What of the driver's own code ran beyond init and exit. Attributes don't count: most are the core's, not the driver's.
  fileprivate var uses: [String] {
    let steps = steps.filter { $0.kind == .exercise && $0.result == .passed && $0.subject != "read attributes" }
    let probes = appeared.filter { $0.kind == .boundDevice }.map { "probe of \($0.path)" }
    return probes + steps.map(\.subject)
  }

  fileprivate var unused: [String] {
    let drivers = appeared.filter { $0.kind == .driver }.map(\.path)
    let bound = appeared.filter { $0.kind == .boundDevice }.map(\.path)
    return drivers.filter { driver in !bound.contains { $0.hasPrefix(driver + "/") } }
      .map { "probe and remove of \($0): no such device in the test machine" }
  }
}

extension Finding.Severity: Comparable {
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    case .fatal: 3
    }
  }
}

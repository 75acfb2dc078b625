// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a boot of the adapted driver proves, held against the unadapted driver on the old kernel.
package struct BootVerdict: Codable, Hashable, Sendable {
  package var word: BootWord
  /// One line for people.
  package var summary: String
  /// It was loaded and can't be unloaded, as the unadapted driver.
  package var staysLoaded = false
  /// Some of its modules were loaded, and the others refuse as those of the unadapted driver.
  package var loadsInPart = false
  /// What the adapted driver shows and the reference didn't. Errors make `failed`; warnings ask for a review.
  package var findings: [Finding]
  /// What the reference showed as well.
  package var known: [Finding]
  /// What the kernel says against the driver though it loads, adapted or not.
  package var complaints: [Finding] {
    guard [.exercised, .loaded].contains(word) else { return [] }
    let refusals: Set<ConsoleEvent.Kind> = [
      .unknownSymbol, .symbolVersion, .moduleFormat, .moduleRefused, .signature, .lostMessages,
    ]
    return known.filter { finding in
      finding.severity >= .warning && ConsoleEvent.Kind(rawValue: finding.tool).map { !refusals.contains($0) } ?? false
    }
  }
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
    guard adapted.cameToDriver || adapted.ending == .finished else {
      let observed = BootObservation.all(of: adapted)
      (word, findings, known, executed, notExecuted) = (.notRun, [], [], [], adapted.unused)
      summary = observed.first?.finding.message ?? "the machine did not come to the driver"
      lines = observed.first?.lines ?? []
      return
    }
    let before = reference.map { Set(BootObservation.all(of: $0).filter(\.canExcuse).map(\.key)) } ?? []
    var all = BootObservation.all(of: adapted)
    if let reference { all += BootObservation.lost(adapted, since: reference) }
    let new = all.filter { !before.contains($0.key) }
    findings = new.map(\.finding)
    known = all.filter { before.contains($0.key) }.map(\.finding)
    lines = Array(new.flatMap(\.lines).prefix(20))
    executed = adapted.uses
    notExecuted = adapted.unused
    (word, summary) = (.notRun, "")
    let errors = new.filter { $0.finding.severity >= .error }
    if let first = errors.first {
      word = .failed
      summary = first.finding.message + (errors.count > 1 ? " (and \(errors.count - 1) more)" : "")
    } else {
      judge(adapted)
    }
  }

  /// When nothing speaks against the adapted driver that did not speak against the unadapted one.
  private mutating func judge(_ record: BootRecord) {
    let loads = record.steps.filter { $0.kind == .load }
    let loaded = loads.filter { $0.result == .passed }
    let before = known.first { $0.severity >= .error }?.message ?? "no reason given"
    if loads.isEmpty {
      (word, summary) = (.notRun, "there was no module to load")
    } else if record.ending != .finished || record.steps.contains(where: { $0.result == .timedOut }) {
      (word, summary) = (.failed, "fails as the unadapted driver does: \(before)")
    } else if loaded.isEmpty {
      (word, summary) = (.refusedAsBefore, "refuses to load as the unadapted driver does: \(before)")
    } else {
      staysLoaded = !record.steps.contains { $0.kind == .unloadAgain } || known.contains { $0.tool == "unload" }
      loadsInPart = loads.count > loaded.count
      var parts = [loaded.map(\.subject).joined(separator: ", ")]
      parts[0] += staysLoaded ? " loaded; can't be unloaded, as before" : " loaded and unloaded twice"
      parts += record.uses.prefix(3)
      if loadsInPart { parts.append("\(loads.count - loaded.count) of \(loads.count) refused as before") }
      (word, summary) = (record.uses.isEmpty ? .loaded : .exercised, parts.joined(separator: ", "))
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

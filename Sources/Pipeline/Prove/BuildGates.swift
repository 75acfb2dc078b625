// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import LogTriage

/// Gates that need nothing but builds: does it build, what does it warn about, what does it link to.
enum BuildGates {
  /// Does it build with Kbuild and the distribution's compiler?
  ///
  /// - Parameter patch: number of the patch after which the driver was built, and how many there are.
  static func build(_ build: DriverBuild, patch: (number: Int, of: Int)) -> Verdict {
    let after = patch.of > 1 ? " after patch \(patch.number) of \(patch.of)" : ""
    var evidence = build.record.evidence
    evidence.lines = Array(build.errors.map(line).prefix(20))
    let verdict = { (result: Verdict.Result, summary: String) in
      Verdict(
        gate: "build", kernel: build.kernel.identity.name, result: result, summary: summary + after,
        findings: build.errors, evidence: [evidence])
    }
    switch build.record.result {
    case .built:
      let names = build.record.modules.map { $0.name + ".ko" }
      let shown = names.count > 4 ? "\(names.count) modules" : names.joined(separator: " ")
      return verdict(.passed, shown)
    case .failed(let reason): return verdict(.failed, build.errors.first.map(line) ?? reason)
    case .notApplicable(let condition): return verdict(.notRun, "not meant for this kernel: \(condition)")
    }
  }

  /// What `W=1` and sparse find in the adapted driver and did not find in the unadapted one.
  ///
  /// - Parameters:
  ///   - original: the unadapted driver with the same checks, on the kernel that it builds on.
  ///   - touched: what the series changes, by file. On another kernel than the original's nothing else is counted: a newer
  ///     kernel checks more.
  ///   - files: the changed files. sparse 0.6.4 does not know `__has_include` and takes the wrong branch after it: what it says
  ///     about such a file is not counted, and the summary says so.
  static func checks(
    _ adapted: DriverBuild, original: DriverBuild, touched: [String: TouchedCode], files: [String: SourceText]
  ) -> Verdict {
    let isSameKernel = original.kernel.identity == adapted.kernel.identity
    let unread = files.keys.sorted().filter { TestInSource.stands(in: files[$0] ?? []) }
    let added = FindingComparison.added(old: original.findings, new: adapted.findings)
      .filter { $0.tool != "sparse" || !unread.contains($0.site?.file ?? "") }
      // A finding in the kernel's own headers is not the patch's.
      .filter { $0.site.map { !$0.file.hasPrefix("/") && !$0.file.hasPrefix("include/") } ?? false }
      .filter { isSameKernel || touched[$0.site?.file ?? ""]?.mayCause($0) ?? false }
    let unavailable = adapted.findings.first { $0.tool == "sparse" && $0.site == nil }
    let checkers = unavailable == nil && unread.isEmpty ? "W=1 and sparse find" : "W=1 finds"
    var evidence = adapted.record.evidence
    evidence.lines = Array(added.map(line).prefix(20))
    let name = adapted.kernel.identity.name
    if !adapted.record.isBuilt {
      return Verdict(
        gate: "warnings", kernel: name, result: .notRun, summary: "does not build with W=1 and sparse",
        findings: added, evidence: [evidence])
    }
    return Verdict(
      gate: "warnings", kernel: name, result: added.isEmpty ? .passed : .failed,
      summary: added.isEmpty
        ? "\(checkers) nothing new"
          + (unavailable.map { "; sparse \($0.message)" }
            ?? (unread.isEmpty
              ? "" : "; sparse does not know __has_include: it tells nothing of \(unread.joined(separator: ", "))"))
        : "\(checkers) \(added.count) new: \(line(added[0]))",
      findings: added, evidence: [evidence])
  }

  /// Undefined symbols of the modules before and after, on one kernel: they may differ only by what the rules explain.
  ///
  /// - Parameters:
  ///   - removed: symbols that the rules take away.
  ///   - introduced: symbols that they bring in.
  ///   - expanding: those of them that are macros or inline functions: what else comes is taken to be what they expand to,
  ///     and the summary says that this was not checked.
  static func symbols(
    _ adapted: DriverBuild, original: DriverBuild, removed: Set<String>, introduced: Set<String>, expanding: [String]
  ) -> Verdict {
    let changes = BuildComparison.undefinedSymbols(old: original.record.modules, new: adapted.record.modules)
    let gone = changes.flatMap { change in
      change.gone.filter { !removed.contains($0) }.map { "\(change.module).ko no longer takes \($0)" }
    }
    let others = changes.flatMap { change in
      change.added.filter { !introduced.contains($0) }.map { (module: change.module, symbol: $0) }
    }
    let came = expanding.isEmpty ? others.map { "\($0.module).ko now takes \($0.symbol)" } : []
    let lost = Set(original.record.modules.map(\.name)).subtracting(adapted.record.modules.map(\.name)).sorted()
    let problems = lost.map { "\($0).ko is gone" } + gone + came
    let explained = changes.flatMap { change in
      change.gone.map { "-" + $0 } + change.added.filter { introduced.contains($0) }.map { "+" + $0 }
    }
    var parts: [String] = []
    if !explained.isEmpty { parts.append("only what the rules explain: " + unique(explained)) }
    if !others.isEmpty, !expanding.isEmpty {
      parts.append("\(unique(others.map { "+" + $0.symbol })): what \(unique(expanding)) expands to, not checked")
    }
    var evidence = [original, adapted].compactMap(\.record.inspection)
    if !evidence.isEmpty { evidence[evidence.count - 1].lines = Array(problems.prefix(20)) }
    return Verdict(
      gate: "symbols", kernel: adapted.kernel.identity.name, result: problems.isEmpty ? .passed : .failed,
      summary: problems.first ?? (parts.isEmpty ? "the same symbols as before" : parts.joined(separator: "; ")),
      evidence: evidence)
  }

  private static func unique(_ words: [String]) -> String { Set(words).sorted().joined(separator: " ") }

  private static func line(_ finding: Finding) -> String {
    (finding.site.map { "\($0): " } ?? "") + finding.message
  }
}

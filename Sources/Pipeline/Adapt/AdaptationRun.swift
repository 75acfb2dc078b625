// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import Correspondence
import Diagnosis
import DriverAdaptation
import Foundation
import KernelBuild
import KernelModel
import TestMachine

/// One adaptation from the first builds to the written series.
struct AdaptationRun: Sendable {
  let request: AdaptRequest
  let workspace: Workspace
  let steps: Steps
  let scratch: String
  let builder: Builder
  var builds: OriginalBuilds
  /// What is learned from; nil: the sources of both kernels.
  var trees: TreeDeclarations?
  /// The commit that all breaks come from, where it is known.
  var cause: ChangeReport.Cause?
  /// How often rules are right between the two kernels; nil where their sources are not at hand.
  var calibration: Calibration?

  /// The report of a driver that builds on the new kernel as it is.
  func nothingToDo() -> AdaptationDraft {
    var report = emptyReport(.nothingToDo)
    let built = builds.kept + [builds.to]
    report.gates = built.map { BuildGates.build($0, patch: (1, 1)) }
    report.levels = built.map { .init(kernel: $0.kernel.identity.name, level: $0.level, boot: .notRun) }
    return AdaptationDraft(report: report, series: nil, files: [:])
  }

  func adapted() async throws -> AdaptationDraft {
    let gate =
      request.boots
      ? BootGate(
        machine: BootMachine(containment: workspace.containment, cache: workspace.cache + "/boot"), logs: builder.logs)
      : nil
    var given = self.trees
    if given == nil {
      given = try await TreeDeclarations(
        old: builds.from.kernel, new: builds.to.kernel, workspace: workspace, steps: steps)
    }
    let trees = given ?? TreeDeclarations(store: nil)
    // The reference needs no answer of the search, and the search leaves a core idle.
    let reference = Task {
      try await steps.measure("reference", "booting the unadapted driver") {
        try await gate?.boot(builds.from, label: "original") ?? nil
      }
    }
    defer { reference.cancel() }
    let newForm = NewForm(builds: builds, trees: trees, builder: builder, workspace: workspace, steps: steps)
    let mended = TwinMarks(trees: trees.store).mark(try await mend(trees, newForm))
    let rules = usedRules(mended)
    var answer = mended.answer
    if answer == nil { answer = try await newForm.ask(mended, isExpected: false) }
    let keeping = Keeping(builds: builds, trees: trees, style: request.compat)
    var kept = try await keeping.run(mended, refused: answer?.refused ?? [:])
    guard !kept.patches.isEmpty else {
      _ = try await reference.value
      var proof = Proof()
      let built = builds.kept + [builds.to]
      proof.verdicts = built.map { BuildGates.build($0, patch: (1, 1)) }
      proof.kernels = built.map {
        KernelProof(kernel: $0.kernel.identity, level: $0.level, breaksLeft: $0.errors.count)
      }
      return AdaptationDraft(
        report: report(mended, rules: [], proof: proof, flags: builds.flags + kept.flags, titles: []), series: nil,
        files: [:])
    }
    var run = self
    if let store = trees.store {
      run.calibration = try await PairCalibration(workspace: workspace, steps: steps).measured(store).calibration
    }
    var proof: Proof
    (kept, proof) = try await proven(kept, mended, answer, newForm, keeping) { kept in
      try await Prover(
        builds: keptBuilds(kept), builder: builder, gate: gate, reference: { try await reference.value },
        expands: { name in await Self.expands(name, trees) }, steps: steps
      ).prove(kept.patches, rules: rules, isDraft: !mended.isWhole)
    }
    run.builds = keptBuilds(kept)
    kept.flags += try await VerbatimCheck(trees: trees.store).flags(mended)
    proof.verdicts += try await steps.measure("spatch", "cross-checking with Coccinelle") {
      try await SpatchGate(spatch: Spatch(workspace.containment)).judge(mended)
    }
    return try await run.tell(mended, kept, rules, proof)
  }

  /// Proves a plan; where that speaks against what the plan took for granted, plans again without it and proves that.
  private func proven(
    _ plan: Keeping.Kept, _ mended: Mended, _ answer: NewForm.Answer?, _ newForm: NewForm, _ keeping: Keeping,
    by prove: (Keeping.Kept) async throws -> Proof
  ) async throws -> (Keeping.Kept, Proof) {
    var (kept, answer) = (plan, answer)
    var proof = try await prove(kept)
    if answer?.isSure == false, !proof.buildsOnKept {
      answer = try await newForm.ask(mended, isExpected: false, isThorough: true)
      kept = try await keeping.run(mended, refused: answer?.refused ?? [:])
      proof = try await prove(kept)
    }
    if mended.isWhole, proof.buildsOnKept, !proof.builds {
      // The new kernel took the new form: it is the conditions that are wrong, most often for a header that can't stand
      // alone.
      kept = try await keeping.run(mended, refused: answer?.refused ?? [:], hasPrelude: true)
      proof = try await prove(kept)
    }
    return (kept, proof)
  }

  /// Whoever asks for the new form without conditions leaves the old kernel behind, unless it was named to be kept.
  private func keptBuilds(_ kept: Keeping.Kept) -> OriginalBuilds {
    var builds = builds
    builds.isFromKept =
      request.compat != .replace || request.keep.contains(request.from)
      || !kept.givenUp.contains(builds.from.kernel.identity.name)
    return builds
  }

  private func mend(_ trees: TreeDeclarations, _ newForm: NewForm) async throws -> Mended {
    try await withOracle(builds, workspace: workspace) { oracle in
      let first = try await steps.measure("diagnose", "reading the driver against \(builds.to.kernel.identity.name)") {
        _ = try await oracle.take(builds.to, with: [:])
        return try await Diagnoses(workspace: workspace, steps: steps).breaks(builds, oracle: oracle, trees: trees)
      }
      return try await Mending(
        builds: builds, oracle: oracle, trees: trees, builder: builder, newForm: newForm, steps: steps
      ).run(first)
    }
  }

  /// Whether what a rule brings in is a macro or an inline function of the old kernel: then it links to what it expands to.
  private static func expands(_ name: String, _ trees: TreeDeclarations) async -> Bool {
    let found = (try? await trees.store?.declarations(of: name, in: .old)) ?? []
    return found.contains { $0.kind == .macro || $0.kind == .inlineFunction }
  }

  /// The rules whose edits stand in the result, in the order of their use.
  private func usedRules(_ mended: Mended) -> [Rule] {
    let used = Set(mended.result.edits.compactMap(\.rule))
    var rules: [Rule] = []
    for rule in mended.result.changes.flatMap(\.rules)
    where used.contains(rule.id) && !rules.contains(where: { $0.id == rule.id }) {
      rules.append(rule)
    }
    return rules
  }

  private func tell(
    _ mended: Mended, _ kept: Keeping.Kept, _ rules: [Rule], _ proof: Proof
  ) async throws -> AdaptationDraft {
    var proof = proof
    var flags = builds.flags + kept.flags + proof.flags
    flags += proof.verdicts.filter { $0.gate == "spatch" && $0.result == .failed }.map {
      Flag(.spatchDiffers, $0.summary)
    }
    var draft = report(mended, rules: rules, proof: proof, flags: flags, titles: [])
    let teller = try Teller(run: self, mended: mended, kept: kept)
    let series = try await steps.measure("series", "writing the series") {
      let first = try await teller.write(outcome: draft.outcome, proof: proof, flags: flags)
      proof.verdicts += [try await teller.checkpatch(first), first.verdict].compactMap { $0 }
      flags += proof.verdicts.filter { $0.gate == "checkpatch" && $0.result != .passed }.map {
        Flag(.checkpatch, $0.summary)
      }
      draft = report(mended, rules: rules, proof: proof, flags: flags, titles: first.titles)
      return try await teller.write(outcome: draft.outcome, proof: proof, flags: flags)
    }
    return AdaptationDraft(report: draft, series: series, files: kept.files)
  }

  private func report(
    _ mended: Mended, rules: [Rule], proof: Proof, flags: [Flag], titles: [String]
  ) -> AdaptationReport {
    let isAdapted = mended.left.isEmpty && proof.builds && !proof.kernels.isEmpty
    let failed = proof.verdicts.contains { $0.gate == "git-am" && $0.result != .passed }
    var report = emptyReport(!isAdapted || failed ? .notAdapted : flags.isEmpty ? .adapted : .needsReview)
    report.breaks = .init(before: mended.breaks.map(BreakEntry.init), after: mended.left.map(BreakEntry.init))
    report.gates = proof.verdicts
    report.levels = proof.kernels.map { .init(kernel: $0.kernel.name, level: $0.level, boot: $0.boot) }
    report.rules = rules
    report.edits = mended.result.edits.count
    report.attempts = mended.result.attempts
    if !rules.isEmpty {
      let trust = Trust(
        rules, grades: mended.result.changes.flatMap(\.grades),
        definitions: Set(mended.rules.values.filter(\.isDefinition).map(\.rule.id)), calibration,
        gates: proof.verdicts, isWhole: mended.isWhole)
      (report.confidence, report.trust) = (trust.confidence, trust)
    }
    report.unsolved = mended.result.unsolved.map {
      .init(symbol: $0.symbol.name, reason: $0.reason, rules: $0.rules)
    }
    report.flags = flags
    report.patches = titles
    return report
  }

  private func emptyReport(_ outcome: Outcome) -> AdaptationReport {
    AdaptationReport(
      driver: DriverSummary(builds.driver), from: builds.from.kernel.identity, to: builds.to.kernel.identity,
      keep: builds.kept.map(\.kernel.identity), outcome: outcome, breaks: .init(before: [], after: []), gates: [],
      levels: [], rules: [], flags: [], notes: builds.notes, patches: [], seconds: [])
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelBuild
import KernelModel
import Sandbox

/// What the gates say about a series.
struct Proof: Sendable {
  var verdicts: [Verdict] = []
  /// The whole series on each kernel, the kept ones first.
  var kernels: [KernelProof] = []
  /// How far the series was proven after each patch, by patch.
  var perPatch: [[KernelProof]] = []
  var flags: [Flag] = []
  /// What nobody has executed, in sentences.
  var notTested: [String] = []

  /// Whether every patch builds everywhere that it has to.
  var builds: Bool { !verdicts.contains { $0.gate == "build" && $0.result != .passed } }
  /// The same but for the new kernel, where breaks may be left.
  var buildsOnKept: Bool {
    !verdicts.contains {
      $0.gate == "build" && $0.result != .passed && $0.kernel != kernels.last?.kernel.name
    }
  }
}

/// Builds every patch on every kernel, and puts the whole series through all gates.
struct Prover: Sendable {
  let builds: OriginalBuilds
  let builder: Builder
  /// Nil: do not boot.
  let gate: BootGate?
  /// The unadapted driver's boot on the kernel that it was made for, when it has ended; nil where there was none.
  let reference: @Sendable () async throws -> BootRecord?
  /// Whether a name is a macro or an inline function of the old kernel, so that what it expands to is linked to.
  let expands: @Sendable (String) async -> Bool
  let steps: Steps

  /// - Parameter isDraft: breaks are left. Then only the whole is built: a person goes on from there.
  func prove(_ patches: [PlannedPatch], rules: [Rule], isDraft: Bool) async throws -> Proof {
    var proof = Proof()
    let built = try await steps.measure("prove", isDraft ? "building the draft" : "building every patch") {
      try await build(patches, isDraft: isDraft)
    }
    for (index, row) in built.enumerated() {
      proof.perPatch.append(row.map { level($0.build) })
      proof.verdicts += row.map { BuildGates.build($0.build, patch: (index + 1, built.count)) }
    }
    guard let checked = built.last, case let last = checked.map(\.build) else { return proof }
    proof.verdicts += try await symbols(last, rules: rules)
    if !isDraft {
      let checks = checked.filter(\.build.record.isBuilt).map(\.checks)
      proof.verdicts += try warnings(checks, files: patches.last?.files ?? [:])
    }
    for (build, result) in try await boots(last) {
      proof.verdicts.append(result.verdict)
      var kernel = level(build)
      kernel.boot = result.word
      kernel.bootSeconds = result.seconds
      (kernel.staysLoaded, kernel.loadsInPart, kernel.complaint) = (
        result.staysLoaded, result.loadsInPart, result.complaint
      )
      if kernel.level >= .compiled, [.exercised, .loaded].contains(result.word) { kernel.level = .booted }
      proof.kernels.append(kernel)
      proof.notTested += result.notExecuted.filter { !proof.notTested.contains($0) }
    }
    let refusing = proof.kernels.filter { $0.boot == .refusedAsBefore }.map(\.kernel.name)
    if !refusing.isEmpty {
      let words = "no module could be loaded on \(refusing.joined(separator: ", ")): none of what they do was executed"
      proof.notTested.append(words)
    }
    proof.flags += flags(proof.verdicts)
    return proof
  }

  /// Each patch on every kernel to be kept, the last one on the new kernel too, before which breaks are left there; and the
  /// last one with all checks, unless it is a draft.
  private func build(_ patches: [PlannedPatch], isDraft: Bool) async throws -> [[CheckedBuild]] {
    let kept = builds.kept.map(\.kernel)
    let last = patches.count - 1
    let kernels = patches.indices.map { index in
      index == last ? kept + [builds.to.kernel] : isDraft ? [] : kept
    }
    let jobs = zip(patches, kernels).enumerated().flatMap { index, work in
      work.1.map { kernel in
        { @Sendable in
          let (files, label) = (work.0.files, "patch-\(index + 1)")
          if index == last, !isDraft {
            return try await builder.checked(builds.driver, with: files, on: kernel, label: label)
          }
          let build = try await builder.build(builds.driver, with: files, on: kernel, label: label)
          return CheckedBuild(build: build, checks: build)
        }
      }
    }
    // The last patch takes longest, with its checks.
    var all = try await concurrently(2, jobs.reversed()).reversed()[...]
    return kernels.map { kernels in
      defer { all = all.dropFirst(kernels.count) }
      return Array(all.prefix(kernels.count))
    }
  }

  private func level(_ build: DriverBuild) -> KernelProof {
    KernelProof(
      kernel: build.kernel.identity, level: build.level, breaksLeft: build.errors.count,
      buildSeconds: build.record.evidence.seconds)
  }

  /// On each kept kernel: the unadapted and the adapted modules take the same symbols, but for the rules' own.
  private func symbols(_ last: [DriverBuild], rules: [Rule]) async throws -> [Verdict] {
    let removed = Set(rules.map(\.symbol))
    let introduced = Set(rules.flatMap(\.introduces))
    var expanding: [String] = []
    for name in introduced.sorted() where await expands(name) { expanding.append(name) }
    let names = expanding
    return zip(builds.kept, last).map { original, adapted in
      BuildGates.symbols(adapted, original: original, removed: removed, introduced: introduced, expanding: names)
    }
  }

  private func warnings(_ checks: [DriverBuild], files: [String: SourceText]) throws -> [Verdict] {
    let root = builds.driver.root
    let touched = try Dictionary(
      uniqueKeysWithValues: files.map { path, text in
        (path, try TouchedCode(before: Harvest(root).bytes(path), after: text))
      })
    return checks.map { BuildGates.checks($0, original: builds.checks, touched: touched, files: files) }
  }

  private func boots(_ last: [DriverBuild]) async throws -> [(DriverBuild, BootGate.Result)] {
    try await steps.measure("boot", "booting with the adapted driver") {
      let reference = try await reference()
      let records = try await concurrently(
        2,
        last.map { build in
          { @Sendable in try await gate?.boot(build, label: "adapted", after: reference) ?? nil }
        })
      return zip(last, records).map { build, record in
        (build, BootGate.judge(record, reference: reference, kernel: build.kernel, wanted: gate != nil))
      }
    }
  }

  private func flags(_ verdicts: [Verdict]) -> [Flag] {
    verdicts.compactMap { verdict in
      let place = verdict.kernel.isEmpty ? "" : " on \(verdict.kernel)"
      switch (verdict.gate, verdict.result) {
      case ("boot", .failed): return Flag(.bootFailed, verdict.summary + place)
      case ("boot", .notRun), ("warnings", .notRun): return Flag(.gateNotRun, verdict.summary + place)
      case ("warnings", .failed): return Flag(.newWarning, verdict.summary + place)
      case ("symbols", .failed): return Flag(.symbolsDiffer, verdict.summary + place)
      default: return nil
      }
    }
  }
}

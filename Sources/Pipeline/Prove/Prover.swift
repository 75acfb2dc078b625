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
}

/// Builds every patch on every kernel, and puts the whole series through all gates.
struct Prover: Sendable {
  let builds: OriginalBuilds
  let builder: Builder
  /// Nil: do not boot.
  let gate: BootGate?
  let references: References
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
      proof.perPatch.append(row.map { level($0) })
      proof.verdicts += row.map { BuildGates.build($0, patch: (index + 1, built.count)) }
    }
    guard let last = built.last else { return proof }
    proof.verdicts += try await symbols(last, rules: rules)
    async let warnings = checks(last, files: patches.last?.files ?? [:])
    async let booted = boots(last)
    proof.verdicts += try await warnings
    for (build, result) in try await booted {
      proof.verdicts.append(result.verdict)
      var kernel = level(build)
      kernel.boot = result.word
      kernel.bootSeconds = result.seconds
      (kernel.staysLoaded, kernel.loadsInPart) = (result.staysLoaded, result.loadsInPart)
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

  /// Each patch on every kernel to be kept, the last one on the new kernel too: before it, breaks are left there.
  private func build(_ patches: [PlannedPatch], isDraft: Bool) async throws -> [[DriverBuild]] {
    let kept = builds.kept.map(\.kernel)
    let kernels = patches.indices.map { index in
      index == patches.count - 1 ? kept + [builds.to.kernel] : isDraft ? [] : kept
    }
    let jobs = zip(patches, kernels).enumerated().flatMap { index, work in
      work.1.map { kernel in
        { @Sendable in
          try await builder.build(builds.driver, with: work.0.files, on: kernel, label: "patch-\(index + 1)")
        }
      }
    }
    var all = try await concurrently(2, jobs)[...]
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

  private func checks(_ last: [DriverBuild], files: [String: SourceText]) async throws -> [Verdict] {
    let kernels = last.filter { $0.record.isBuilt }.map(\.kernel)
    return try await steps.measure("checks", "checking with W=1 and sparse") {
      var verdicts: [Verdict] = []
      let root = builds.driver.root
      let touched = try Dictionary(
        uniqueKeysWithValues: files.map { path, text in
          (path, try TouchedCode(before: Harvest(root).bytes(path), after: text))
        })
      for kernel in kernels {
        let build = try await builder.build(
          builds.driver, with: files, on: kernel, label: "adapted", options: Builder.checks)
        verdicts.append(BuildGates.checks(build, original: references.checks, touched: touched, files: files))
      }
      return verdicts
    }
  }

  private func boots(_ last: [DriverBuild]) async throws -> [(DriverBuild, BootGate.Result)] {
    try await steps.measure("boot", "booting with the adapted driver") {
      let records = try await concurrently(
        2, last.map { build in { @Sendable in try await gate?.boot(build, label: "adapted") ?? nil } })
      return zip(last, records).map { build, record in
        (build, BootGate.judge(record, reference: references.boot, kernel: build.kernel, wanted: gate != nil))
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

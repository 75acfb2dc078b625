// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import Correspondence
import DriverAdaptation
import KernelBuild
import KernelModel

/// Makes an adaptation build on the kernels that are kept, and cuts it into patches.
struct Keeping: Sendable {
  let builds: OriginalBuilds
  let trees: TreeDeclarations
  let style: CompatChoice

  /// What was planned: one patch per logical change, compatibility files before them.
  struct Kept: Sendable {
    var patches: [PlannedPatch]
    var flags: [Flag]
    /// Names of the kernels on which it will no longer build.
    var givenUp: Set<String> = []
    /// Files after the last patch.
    var files: [String: SourceText] { patches.last?.files ?? [:] }
  }

  /// - Parameter refused: the rules whose new form a kept kernel does not take, by its name.
  func run(_ mended: Mended, refused: [String: Set<String>]) async throws -> Kept {
    let changes = mended.logicalChanges
    guard !changes.isEmpty else { return Kept(patches: [], flags: []) }
    let names = CompatPlan.names(changes, files: mended.sources)
    let includes = includes(changes, mended)
    let target = KernelFacts(
      name: builds.to.kernel.identity.name, version: version(builds.to.kernel),
      declared: try await trees.declared(names, on: builds.to.kernel),
      doors: HeaderDoors.find(from: includes, in: TreeDeclarations.headerTrees(of: builds.to.kernel)))
    var kept: [KernelFacts] = []
    for build in builds.kept {
      let name = build.kernel.identity.name
      kept.append(
        KernelFacts(
          name: name, version: version(build.kernel), failing: refused[name] ?? [],
          declared: try await trees.declared(names, on: build.kernel),
          doors: HeaderDoors.find(from: includes, in: TreeDeclarations.headerTrees(of: build.kernel))))
    }
    let plan = CompatPlan.plan(
      changes, style: CompatStyle(rawValue: style.rawValue) ?? .auto, files: mended.sources, target: target, kept: kept)
    let givenUp = plan.changes.flatMap { change -> [String] in
      if case .none(let kernels) = change.method { kernels } else { [] }
    }
    return Kept(
      patches: try patches(plan, mended), flags: unique(mended.result.flags + plan.flags), givenUp: Set(givenUp))
  }

  /// What the files include that are edited; the adapted ones, for they compile.
  private func includes(_ changes: [LogicalChange], _ mended: Mended) -> [String] {
    let files = Set(changes.flatMap { $0.edits.map(\.file) }).sorted()
    return unique(files.flatMap { IncludedHeaders.of(mended.sources[$0] ?? []).sorted() })
  }

  private func version(_ kernel: Kernel) -> KernelVersion {
    KernelVersion(kernel.identity.sourceVersion) ?? KernelVersion(kernel.identity.release) ?? KernelVersion("0")!
  }

  private func patches(_ plan: CompatPlan, _ mended: Mended) throws -> [PlannedPatch] {
    var patches: [PlannedPatch] = []
    var edits: [Edit] = []
    var added: [String: SourceText] = [:]
    let planned = mended.result.changes.map { change in
      (change: change, plans: plan.changes.filter { plan in change.rules.contains { $0.id == plan.rule } })
    }.filter { !$0.plans.isEmpty }
    // What serves one change only belongs to its patch.
    let users = planned.indices.filter { planned[$0].plans.contains(where: \.needsSupport) }
    let owner = users.count == 1 ? users[0] : nil
    if owner == nil, !plan.support.isEmpty || !plan.newFiles.isEmpty {
      (edits, added) = (plan.support, plan.newFiles)
      let kernels = builds.kept.map(\.kernel.identity.name).joined(separator: ", ")
      patches.append(
        PlannedPatch(
          changes: [],
          compatibility: "The next patches need this to go on building on Linux \(kernels). \(plan.preparation)",
          files: try EditedFiles.apply(edits, to: mended.sources).merging(added) { $1 },
          title: "prepare to build on several kernels"))
    }
    for (index, (change, plans)) in planned.enumerated() {
      if index == owner {
        edits += plan.support
        added = plan.newFiles
      }
      edits += plans.flatMap(\.edits)
      let breaks = mended.breaks.filter { SoughtSymbol($0) == change.symbol && $0.cause == nil }
      let reports = plans.compactMap { plan in mended.rules[plan.rule]?.rule }.enumerated().map { index, rule in
        ChangeReport(
          breaks: breaks, rule: rule, edits: change.places[rule.id] ?? 0,
          deletions: index == 0 ? change.deletions.map { "\($0.site): \($0.text)" } : [])
      }
      let explanations = unique(plans.map(\.explanation) + (index == owner ? [plan.preparation] : []))
      patches.append(
        PlannedPatch(
          changes: reports, compatibility: explanations.filter { !$0.isEmpty }.joined(separator: " "),
          files: try EditedFiles.apply(edits, to: mended.sources).merging(added) { $1 }))
    }
    return patches
  }

  private func unique<Element: Equatable>(_ items: [Element]) -> [Element] {
    items.enumerated().filter { !items[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

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
  let builder: Builder
  let workspace: Workspace
  let style: CompatChoice
  let steps: Steps

  /// What was planned: one patch per logical change, compatibility files before them.
  struct Kept: Sendable {
    var patches: [PlannedPatch]
    var flags: [Flag]
    /// Names of the kernels on which it will no longer build.
    var givenUp: Set<String> = []
    /// Files after the last patch.
    var files: [String: SourceText] { patches.last?.files ?? [:] }
  }

  func run(_ mended: Mended) async throws -> Kept {
    let changes = logicalChanges(mended)
    guard !changes.isEmpty else { return Kept(patches: [], flags: []) }
    let names = CompatPlan.names(changes, files: mended.sources)
    let includes = includes(changes, mended)
    let target = KernelFacts(
      name: builds.to.kernel.identity.name, version: version(builds.to.kernel),
      declared: try await trees.declared(names, on: builds.to.kernel),
      doors: HeaderDoors.find(from: includes, in: TreeDeclarations.headerTrees(of: builds.to.kernel)))
    var kept: [KernelFacts] = []
    for build in builds.kept {
      kept.append(
        KernelFacts(
          name: build.kernel.identity.name, version: version(build.kernel),
          failing: try await failing(changes, mended, on: build),
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

  /// The search's edits, by the rule that asked for them, in the order of its changes.
  private func logicalChanges(_ mended: Mended) -> [LogicalChange] {
    var order: [String] = []
    for rule in mended.result.changes.flatMap(\.rules) where !order.contains(rule.id) { order.append(rule.id) }
    return order.compactMap { id in
      guard let learned = mended.rules[id] else { return nil }
      let edits = mended.result.edits.filter { $0.rule == id }
      guard !edits.isEmpty else { return nil }
      let container = mended.result.changes.first { $0.rules.contains { $0.id == id } }?.symbol.container
      return LogicalChange(
        rule: learned.rule, left: learned.left, right: learned.right,
        before: learned.before + [learned.companion?.text].compactMap { $0 }, container: container,
        edits: edits)
    }
  }

  /// The changes whose new form does not build on a kept kernel: asked of all at once, then of each alone.
  private func failing(_ changes: [LogicalChange], _ mended: Mended, on original: DriverBuild) async throws -> Set<
    String
  > {
    let kernel = original.kernel
    let name = kernel.identity.name
    return try await steps.measure("keep", "building the new form on \(name)") {
      let record = try await build(changes, mended, kernel, "new-form")
      if record.isBuilt { return [] }
      let broken = Set(record.objects.filter { !$0.isCompiled }.map(\.source))
      let suspects = changes.filter { change in
        broken.isEmpty || change.edits.contains { broken.contains($0.file) || !$0.file.hasSuffix(".c") }
      }
      if suspects.count == 1 { return [suspects[0].rule.id] }
      let seen = try await KeptKernel(build: original, sources: mended.sources, workspace: workspace)
        .refused(suspects.map { ($0.rule.id, $0.edits) })
      if !seen.isEmpty {
        let others = changes.filter { !seen.contains($0.rule.id) }
        // What clang could not see, the linker's view above all, the compiler still may.
        if others.isEmpty { return seen }
        if try await build(others, mended, kernel, "others").isBuilt { return seen }
      }
      let alone = try await concurrently(
        2,
        suspects.enumerated().map { index, change in
          { @Sendable in
            (change.rule.id, try await build([change], mended, kernel, "alone-\(index)").isBuilt)
          }
        })
      let refused = alone.filter { !$0.1 }.map(\.0)
      return Set(refused.isEmpty ? changes.map(\.rule.id) : refused)
    }
  }

  private func build(
    _ changes: [LogicalChange], _ mended: Mended, _ kernel: Kernel, _ label: String
  ) async throws -> BuildRecord {
    let files = try EditedFiles.apply(changes.flatMap(\.edits), to: mended.sources)
    return try await builder.build(builds.driver, with: files, on: kernel, label: label).record
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

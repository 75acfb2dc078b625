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

  /// - Parameters:
  ///   - refused: the rules whose new form a kept kernel does not take, by its name.
  ///   - hasPrelude: probes include all that the driver's files do.
  func run(_ mended: Mended, refused: [String: Set<String>], hasPrelude: Bool = false) async throws -> Kept {
    let changes = mended.logicalChanges
    guard !changes.isEmpty else { return Kept(patches: [], flags: []) }
    let names = CompatPlan.names(changes, files: mended.sources)
    let includes = includes(changes, mended)
    var target = KernelFacts(
      name: builds.to.kernel.identity.name, version: version(builds.to.kernel),
      declared: try await trees.declared(names, on: builds.to.kernel),
      doors: HeaderDoors.find(from: includes, in: TreeDeclarations.headerTrees(of: builds.to.kernel)))
    if hasPrelude { target.prelude = prelude(changes, mended) }
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

  /// What the edited files include, in their order, of what every kernel has.
  private func prelude(_ changes: [LogicalChange], _ mended: Mended) -> [String] {
    let files = Set(changes.flatMap { $0.edits.map(\.file) }).sorted()
    let trees = (builds.kept + [builds.to]).map { TreeDeclarations.headerTrees(of: $0.kernel) }
    return unique(files.flatMap { IncludedHeaders.inOrder(mended.sources[$0] ?? []) }).filter { header in
      trees.allSatisfy { HeaderDoors.text(of: header, in: $0) != nil }
    }
  }

  private func version(_ kernel: Kernel) -> KernelVersion {
    KernelVersion(kernel.identity.sourceVersion) ?? KernelVersion(kernel.identity.release) ?? KernelVersion("0")!
  }

  private func patches(_ plan: CompatPlan, _ mended: Mended) throws -> [PlannedPatch] {
    var patches: [PlannedPatch] = []
    var edits: [Edit] = []
    let planned = mended.result.changes.map { change in
      (change: change, plans: plan.changes.filter { plan in change.rules.contains { $0.id == plan.rule } })
    }.filter { !$0.plans.isEmpty }
    // What serves one change only belongs to its patch.
    let users = planned.indices.filter { planned[$0].plans.contains(where: \.needsSupport) }
    let owner = users.count == 1 ? users[0] : nil
    var early = plan.early[...]
    var done: Set<String> = []
    var support = CompatPlan.Support()
    /// Goes on to as much of the support as can be there now; the sentences are about what is new.
    func extend() -> [String] {
      let known = support.sentences
      support = early.first?.support ?? plan.support
      return support.sentences.filter { !known.contains($0) }
    }
    func files() throws -> [String: SourceText] {
      try EditedFiles.apply(edits + support.edits, to: mended.sources).merging(support.newFiles) { $1 }
    }
    if owner == nil {
      let sentences = extend().joined(separator: " ")
      let kernels = builds.kept.map(\.kernel.identity.name).joined(separator: ", ")
      if !support.isEmpty {
        patches.append(
          PlannedPatch(
            changes: [],
            compatibility: "The next patches need this to go on building on Linux \(kernels). \(sentences)",
            files: try files(), title: "prepare to build on several kernels"))
      }
    }
    for (index, (change, plans)) in planned.enumerated() {
      done.formUnion(plans.map(\.rule))
      early = early.drop { done.contains($0.rule) }
      let sentences = owner == nil || index == owner ? extend() : []
      edits += plans.flatMap(\.edits)
      let breaks = mended.breaks.filter { SoughtSymbol($0) == change.symbol && $0.cause == nil }
      let reports = plans.compactMap { plan in mended.rules[plan.rule]?.rule }.enumerated().map { index, rule in
        ChangeReport(
          breaks: breaks, rule: rule, edits: change.places[rule.id] ?? 0,
          deletions: index == 0 ? change.deletions.map { "\($0.site): \($0.text)" } : [])
      }
      let explanations = unique(plans.map(\.explanation) + [sentences.joined(separator: " ")])
      patches.append(
        PlannedPatch(
          changes: reports, compatibility: explanations.filter { !$0.isEmpty }.joined(separator: " "),
          files: try files()))
    }
    return patches
  }

  private func unique<Element: Equatable>(_ items: [Element]) -> [Element] {
    items.enumerated().filter { !items[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelBuild
import KernelModel

/// Asks the kept kernels whether they take an adaptation as it stands, without a condition.
struct NewForm: Sendable {
  let builds: OriginalBuilds
  let trees: TreeDeclarations
  let builder: Builder
  let workspace: Workspace
  let steps: Steps

  struct Answer: Sendable {
    /// The rules whose new form a kernel does not take, by its name.
    var refused: [String: Set<String>] = [:]
    /// False where only libclang has said so, and that the rest builds has not been tried.
    var isSure = true
  }

  /// Whether the kept kernels declare all that comes in: then they most likely take it.
  func isExpected(_ mended: Mended) async throws -> Bool {
    let needs = mended.logicalChanges.map(\.needs)
    guard needs.allSatisfy({ !$0.isEmpty }) else { return false }
    for build in builds.kept {
      let declared = try await trees.declared(Set(needs.joined()), on: build.kernel)
      guard needs.allSatisfy({ $0.allSatisfy { declared[$0] != nil } }) else { return false }
    }
    return true
  }

  /// - Parameters:
  ///   - isExpected: they are built with all checks then, which is what the last patch will be judged by.
  ///   - isThorough: find out by builds alone.
  func ask(_ mended: Mended, isExpected: Bool, isThorough: Bool = false) async throws -> Answer {
    var answer = Answer()
    for build in builds.kept {
      let name = build.kernel.identity.name
      try await steps.measure("keep", "building the new form on \(name)") {
        let (refused, isSure) = try await refused(
          mended, by: build, isExpected: isExpected, isThorough: isThorough)
        answer.refused[name] = refused
        answer.isSure = answer.isSure && isSure
      }
    }
    return answer
  }

  /// Asked of all changes at once, then of each alone.
  private func refused(
    _ mended: Mended, by original: DriverBuild, isExpected: Bool, isThorough: Bool
  ) async throws -> (Set<String>, isSure: Bool) {
    let (kernel, changes) = (original.kernel, mended.logicalChanges)
    let record = try await build(changes, mended, kernel, "new-form", isChecked: isExpected)
    if changes.isEmpty || record.isBuilt { return ([], true) }
    let broken = Set(record.objects.filter { !$0.isCompiled }.map(\.source))
    let suspects = changes.filter { change in
      broken.isEmpty || change.edits.contains { broken.contains($0.file) || !$0.file.hasSuffix(".c") }
    }
    if suspects.count == 1 { return ([suspects[0].rule.id], true) }
    if !isThorough {
      let seen = try await KeptKernel(build: original, sources: mended.sources, workspace: workspace)
        .refused(suspects.map { ($0.rule.id, $0.edits) })
      // What clang could not see, the linker's view above all, the compiler still may.
      if !seen.isEmpty { return (seen, seen.count == changes.count) }
    }
    let alone = try await concurrently(
      2,
      suspects.enumerated().map { index, change in
        { @Sendable in
          (change.rule.id, try await build([change], mended, kernel, "alone-\(index)").isBuilt)
        }
      })
    let refused = alone.filter { !$0.1 }.map(\.0)
    return (Set(refused.isEmpty ? changes.map(\.rule.id) : refused), true)
  }

  private func build(
    _ changes: [LogicalChange], _ mended: Mended, _ kernel: Kernel, _ label: String, isChecked: Bool = false
  ) async throws -> BuildRecord {
    let files = try EditedFiles.apply(changes.flatMap(\.edits), to: mended.sources)
    return isChecked
      ? try await builder.checked(builds.driver, with: files, on: kernel, label: label).build.record
      : try await builder.build(builds.driver, with: files, on: kernel, label: label).record
  }
}

extension Mended {
  /// The search's edits, by the rule that asked for them, in the order of its changes.
  var logicalChanges: [LogicalChange] {
    var order: [String] = []
    for rule in result.changes.flatMap(\.rules) where !order.contains(rule.id) { order.append(rule.id) }
    return order.compactMap { id in
      guard let learned = rules[id] else { return nil }
      let edits = result.edits.filter { $0.rule == id }
      guard !edits.isEmpty else { return nil }
      let container = result.changes.first { $0.rules.contains { $0.id == id } }?.symbol.container
      return LogicalChange(
        rule: learned.rule, left: learned.left, right: learned.right,
        before: learned.before + [learned.companion?.text].compactMap { $0 }, container: container,
        edits: edits)
    }
  }
}

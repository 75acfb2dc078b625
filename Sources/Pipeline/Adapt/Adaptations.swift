// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Diagnosis
import Foundation
import KernelBuild
import KernelModel
import TestMachine

/// `kmend adapt`: from a driver that breaks to a proven series.
package struct Adaptations: Sendable {
  let workspace: Workspace
  let steps: Steps

  package init(workspace: Workspace, steps: Steps) {
    self.workspace = workspace
    self.steps = steps
  }

  /// What an adaptation came to.
  package struct Result: Sendable {
    package var report: AdaptationReport
    /// The series, for `git am`; empty if there is nothing to adapt or nothing was reached.
    package var mbox: [UInt8]
    /// The adapted files, whole, by path relative to the driver's root; also those of a draft.
    package var files: [String: SourceText]
  }

  /// Adapts a driver, proves it and writes what was asked for.
  ///
  /// - Throws: `Failure`: `usage` and `badInput` for what the user can mend, `unavailable` for kernels, packages and tools
  ///   that are not at hand. An adaptation that does not succeed is a result.
  package func adapt(_ request: AdaptRequest) async throws -> Result {
    let delivery = try Delivery(request)
    let kernels = Kernels(workspace: workspace)
    let from = try kernels.kernel(named: request.from)
    let others = try request.keep.map { try kernels.kernel(named: $0) }.filter { $0.identity != from.identity }
    return try await workspace.withScratch { scratch in
      var changed: ChangedKernel?
      let to: Kernel
      if let tree = request.tree {
        var proposed: ProposedChange?
        if let proposal = request.proposal {
          proposed = try await ProposedChange(proposal, in: tree, workspace: workspace, scratch: scratch)
        }
        let kernel = try await ChangedKernel(
          proposed?.commit.description ?? request.to, of: proposed?.repository ?? tree, over: from,
          proposed: proposed?.cause, workspace: workspace, steps: steps, scratch: scratch)
        (to, changed) = (kernel.kernel, kernel)
      } else {
        to = try kernels.kernel(named: request.to)
      }
      let builder = try Builder(workspace: workspace, scratch: scratch, logs: "\(scratch)/logs")
      let loaded = try await steps.measure("driver", "fetching the driver") {
        try await DriverLoader(workspace: workspace, scratch: scratch)
          .load(request.driver, asCommit: request.branch != nil)
      }
      let names = ([from, to] + others).map(\.identity.name).joined(separator: ", ")
      let builds = try await steps.measure("build", "building on \(names)") {
        try await OriginalBuilds(loaded, from: from, to: to, others: others, with: builder)
      }
      let run = AdaptationRun(
        request: request, workspace: workspace, steps: steps, scratch: scratch, builder: builder, builds: builds,
        trees: changed?.trees, cause: changed?.cause)
      let isFine = builds.to.record.isBuilt && builds.buildFiles.edits.isEmpty
      let draft = isFine ? run.nothingToDo() : try await run.adapted()
      return try await delivery.deliver(draft, from: builds, logs: builder.logs, steps: steps)
    }
  }
}

/// A report with the series that it tells of, before it is written anywhere.
struct AdaptationDraft: Sendable {
  var report: AdaptationReport
  var series: WrittenSeries?
  /// Files of the driver that differ, whole.
  var files: [String: SourceText]
}

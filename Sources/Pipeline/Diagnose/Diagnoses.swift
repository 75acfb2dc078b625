// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import Diagnosis
import Foundation
import KernelBuild
import KernelModel
import Sandbox

/// `kmend diagnose`: what a newer kernel breaks in a driver.
package struct Diagnoses: Sendable {
  private let workspace: Workspace
  private let steps: Steps

  package init(workspace: Workspace, steps: Steps) {
    self.workspace = workspace
    self.steps = steps
  }

  /// - Parameters:
  ///   - driver: as `DriverLoader.load` takes it.
  ///   - from: name of the kernel that it builds on.
  ///   - to: name of the kernel that may break it.
  /// - Throws: `Failure`: `badInput` for what is no driver or does not build on `from`, `unavailable` for a kernel or a
  ///   package that is not at hand.
  package func diagnose(driver: String, from: String, to: String) async throws -> DiagnosisReport {
    let kernels = Kernels(workspace: workspace)
    let (old, new) = (try kernels.kernel(named: from), try kernels.kernel(named: to))
    return try await workspace.withScratch { scratch in
      let builder = try Builder(workspace: workspace, scratch: scratch, logs: "\(scratch)/logs")
      let loaded = try await steps.measure("driver", "fetching the driver") {
        try await DriverLoader(workspace: workspace, scratch: scratch).load(driver, asCommit: false)
      }
      let builds = try await steps.measure("build", "building on \(from) and \(to)") {
        try await OriginalBuilds(loaded, from: old, to: new, others: [], with: builder)
      }
      let trees = try await TreeDeclarations(old: old, new: new, workspace: workspace, steps: steps)
      let found = try await steps.measure("diagnose", "reading the driver against \(to)") {
        try await withOracle(builds, workspace: workspace) { oracle in
          _ = try await oracle.take(builds.to, with: [:])
          return try await self.breaks(builds, oracle: oracle, trees: trees)
        }
      }
      return DiagnosisReport(
        driver: DriverSummary(builds.driver), from: old.identity, to: new.identity,
        breaks: (found.breaks + builds.buildFiles.breaks).map(BreakEntry.init),
        alreadyWrong: found.alreadyWrong.map {
          Finding(tool: "clang", severity: .error, site: $0.site, message: $0.message)
        }, notes: found.notes, seconds: await steps.seconds)
    }
  }

  /// Everything that is wrong with a driver on the new kernel: what its objects, its links and its flags show.
  func breaks(_ builds: OriginalBuilds, oracle: Oracle, trees: TreeDeclarations) async throws -> DriverBreaks {
    let diagnosis = try await oracle.diagnosis(trees)
    var breaks = diagnosis.breaks
    breaks += try await DriverBreaks.beside(breaks, old: builds.from, new: builds.to, of: builds.driver, trees: trees)
    for index in breaks.indices { breaks[index].convertedInTree = try await trees.converted(breaks[index].symbol) }
    let lost = BuildComparison.lostFlags(
      old: builds.from.record, new: builds.to.record, makefiles: try DriverTexts.makefiles(of: builds.driver))
    let notes = builds.notes + lost.map(\.message)
    return DriverBreaks(breaks: breaks, alreadyWrong: diagnosis.alreadyWrong, notes: notes)
  }
}

/// What a diagnosis came to.
struct DriverBreaks: Sendable {
  var breaks: [Break]
  /// Errors that the old kernel's headers give as well.
  var alreadyWrong: [Break]
  /// What is not a break but should be known.
  var notes: [String]

  /// What the new kernel's build says and clang did not: modpost's findings, and what the distribution's compiler and
  /// Kbuild's other tools refuse in files where clang found nothing.
  ///
  /// A build that fails without a word of its own, and of which nothing else is known, is a break all the same.
  static func beside(
    _ seen: [Break], old: DriverBuild, new: DriverBuild, of driver: Driver, trees: TreeDeclarations
  ) async throws -> [Break] {
    let texts = try DriverTexts.all(of: driver)
    let found = linkBreaks(old: old.findings, new: new.findings) { module in
      // Kbuild's name for a module has no dashes.
      func plain(_ name: String) -> String { String(name.split(separator: "/").last ?? "").replacing("-", with: "_") }
      let own = new.record.objects.filter { plain($0.module) == plain(module) }
      // Of a module of several objects the one that says what it is stands for it.
      return (own.first { texts[$0.source]?.contains(BuildProtocol.license.utf8) ?? false } ?? own.first)?.source
    }
    let links = try await trees.withImports(found)
    guard case .failed(let reason) = new.record.result else { return links }
    let read = Set(seen.map(\.site.file))
    let breaks =
      links + buildBreaks(old: old.findings, new: new.findings, seen: seen).filter { !read.contains($0.site.file) }
    guard breaks.isEmpty, seen.isEmpty else { return try await trees.withAnnouncers(breaks) }
    return [Break(site: Site(file: "Makefile", line: 0), kind: .buildRule, symbol: "", message: reason)]
  }
}

/// Runs `body` with libclang on both kernels, in sandboxes that show the two builds.
func withOracle<Value: Sendable>(
  _ builds: OriginalBuilds, workspace: Workspace, _ body: @escaping @Sendable (Oracle) async throws -> Value
) async throws -> Value {
  let sources = try DriverTexts.all(of: builds.driver)
  return try await withFrontend(
    containment: workspace.containment, executable: workspace.frontend, mounts: frontendMounts(builds.from),
    processes: 1
  ) { old in
    try await withFrontend(
      containment: workspace.containment, executable: workspace.frontend, mounts: frontendMounts(builds.to),
      processes: 2
    ) { new in
      try await body(Oracle(old: old, new: new, oldBuild: builds.from, newBuild: builds.to, sources: sources))
    }
  }
}

/// What the C front end sees of one build: the kernel, and the folder that the driver was built in.
func frontendMounts(_ build: DriverBuild) -> [View.Mount] {
  build.kernel.mounts.map { .readOnly(host: $0.host, inside: $0.inside) }
    + [.readOnly(host: build.stage.folder, inside: build.record.driverRoot)]
}

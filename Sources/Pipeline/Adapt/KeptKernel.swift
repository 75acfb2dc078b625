// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import Diagnosis
import DriverAdaptation
import KernelBuild
import KernelModel

/// libclang's view of the driver on a kernel that is kept: which changes it does not take, at milliseconds a change
/// where a build would take seconds.
struct KeptKernel: Sendable {
  let build: DriverBuild
  let sources: [String: SourceText]
  let workspace: Workspace

  /// The rules whose edits, alone in the driver, bring errors that it did not have; empty where clang sees none.
  ///
  /// - Parameter edits: by rule.
  func refused(_ edits: [(rule: String, edits: [Edit])]) async throws -> Set<String> {
    let touched = Set(edits.flatMap { $0.edits.map(\.file) })
    let touchesHeader = touched.contains { $0.hasSuffix(".h") }
    let objects = build.record.objects.filter { touchesHeader || touched.contains($0.source) }
    guard !objects.isEmpty else { return [] }
    return try await withFrontend(
      containment: workspace.containment, executable: workspace.frontend, mounts: frontendMounts(build), processes: 2
    ) { frontend in
      let opened = try await concurrently(
        2, objects.map { object in { @Sendable in await open(object, frontend) } })
      let baseline = Baseline(opened.compactMap { $0 }, roots: roots)
      var refused: Set<String> = []
      for change in edits {
        let files = try EditedFiles.apply(change.edits, to: sources)
        if try await errs(files, opened.compactMap { $0 }, baseline, frontend) { refused.insert(change.rule) }
      }
      return refused
    }
  }

  private var roots: Roots { Roots(driver: build.record.driverRoot, kernel: build.record.kernelRoots) }

  /// A unit that clang can't read says nothing.
  private func open(_ object: ObjectBuild, _ frontend: Frontend) async -> Observation? {
    let found = try? await frontend.open(
      unit: object.source, file: "\(build.record.driverRoot)/\(object.source)", directory: object.directory,
      arguments: ClangArguments.translate(object.arguments))
    return found.map { Observation(unit: object.source, directory: object.directory, diagnostics: $0) }
  }

  private func errs(
    _ files: [String: SourceText], _ opened: [Observation], _ baseline: Baseline, _ frontend: Frontend
  ) async throws -> Bool {
    let touchesHeader = files.keys.contains { $0.hasSuffix(".h") }
    let overlays = Dictionary(
      uniqueKeysWithValues: files.map { ("\(build.record.driverRoot)/\($0.key)", $0.value) })
    let driver = sources.merging(files) { $1 }
    for var observation in opened where touchesHeader || files[observation.unit] != nil {
      observation.diagnostics = try await frontend.reparse(unit: observation.unit, overlays: overlays)
      if !baseline.breaks(in: [observation], roots: roots, driver: driver, known: []).isEmpty { return true }
    }
    return false
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import CFrontend
import CFrontendProtocol
import Diagnosis
import KernelBuild
import KernelModel

/// Asks libclang what a forecast is worth: the driver's sources are parsed with a kernel's headers, and with the changed
/// ones laid over them. Nothing is compiled, and no kernel is built.
struct Confirmation {
  let workspace: Workspace
  /// A build on the kernel that the headers are laid over: it tells how each object is compiled.
  let build: DriverBuild
  let headers: LaidHeaders
  /// The driver's own texts, by path relative to its root.
  let sources: [String: SourceText]

  /// The forecasts with what the compiler says: refused places are certain, and places that it takes are none. What it
  /// can't judge stays as it was.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  func confirmed(_ forecasts: [Forecast]) async throws -> [Forecast] {
    let objects = objects(holding: Set(forecasts.map(\.site.file)))
    guard !objects.isEmpty, !headers.texts.isEmpty else { return forecasts }
    let parses = try await parses(of: objects)
    let roots = Roots(driver: build.record.driverRoot, kernel: build.record.kernelRoots)
    let breaks = Baseline(parses.map(\.before), roots: roots).breaks(
      in: parses.map(\.after), roots: roots, driver: sources, known: [])
    return forecasts.compactMap { forecast in
      var forecast = forecast
      let refused = breaks.filter { $0.site.file == forecast.site.file && $0.site.line == forecast.site.line }
      if !refused.isEmpty {
        // What is only possible may stand beside what is refused.
        let symbol = forecast.change.symbol
        let isMeant = refused.contains { $0.symbol == symbol || $0.symbol.hasSuffix(".\(symbol)") }
        if forecast.certainty == .likely || isMeant { forecast.certainty = .certain }
        return forecast
      }
      let header = forecast.change.before?.site.file ?? forecast.change.site.file
      let isTaken =
        forecast.certainty == .likely && Self.seenByCompilers.contains(forecast.change.kind)
        && !headers.left.contains(header) && headers.gone[header] == nil
        && parses.contains { $0.after.unit == forecast.site.file && !$0.isSkipped(forecast.site.line) }
      return isTaken ? nil : forecast
    }
  }

  /// One object with the kernel's own headers and with the changed ones.
  private struct Parses: Sendable {
    var before: Observation
    var after: Observation
    /// Lines of the source that the preprocessor leaves out: what is for other kernels only.
    var skipped: [FrontendLines]

    func isSkipped(_ line: Int) -> Bool { skipped.contains { $0.first <= line && line <= $0.last } }
  }

  /// What a compiler refuses wherever it is met. Types that only differ are a matter of warnings.
  static let seenByCompilers: Set<APIChange.Kind> = [
    .functionGone, .arguments, .callbackPrototype, .fieldGone, .fieldRenamed, .madeOpaque, .typeGone, .nameGone,
    .macroArity, .returnType,
  ]

  /// Those that are made of one of the files; of a header all, for who includes it is not known.
  private func objects(holding files: Set<String>) -> [ObjectBuild] {
    let compiled = build.record.objects.filter(\.isCompiled)
    let hasHeader = files.contains { $0.hasSuffix(".h") }
    return hasHeader ? compiled : compiled.filter { files.contains($0.source) }
  }

  /// Of those that clang can read.
  private func parses(of objects: [ObjectBuild]) async throws -> [Parses] {
    let root = build.record.driverRoot
    return try await withFrontend(
      containment: workspace.containment, executable: workspace.frontend, mounts: frontendMounts(build)
    ) { frontend in
      try await concurrently(
        2,
        objects.map { object in
          { @Sendable in
            // One that it can't read costs this answer, nothing else.
            do { return try await parses(of: object, root, frontend) } catch is Failure { return nil }
          }
        }
      ).compactMap { $0 }
    }
  }

  private func parses(of object: ObjectBuild, _ root: String, _ frontend: Frontend) async throws -> Parses {
    let file = "\(root)/\(object.source)"
    func parse(_ unit: String, _ overlays: [String: SourceText]) async throws -> Observation {
      let diagnostics = try await frontend.open(
        unit: unit, file: file, directory: object.directory, arguments: ClangArguments.translate(object.arguments),
        edits: false, overlays: overlays)
      return Observation(unit: object.source, directory: object.directory, diagnostics: diagnostics)
    }
    let names = (before: "before \(object.source)", after: "after \(object.source)")
    let before = try await parse(names.before, [:])
    try await frontend.close(unit: names.before)
    let after = try await parse(names.after, headers.texts)
    let skipped = try await frontend.inactive(unit: names.after, files: [file])
    try await frontend.close(unit: names.after)
    return Parses(before: before, after: after, skipped: skipped)
  }
}

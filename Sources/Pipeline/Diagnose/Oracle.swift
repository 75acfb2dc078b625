// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CFrontendProtocol
import Diagnosis
import KernelBuild
import KernelModel
import Sandbox

/// libclang's view of one driver on both kernels: what breaks now, and what a candidate edit would change.
///
/// Only objects that the distribution's compiler refuses are looked at: it is the judge of what breaks, and a driver of
/// a hundred objects usually breaks in few.
actor Oracle {
  private let old: Frontend
  private let new: Frontend
  private let oldBuild: DriverBuild
  private let newBuild: DriverBuild
  /// The driver's own texts, by path relative to its root.
  private let sources: [String: SourceText]
  private var opened: [String: ObjectBuild] = [:]
  private var oldObservations: [String: Observation] = [:]
  private var observations: [String: Observation] = [:]
  private var overlays: [String: SourceText] = [:]
  private var baseline: Baseline
  private var known: [Break] = []

  init(old: Frontend, new: Frontend, oldBuild: DriverBuild, newBuild: DriverBuild, sources: [String: SourceText]) {
    (self.old, self.new) = (old, new)
    (self.oldBuild, self.newBuild) = (oldBuild, newBuild)
    self.sources = sources
    baseline = Baseline([], roots: Self.roots(oldBuild))
  }

  private static func roots(_ build: DriverBuild) -> Roots {
    Roots(driver: build.record.driverRoot, kernel: build.record.kernelRoots)
  }

  /// Parses the objects that `build` could not compile, on both kernels, with `files` in place of the driver's own.
  ///
  /// - Returns: whether there is an object among them that was not looked at before.
  func take(_ build: DriverBuild, with files: [String: SourceText]) async throws -> Bool {
    let failed = build.record.objects.filter { !$0.isCompiled && opened[$0.source] == nil }
    guard !failed.isEmpty else { return false }
    let before = Dictionary(
      oldBuild.record.objects.map { ($0.source, $0) }, uniquingKeysWith: { first, _ in first })
    for object in failed { opened[object.source] = object }
    let parses = try await concurrently(
      2,
      failed.map { object in
        { @Sendable () -> (String, Observation, Observation?) in
          async let now = self.open(self.new, object, self.newBuild, files, edits: true)
          var then: Observation?
          if let known = before[object.source] { then = await self.openOld(known) }
          return (object.source, try await now, then)
        }
      })
    for (unit, now, then) in parses {
      observations[unit] = now
      oldObservations[unit] = then
    }
    overlays = files
    baseline = Baseline(oldObservations.values.sorted { $0.unit < $1.unit }, roots: Self.roots(oldBuild))
    return true
  }

  private func open(
    _ frontend: Frontend, _ object: ObjectBuild, _ build: DriverBuild, _ files: [String: SourceText], edits: Bool
  ) async throws -> Observation {
    let root = build.record.driverRoot
    let diagnostics = try await frontend.open(
      unit: object.source, file: "\(root)/\(object.source)", directory: object.directory,
      arguments: ClangArguments.translate(object.arguments), edits: edits, overlays: Self.inside(root, files))
    return Observation(unit: object.source, directory: object.directory, diagnostics: diagnostics)
  }

  /// The old kernel's view: an object that clang can't read there costs detail, nothing else.
  private func openOld(_ object: ObjectBuild) async -> Observation? {
    try? await open(old, object, oldBuild, [:], edits: false)
  }

  private static func inside(_ root: String, _ files: [String: SourceText]) -> [String: SourceText] {
    Dictionary(uniqueKeysWithValues: files.map { ("\(root)/\($0.key)", $0.value) })
  }

  /// The diagnosis of what was taken, with declarations before and after.
  ///
  /// - Parameter trees: what the kernels' sources declare, whether a unit reaches it or not.
  func diagnosis(_ trees: TreeDeclarations) async throws -> DriverDiagnosis {
    var examination = Examination(
      old: oldObservations.values.sorted { $0.unit < $1.unit }, oldRoots: Self.roots(oldBuild),
      new: observations.values.sorted { $0.unit < $1.unit }, newRoots: Self.roots(newBuild),
      driver: sources.merging(overlays) { $1 })
    var names: Set<String> = []
    while case let inquiries = examination.inquiries, !inquiries.isEmpty {
      names.formUnion(inquiries.flatMap(\.names))
      examination.take(try await answers(to: inquiries))
    }
    let declared = try await trees.inNewTree(names)
    var diagnosis = examination.diagnosis { declared[$0] ?? [] }
    diagnosis.breaks = try await trees.withPrototypes(diagnosis.breaks)
    diagnosis.breaks = try await FlippedConditions.with(diagnosis.breaks, in: sources.merging(overlays) { $1 }, trees)
    known = diagnosis.breaks
    return diagnosis
  }

  private func answers(to inquiries: [Inquiry]) async throws -> [Inquiry: Findings] {
    let answers = try await concurrently(
      2,
      inquiries.map { inquiry in
        { @Sendable () -> (Inquiry, Findings) in
          let frontend = inquiry.side == .old ? self.old : self.new
          var findings = Findings()
          // A unit that can't be asked costs detail, nothing else.
          if !inquiry.names.isEmpty {
            findings.declarations = (try? await frontend.lookup(unit: inquiry.unit, names: inquiry.names)) ?? []
          }
          if !inquiry.places.isEmpty {
            findings.cursors = (try? await frontend.describe(unit: inquiry.unit, places: inquiry.places)) ?? []
          }
          return (inquiry, findings)
        }
      })
    return Dictionary(answers, uniquingKeysWith: { first, _ in first })
  }

  /// The breaks that are left with `files` in place of the driver's own.
  func breaks(with files: [String: SourceText]) async throws -> [Break] {
    let changed = Set(files.keys).union(overlays.keys).filter { files[$0] != overlays[$0] }
    let touchesHeader = changed.contains { !$0.hasSuffix(".c") }
    let texts = Self.inside(newBuild.record.driverRoot, files)
    let stale = opened.keys.sorted().filter { touchesHeader || changed.contains($0) }
    let parses = try await concurrently(
      2, stale.map { unit in { @Sendable in (unit, try await self.new.reparse(unit: unit, overlays: texts)) } })
    for (unit, diagnostics) in parses { observations[unit]?.diagnostics = diagnostics }
    overlays = files
    let breaks = baseline.breaks(
      in: observations.values.sorted { $0.unit < $1.unit }, roots: Self.roots(newBuild),
      driver: sources.merging(files) { $1 }, known: known)
    return breaks + FlippedConditions.standing(known, after: breaks)
  }

  /// Lines of the driver's files that no branch of the preprocessor reaches on the new kernel.
  func inactiveLines() async -> [String: [ClosedRange<Int>]] {
    var lines: [String: [ClosedRange<Int>]] = [:]
    let root = newBuild.record.driverRoot
    for unit in opened.keys.sorted() {
      let files = sources.keys.filter { $0 == unit || $0.hasSuffix(".h") }.sorted()
      let found = (try? await new.inactive(unit: unit, files: files.map { "\(root)/\($0)" })) ?? []
      for range in found where range.file.hasPrefix(root + "/") && range.first <= range.last {
        lines[String(range.file.dropFirst(root.count + 1)), default: []].append(range.first...range.last)
      }
    }
    return lines
  }
}

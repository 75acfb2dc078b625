// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import LogTriage

/// One build of a driver on one kernel, and what its log says.
struct DriverBuild: Sendable {
  var kernel: Kernel
  /// The folder that it was built in, with what the build made.
  var stage: DriverStage
  var record: BuildRecord
  var findings: [Finding]
  /// Host path of the full log.
  var log: String

  /// Of those that build it: what sparse can't read is no error of the driver's.
  var errors: [Finding] { findings.filter { $0.severity >= .error && $0.tool != "sparse" } }

  /// What this build alone proves.
  var level: ProofLevel {
    if record.isBuilt, kernel.provesLinking { return .linked }
    return !record.objects.isEmpty && record.objects.allSatisfy(\.isCompiled) ? .compiled : .none
  }
}

/// A build, and what `W=1` and sparse say: mostly the same one.
struct CheckedBuild: Sendable {
  /// What decides whether the driver builds, and is booted.
  var build: DriverBuild
  var checks: DriverBuild
}

/// Builds a driver, as it is or edited, on any kernel: each time in a fresh copy, and never the same twice.
actor Builder {
  private struct Key: Hashable {
    var root: String
    var kernel: KernelIdentity
    var files: [String: SourceText]
    var warnings: Bool
    var sparse: Bool
  }
  /// The label of the unadapted driver.
  static let original = "original"
  nonisolated let kbuild: Kbuild
  /// Where logs go.
  nonisolated let logs: String
  private let answers: CompilerAnswers
  private let scratch: String
  private let seconds: Double
  private var builds: [Key: Task<DriverBuild, any Error>] = [:]
  /// How often each name of a folder and a log was wanted: a later round may build something else under it.
  private var names: [String: Int] = [:]
  /// Folders that a build has filled, and those that one is filling.
  private var filled: Set<String> = []
  private var filling: Set<String> = []

  /// - Parameters:
  ///   - scratch: a folder of this run for the copies.
  init(workspace: Workspace, scratch: String, logs: String) throws {
    kbuild = Kbuild(workspace.containment)
    answers = CompilerAnswers(kbuild, folder: workspace.cache + "/answers")
    self.scratch = scratch
    self.logs = logs
    seconds = workspace.buildSeconds
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
  }

  /// - Parameters:
  ///   - files: texts in place of the driver's own, by path relative to its root.
  ///   - label: what is built, for folder and log names, e.g. `original`, `patch-1`.
  func build(
    _ driver: Driver, with files: [String: SourceText] = [:], on kernel: Kernel, label: String,
    options: BuildOptions = BuildOptions(jobs: 1, ignoresExclusion: true)
  ) async throws -> DriverBuild {
    let key = Key(
      root: driver.root, kernel: kernel.identity, files: files, warnings: options.warnings, sparse: options.sparse)
    let task =
      builds[key] ?? Task { try await made(driver, with: files, on: kernel, label: label, options: options) }
    builds[key] = task
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func made(
    _ driver: Driver, with files: [String: SourceText], on kernel: Kernel, label: String, options: BuildOptions
  ) async throws -> DriverBuild {
    let suffix = "-\(kernel.identity.name)" + (options.sparse || options.warnings ? "-checks" : "")
    var name = label + suffix
    names[name, default: 0] += 1
    if let count = names[name], count > 1 { name += "-\(count)" }
    let stage = try DriverStage(of: driver.root, files: files, into: "\(scratch)/\(name)")
    let log = "\(logs)/build-\(name).log"
    var options = options
    options.limits.seconds = seconds
    options.objects = try kept("objects" + suffix)
    options.probes = try await answers.answers(for: kernel)
    var record = try await kbuild.build(driver, in: stage, for: kernel, options, log: log)
    let originals = try CopiedSources.originals(record.objects, in: stage, of: driver)
    for index in record.objects.indices {
      record.objects[index].source = originals[record.objects[index].source] ?? record.objects[index].source
    }
    let roots = BuildRoots(driver: record.driverRoot, kernel: record.kernelRoots)
    if let own = options.objects, !own.isFilled { filled.insert(own.folder) }
    var findings = BuildLog.findings(in: record.output, roots: roots)
    for index in findings.indices {
      guard let file = findings[index].site.flatMap({ originals[$0.file] }) else { continue }
      findings[index].site?.file = file
    }
    return DriverBuild(kernel: kernel, stage: stage, record: record, findings: findings, log: log)
  }

  /// Builds with `W=1` and sparse at once, and plainly only where that fails: to some drivers warnings are errors.
  func checked(
    _ driver: Driver, with files: [String: SourceText] = [:], on kernel: Kernel, label: String
  ) async throws -> CheckedBuild {
    let checks = try await build(driver, with: files, on: kernel, label: label, options: Self.checks)
    if checks.record.isBuilt { return CheckedBuild(build: checks, checks: checks) }
    return CheckedBuild(build: try await build(driver, with: files, on: kernel, label: label), checks: checks)
  }

  private static let checks = BuildOptions(warnings: true, sparse: true, jobs: 1, ignoresExclusion: true)

  /// The first build on a kernel leaves what the later ones take from it; nil while it runs.
  private func kept(_ name: String) throws -> CompiledObjects? {
    let folder = "\(scratch)/\(name)"
    if filled.contains(folder) { return CompiledObjects(folder: folder, isFilled: true) }
    guard filling.insert(folder).inserted else { return nil }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return CompiledObjects(folder: folder, isFilled: false)
  }
}

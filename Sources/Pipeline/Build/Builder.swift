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

  var errors: [Finding] { findings.filter { $0.severity >= .error } }

  /// What this build alone proves.
  var level: ProofLevel {
    if record.isBuilt, kernel.provesLinking { return .linked }
    return !record.objects.isEmpty && record.objects.allSatisfy(\.isCompiled) ? .compiled : .none
  }
}

/// Builds a driver, as it is or edited, on any kernel: each time in a fresh copy, and never the same twice.
actor Builder {
  private struct Key: Hashable {
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
  private let scratch: String
  private let seconds: Double
  private var done: [Key: DriverBuild] = [:]
  /// Folders of compiled objects that a build has filled.
  private var filled: Set<String> = []

  /// - Parameters:
  ///   - scratch: a folder of this run for the copies.
  init(workspace: Workspace, scratch: String, logs: String) throws {
    kbuild = Kbuild(workspace.containment)
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
    let key = Key(kernel: kernel.identity, files: files, warnings: options.warnings, sparse: options.sparse)
    if let build = done[key] { return build }
    let name = "\(label)-\(kernel.identity.name)" + (options.sparse || options.warnings ? "-checks" : "")
    let stage = try DriverStage(of: driver.root, files: files, into: "\(scratch)/\(name)")
    let log = "\(logs)/build-\(name).log"
    var options = options
    options.limits.seconds = seconds
    options.objects = try objects(kernel, options, fills: label == Self.original)
    let record = try await kbuild.build(driver, in: stage, for: kernel, options, log: log)
    let roots = BuildRoots(driver: record.driverRoot, kernel: record.kernelRoots)
    if let objects = options.objects, !objects.isFilled { filled.insert(objects.folder) }
    let build = DriverBuild(
      kernel: kernel, stage: stage, record: record, findings: BuildLog.findings(in: record.output, roots: roots),
      log: log)
    done[key] = build
    return build
  }

  /// The unadapted driver's build on a kernel leaves the objects from which the adapted ones take what they share.
  private func objects(_ kernel: Kernel, _ options: BuildOptions, fills: Bool) throws -> CompiledObjects? {
    let kind = options.sparse || options.warnings ? "-checks" : ""
    let folder = "\(scratch)/objects-\(kernel.identity.name)\(kind)"
    guard fills else { return filled.contains(folder) ? CompiledObjects(folder: folder, isFilled: true) : nil }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return CompiledObjects(folder: folder, isFilled: false)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import LogTriage

/// `checkpatch.pl --no-signoff --strict` of the newest kernel source at hand finds nothing that the driver did not have.
struct CheckpatchGate: Sendable {
  /// Types that a compat style makes unavoidable, each with the reason.
  ///
  /// `FILE_PATH_CHANGES`: a driver outside the tree has no MAINTAINERS to add a new file to. `CONST_STRUCT`: a probe
  /// only names the structure whose field it asks for. `LINUX_VERSION_CODE`: the version style was asked for, and
  /// `CONSTANT_COMPARISON` takes that macro for a constant. Besides, `SPACING` on a line that tests for a header: it
  /// takes the angle brackets of `__has_include(<…>)` for comparisons.
  static func waived(_ style: CompatChoice) -> Set<String> {
    switch style {
    case .replace: []
    case .auto, .probe: ["FILE_PATH_CHANGES", "CONST_STRUCT"]
    case .version: ["FILE_PATH_CHANGES", BuildProtocol.versionCode, "CONSTANT_COMPARISON"]
    }
  }

  let checkpatch: Checkpatch
  let style: CompatChoice

  /// - Parameters:
  ///   - mails: each patch as it will be mailed.
  ///   - original: the unadapted driver's folder, and which files of it the series touches.
  func judge(
    _ mails: [[UInt8]], original: DriverStage, files: [String], adapted: [String: SourceText]
  ) async throws -> Verdict {
    var told: [Finding] = []
    var evidence: [Evidence] = []
    for mail in mails {
      let run = try await checkpatch.check(patch: mail)
      let findings = CheckpatchLog.findings(in: run.output)
      evidence.append(run.evidence(lines: findings.prefix(20).map(\.message)))
      told += findings
    }
    // It takes half a minute for a big file: not where there is nothing to compare.
    let files = files.filter { file in told.contains { $0.site?.file == file } }
    let known =
      files.isEmpty ? [] : CheckpatchLog.findings(in: try await checkpatch.check(files: files, in: original).output)
    let knownTypes = Set(known.map { Key(type: $0.tool, file: $0.site?.file ?? "") })
    var found: [Finding] = []
    var waived: Set<String> = []
    for finding in told where !knownTypes.contains(Key(type: finding.tool, file: finding.site?.file ?? "")) {
      let type = String(finding.tool.dropFirst("checkpatch:".count))
      let isTest = type == "SPACING" && finding.site.map { TestInSource.stands(at: $0, in: adapted) } ?? false
      if isTest || Self.waived(style).contains(type) { waived.insert(type) } else { found.append(finding) }
    }
    let nothing = "nothing new" + (waived.isEmpty ? "" : " but \(waived.sorted().joined(separator: ", ")), waived")
    return Verdict(
      gate: "checkpatch", kernel: "", result: found.isEmpty ? .passed : .failed,
      summary: found.first.map { "\($0.tool.dropFirst("checkpatch:".count)): \($0.message)" } ?? nothing,
      findings: found, evidence: evidence)
  }

  private struct Key: Hashable {
    var type: String
    var file: String
  }
}

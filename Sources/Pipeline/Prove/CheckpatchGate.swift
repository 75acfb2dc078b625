// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelBuild
import KernelModel
import LogTriage

/// `checkpatch.pl --no-signoff --strict` of the newest kernel source at hand finds nothing that the driver did not have.
package struct CheckpatchGate: Sendable {
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
  ///   - original: the files that the series touches, as they were.
  ///   - adapted: the files as they are now.
  func judge(
    _ mails: [[UInt8]], original: [String: SourceText], adapted: [String: SourceText]
  ) async throws -> Verdict {
    var told: [Finding] = []
    var evidence: [Evidence] = []
    for run in try await concurrently(2, mails.map { mail in { try await checkpatch.check(patch: mail) } }) {
      let findings = CheckpatchLog.findings(in: run.output)
      evidence.append(run.evidence(lines: findings.prefix(20).map(\.message)))
      told += findings
    }
    let parts = original.reduce(into: [String: SourceText]()) { parts, file in
      let lines = told.filter { $0.site?.file == file.key }.compactMap { $0.site?.line }
      if !lines.isEmpty { parts[file.key] = Self.surroundings(of: lines, in: file.value) }
    }
    let known = parts.isEmpty ? [] : CheckpatchLog.findings(in: try await checkpatch.check(files: parts).output)
    let knownTypes = Set(known.map { Key(type: $0.tool, file: $0.site?.file ?? "") })
    /// Of a new file: the driver's other ones.
    func hasDosLines(_ file: String?) -> Bool {
      file.flatMap { original[$0] }.map(Self.hasDosLines) ?? original.values.contains(where: Self.hasDosLines)
    }
    var found: [Finding] = []
    var waived: Set<String> = []
    for finding in told where !knownTypes.contains(Key(type: finding.tool, file: finding.site?.file ?? "")) {
      let type = String(finding.tool.dropFirst("checkpatch:".count))
      if Self.lineEnds.contains(type), hasDosLines(finding.site?.file) { continue }
      let isTest = type == "SPACING" && finding.site.map { TestInSource.stands(at: $0, in: adapted) } ?? false
      if isTest || Self.waived(style).contains(type) { waived.insert(type) } else { found.append(finding) }
    }
    let nothing = "nothing new" + (waived.isEmpty ? "" : " but \(waived.sorted().joined(separator: ", ")), waived")
    return Verdict(
      gate: "checkpatch", kernel: "", result: found.isEmpty ? .passed : .failed,
      summary: found.first.map { "\($0.tool.dropFirst("checkpatch:".count)): \($0.message)" } ?? nothing,
      findings: found, evidence: evidence)
  }

  /// What is said of lines that end as DOS has it; new files follow the driver's other ones.
  private static let lineEnds: Set = ["DOS_LINE_ENDINGS", "TRAILING_WHITESPACE"]

  private static func hasDosLines(_ text: SourceText) -> Bool {
    text.firstIndex(of: 0x0A).map { $0 > 0 && text[$0 - 1] == 0x0D } ?? false
  }

  /// A big file's beginning and what stands around some lines: it takes half a minute to check it whole.
  package static func surroundings(of lines: [Int], in text: SourceText) -> SourceText {
    let (reach, start) = (300, 600)
    let table = LineTable(text)
    guard table.starts.count > 2 * (reach + start) else { return text }
    var part: SourceText = []
    var last = 0
    for line in 1...table.starts.count where line <= start || lines.contains(where: { abs($0 - line) <= reach }) {
      if line > last + 1 { part.append(0x0A) }
      part += text[table.range(ofLine: line)]
      last = line
    }
    return part
  }

  private struct Key: Hashable {
    var type: String
    var file: String
  }
}

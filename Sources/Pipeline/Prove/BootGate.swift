// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import LogTriage
import TestMachine

/// Boots a kernel with the adapted driver, and holds what happens against the unadapted driver on the old kernel.
struct BootGate: Sendable {
  let machine: BootMachine
  /// Where console logs go.
  let logs: String

  /// What the boots of one kernel showed.
  struct Result: Sendable {
    var word: BootWord
    /// It can't be unloaded, as before.
    var staysLoaded = false
    /// Some of its modules refuse to load, as before.
    var loadsInPart = false
    /// What the kernel says against the driver, adapted or not.
    var complaint: String?
    var verdict: Verdict
    /// What of the driver was not executed, in words for the mail.
    var notExecuted: [String]
    var executed: [String]
    var seconds: Double
  }

  /// Boots a build; nil where its kernel has no image or the build made no module.
  ///
  /// - Parameter reference: an earlier boot of the driver.
  func boot(_ build: DriverBuild, label: String, after reference: BootRecord? = nil) async throws -> BootRecord? {
    let kernel = build.kernel
    guard kernel.image != nil, kernel.modules != nil, !build.record.modules.isEmpty, build.record.isBuilt else {
      return nil
    }
    let job = BootJob(
      kernel: kernel, modules: build.record.modules.map(\.file), expected: reference?.requested ?? [])
    return try await machine.boot(job, log: "\(logs)/boot-\(label)-\(kernel.identity.name).log")
  }

  /// Judges the adapted driver's boot by the reference: the unadapted driver on the kernel that it was made for.
  static func judge(
    _ adapted: BootRecord?, reference: BootRecord?, kernel: Kernel, wanted: Bool
  ) -> Result {
    let name = kernel.identity.name
    guard let adapted else {
      let reason = wanted ? "no image of this kernel at hand, or no module to load" : "a boot was not asked for"
      let verdict = Verdict(gate: "boot", kernel: name, result: .notRun, summary: reason)
      return Result(
        word: .notRun, verdict: verdict, notExecuted: ["nothing was executed on \(name)"], executed: [], seconds: 0)
    }
    let judged = BootVerdict(adapted: adapted, reference: reference)
    var evidence = adapted.evidence
    evidence.lines += judged.lines
    let verdict = Verdict(
      gate: "boot", kernel: name, result: judged.word == .failed ? .failed : judged.word == .notRun ? .notRun : .passed,
      summary: "\(judged.word.rawValue)\(judged.complaints.isEmpty ? "" : ", complains as before"): \(judged.summary)",
      findings: judged.findings, evidence: [evidence])
    return Result(
      word: judged.word, staysLoaded: judged.staysLoaded, loadsInPart: judged.loadsInPart,
      complaint: judged.complaints.first?.message, verdict: verdict,
      notExecuted: judged.word == .notRun ? ["nothing was executed on \(name)"] : judged.notExecuted,
      executed: judged.executed, seconds: adapted.machineSeconds)
  }
}

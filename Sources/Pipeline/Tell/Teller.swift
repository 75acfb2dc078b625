// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import Foundation
import KernelBuild
import KernelModel
import MailFormat
import PatchFormat

/// Puts everything about an adaptation into a series report, and has it written.
struct Teller: Sendable {
  let mended: Mended
  let kept: Keeping.Kept
  private let run: AdaptationRun
  private let posting: Posting

  init(run: AdaptationRun, mended: Mended, kept: Keeping.Kept) throws {
    self.run = run
    self.mended = mended
    self.kept = kept
    guard let author = Mailbox(run.request.author) else {
      throw Failure(.usage, run.request.author, "is no mail address", remedy: "write --author 'Name <address>'")
    }
    posting = Posting(
      author: author, date: MailDate(seconds: Int(Date().timeIntervalSince1970)),
      random: (0..<24).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined(), domain: "kmend.invalid")
  }

  func write(outcome: Outcome, proof: Proof, flags: [Flag]) async throws -> WrittenSeries {
    let builds = run.builds
    let patches = zip(kept.patches, proof.perPatch).map { patch, kernels in
      let changes = patch.changes.map { change in
        var change = change
        if !change.breaks.isEmpty { change.cause = change.cause ?? run.cause }
        return change
      }
      return PatchReport(
        changes: changes, compatibility: patch.compatibility, files: [], kernels: kernels, title: patch.title)
    }
    let report = SeriesReport(
      driver: builds.driver, from: builds.from.kernel.identity, to: builds.to.kernel.identity, outcome: outcome,
      patches: patches, kernels: proof.kernels,
      verdicts: proof.verdicts.filter { !["build", "boot", "git-am"].contains($0.gate) }, flags: flags,
      remaining: mended.left.filter { $0.cause == nil }.map { found in
        RemainingBreak(found, example: example(for: found))
      }, notTested: proof.notTested, base: Series.Base(builds.driver.origin), tools: try await tools(proof.verdicts),
      posting: posting
    )
    return try await SeriesWriter(workspace: run.workspace, scratch: try Self.fresh(run.scratch))
      .write(report, patches: kept.patches)
  }

  /// Checks each patch as it will be mailed, by the newest kernel source at hand; nil if there is none.
  func checkpatch(_ series: WrittenSeries) async throws -> Verdict? {
    let kernels = try Kernels(workspace: run.workspace).all()
    let versions = kernels.filter { $0.source != nil }.compactMap { kernel in
      KernelVersion(kernel.identity.sourceVersion).map { (version: $0, kernel: kernel) }
    }
    guard let source = versions.max(by: { $0.version < $1.version })?.kernel.source else { return nil }
    let gate = CheckpatchGate(
      checkpatch: try Checkpatch(source: source, run.workspace.containment), style: run.request.compat)
    return try await gate.judge(
      series.mails.filter { $0.patch != nil }.map(Self.plain),
      original: mended.sources.filter { kept.files[$0.key] != nil }, adapted: kept.files)
  }

  /// A mail without its transfer encoding, which checkpatch does not undo.
  private static func plain(_ mail: PatchMail) -> [UInt8] {
    let subject = mail.message["Subject"] ?? ""
    return Array("From: \(mail.message["From"] ?? "")\nSubject: \(subject)\n\n".utf8) + mail.message.body
  }

  private func example(for found: Break) -> Rule.Example? {
    mended.result.unsolved.first { $0.symbol.name == found.symbol }?.rules.first?.examples.first
  }

  /// kmend itself, and what checked its work.
  private func tools(_ verdicts: [Verdict]) async throws -> [String] {
    let versions = try await ToolVersions.read(by: run.workspace.containment)
    let ran = Set(verdicts.filter { $0.result != .notRun }.map(\.gate))
    let names = ["spatch": ("Coccinelle", "spatch"), "sparse": ("sparse", "warnings")]
    return ["kmend \(Release.version)"]
      + versions.compactMap { tool in
        guard let (name, gate) = names[tool.name], ran.contains(gate), let version = tool.version else { return nil }
        return "\(name) \(version)"
      }
  }

  private static func fresh(_ scratch: String) throws -> String {
    let folder = "\(scratch)/series-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}

/// What this program calls itself.
package enum Release {
  package static let version = "0.1.0"
}

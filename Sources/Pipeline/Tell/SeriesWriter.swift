// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import Foundation
import GitStore
import KernelModel
import MailFormat
import PatchFormat
import Sandbox

/// A series as it is mailed, and the proof that its exact bytes apply.
struct WrittenSeries: Sendable {
  var mails: [PatchMail]
  /// Without the cover letter, which plain `git am` does not take: the first patch says what that says.
  var mbox: [UInt8]
  var verdict: Verdict
  var drafts: [CommitDraft]
  var titles: [String]
}

/// Writes the series and applies it with `git am` before anybody sees it.
struct SeriesWriter: Sendable {
  let workspace: Workspace
  let scratch: String

  /// - Parameters:
  ///   - report: everything but the patches' diffs, which are made here.
  ///   - patches: the driver's files after each patch.
  /// - Throws: `Failure` (`ourFault`) if the series can't be rendered.
  func write(_ report: SeriesReport, patches: [PlannedPatch]) async throws -> WrittenSeries {
    let root = report.driver.root
    var report = report
    var drafts: [[FileChange]] = []
    var before: [String: SourceText] = [:]
    for (index, patch) in patches.enumerated() {
      let changes = try Self.changes(from: before, to: patch.files, root: root)
      report.patches[index].files = try Diffing.diff(changes)
      drafts.append(changes)
      before = patch.files
    }
    report.total = try Diffing.diff(Self.changes(from: [:], to: before, root: root))
    let templates = try templates()
    let mails = try renderSeries(report, templates: templates)
    let bytes = mbox(try renderSeries(report, templates: templates, withCover: false))
    let author = Signature(
      name: report.posting.author.name, address: report.posting.author.address, seconds: report.posting.date.seconds,
      offset: report.posting.date.offset)
    let patchMails = mails.filter { $0.patch != nil }
    return WrittenSeries(
      mails: mails, mbox: bytes,
      verdict: try await applies(bytes, to: root, expecting: patches.last?.files ?? [:], author: author),
      drafts: zip(drafts, patchMails).map {
        CommitDraft(changes: $0, message: $1.patch?.message ?? "", author: author)
      },
      titles: patchMails.compactMap { $0.patch?.title })
  }

  private static func changes(
    from before: [String: SourceText], to after: [String: SourceText], root: String
  ) throws -> [FileChange] {
    try after.keys.sorted().compactMap { path in
      let file = "\(root)/\(path)"
      let original = try Harvest(root).bytes(path)
      let was = before[path] ?? original
      guard was != after[path] else { return nil }
      let mode: FileMode = FileManager.default.isExecutableFile(atPath: file) ? .executable : .regular
      return FileChange(path: path, before: was, after: after[path], mode: original == nil ? .regular : mode)
    }
  }

  private func templates() throws -> Templates {
    var texts: [String: String] = [:]
    for name in Templates.names {
      texts[name] = try? String(contentsOfFile: "\(workspace.templates)/\(name).mustache", encoding: .utf8)
    }
    return try Templates(texts)
  }

  /// `git am` of the exact bytes on the packaged source must give the tree that was built.
  private func applies(
    _ bytes: [UInt8], to root: String, expecting files: [String: SourceText], author: Signature
  ) async throws -> Verdict {
    let (repository, base) = try await Repository.initScratch(
      at: "\(scratch)/am.git", from: root, message: "original", author: author)
    let changes = try Self.changes(from: [:], to: files, root: root)
    let expected = try await repository.tree(with: changes, on: base)
    let applied = try await repository.gitAm(bytes, onto: base)
    let passed = applied.tree == expected
    let said = applied.execution.errorText.split(separator: "\n").suffix(3).joined(separator: "; ")
    return Verdict(
      gate: "git-am", kernel: "", result: passed ? .passed : .failed,
      summary: passed
        ? "the exact bytes give the tree that was built"
        : applied.tree == nil ? "git am refuses the series: \(said)" : "git am gives another tree",
      evidence: [applied.execution.evidence(lines: passed ? [] : [said])])
  }
}

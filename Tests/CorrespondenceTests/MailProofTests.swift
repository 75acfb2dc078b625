// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Correspondence
import Foundation
import GitStore
import KernelModel
import MailFormat
import PatchFormat
import Sandbox
import TestSupport
import Testing

private let b4Program = "/usr/bin/b4"

/// The newest kernel source of the cache that Deploy/test fills.
private let kernelSource: String? = {
  let environment = ProcessInfo.processInfo.environment
  let home = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/root")/.cache"
  let store = KernelStore(cache: environment["KMEND_CACHE"] ?? "\(home)/kmend", containment: Containment())
  let sources = (try? store.kernels())?.compactMap(\.kernel.source) ?? []
  return sources.last { FileManager.default.fileExists(atPath: "\($0)/scripts/checkpatch.pl") }
}()

/// The mails, as the programs of the field take them.
@Suite struct MailProofTests {
  /// One patch for each file that is awkward in some way.
  static func awkwardSeries() throws -> (report: SeriesReport, drafts: [[FileChange]]) {
    let drafts = FileCase.all.map { file in
      [
        FileChange(
          path: file.path, before: file.before, after: file.after, mode: file.isExecutable ? .executable : .regular)
      ]
    }
    var report = try Reports.report(driver: "foo", drafts.map { ([Reports.strlcpyChange("foo.c")], $0) })
    for (index, file) in FileCase.all.enumerated() { report.patches[index].title = "change \(file.path)" }
    report.posting.author = Mailbox(name: "M\u{FC}ller, J\u{FC}rgen", address: "kmend@example.org")
    return (report, drafts)
  }

  static func scratch(in folder: String) async throws -> (repository: Repository, commit: ObjectID) {
    for file in FileCase.all {
      guard let bytes = file.before else { continue }
      let url = URL(fileURLWithPath: "\(folder)/source/\(file.path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
      if file.isExecutable {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
      }
    }
    return try await Repository.initScratch(
      at: "\(folder)/scratch.git", from: "\(folder)/source", message: "packaged\n", author: signature)
  }

  static let signature = Signature(name: "kmend", address: "kmend@example.org", seconds: 1_795_168_800)

  /// `git am` makes the very trees and messages that were meant, from the mbox and from the same mails with CRLF.
  @Test(arguments: [false, true])
  func gitAmGivesTheSameTreesAndMessages(isWire: Bool) async throws {
    try await withTemporaryFolder { folder in
      let (report, changes) = try Self.awkwardSeries()
      let (repository, base) = try await Self.scratch(in: folder)
      let mails = try renderSeries(report, templates: shippedTemplates())
      let drafts = zip(changes, mails.compactMap(\.patch)).map {
        CommitDraft(changes: $0, message: $1.message, author: Self.signature)
      }
      let commits = try await repository.commit(drafts, onto: base, branch: "adapted")
      var bytes = mbox(try renderSeries(report, templates: shippedTemplates(), withCover: false))
      if isWire { bytes = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }
      let result = try await repository.gitAm(bytes, onto: base)
      #expect(result.execution.succeeded, "\(result.execution.errorText)")
      #expect(result.commits.count == commits.count)
      for (index, made) in result.commits.enumerated() {
        #expect(try await made.tree == repository.tree(of: commits[index]), "\(FileCase.all[index])")
        #expect(made.message.trimmingCharacters(in: .newlines) + "\n" == drafts[index].message)
        #expect(made.author == "M\u{FC}ller, J\u{FC}rgen <kmend@example.org>")
      }
    }
  }

  /// What does not apply is a result with git's own words, not an error.
  @Test func gitAmRefusesWhatDoesNotApply() async throws {
    try await withTemporaryFolder { folder in
      let (repository, base) = try await Self.scratch(in: folder)
      let change = FileChange(path: "plain.c", before: Array("other\n".utf8), after: Array("text\n".utf8))
      let report = try Reports.report(driver: "foo", [([Reports.strlcpyChange("foo.c")], [change])])
      let result = try await repository.gitAm(
        mbox(renderSeries(report, templates: shippedTemplates())), onto: base)
      #expect(result.tree == nil && !result.execution.succeeded)
      #expect(result.execution.errorText.contains("patch does not apply"))
      let empty = try await repository.gitAm(Array("no mail\n".utf8), onto: base)
      #expect(empty.tree == nil)
    }
  }

  /// What the cover letter says does not keep `git am` from the patches.
  @Test func gitAmTakesASeriesThatHasACover() async throws {
    try await withTemporaryFolder { folder in
      let text = (before: Array("a\n".utf8), after: Array("b\n".utf8))
      let (repository, base) = try await Self.scratch(in: folder)
      let changes = ["name with space.c", "sub/folder/deep.c"].map {
        [FileChange(path: $0, before: text.before, after: text.after)]
      }
      let report = try Reports.report(driver: "foo", changes.map { ([Reports.strlcpyChange("foo.c")], $0) })
      #expect(try renderSeries(report, templates: shippedTemplates()).count == 3)
      let mails = try renderSeries(report, templates: shippedTemplates(), withCover: false)
      #expect(mails.count == 2)
      let result = try await repository.gitAm(mbox(mails), onto: base)
      #expect(try await result.tree == repository.tree(with: changes.flatMap { $0 }, on: base))
    }
  }

  /// `b4 am` makes of the whole mbox, with a cover letter or without, an mbox that `git am` applies to the same tree.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: b4Program), "b4 is not installed"),
    arguments: [true, false])
  func b4TakesTheSeries(withCover: Bool) async throws {
    try await withTemporaryFolder { folder in
      let plain = FileCase.all.filter {
        !($0.path.contains("dos") || $0.path.contains("latin1") || $0.path.contains("mixed") || $0.path == "cr.c")
      }
      let changes = plain.map {
        [FileChange(path: $0.path, before: $0.before, after: $0.after, mode: $0.isExecutable ? .executable : .regular)]
      }
      let (repository, base) = try await Self.scratch(in: folder)
      let report = try Reports.report(driver: "foo", changes.map { ([Reports.strlcpyChange("foo.c")], $0) })
      let mails = try renderSeries(report, templates: shippedTemplates(), withCover: withCover)
      let made = try await b4(mbox(mails), in: folder)
      let result = try await repository.gitAm(made, onto: base)
      #expect(result.execution.succeeded, "\(result.execution.errorText)")
      #expect(try await result.tree == repository.tree(with: changes.flatMap { $0 }, on: base))
    }
  }

  /// b4 takes the mails of a driver with CRLF, but drops every carriage return: the notes say so.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: b4Program), "b4 is not installed"))
  func b4TakesADosDriver() async throws {
    try await withTemporaryFolder { folder in
      let file = try #require(FileCase.all.first { $0.path == "dos.c" })
      let change = FileChange(path: file.path, before: file.before, after: file.after)
      let report = try Reports.report(driver: "foo", [([Reports.strlcpyChange("dos.c")], [change])])
      let made = try await b4(mbox(renderSeries(report, templates: shippedTemplates())), in: folder)
      let diffs = try DiffParser.parse(made)
      #expect(diffs.map(\.path) == ["dos.c"])
      func plain(_ lines: [Hunk.Line]) -> [[UInt8]] { lines.map { $0.text.filter { $0 != 0x0D } } }
      #expect(try diffs[0].hunks.flatMap { plain($0.lines) } == Diffing.diff(change).hunks.flatMap { plain($0.lines) })
      #expect(String(decoding: made, as: UTF8.self).contains("carriage"))
    }
  }

  /// The kernel's own judge of patches finds nothing.
  @Test(.enabled(if: kernelSource != nil, "no kernel source in the cache"))
  func checkpatchFindsNothing() async throws {
    let source = try #require(kernelSource)
    let before =
      "// SPDX-License-Identifier: GPL-2.0\n#include <linux/string.h>\n\nstatic void f(char *to)\n{\n\tstrlcpy(to, \"x\", 16);\n}\n"
    let after = before.replacingOccurrences(of: "strlcpy", with: "strscpy")
    let change = FileChange(path: "foo.c", before: Array(before.utf8), after: Array(after.utf8))
    for patches in [1, 2] {
      let one = (changes: [Reports.strlcpyChange("foo.c"), Reports.headerChange("foo.c")], files: [change])
      let report = try Reports.report(driver: "foo", Array(repeating: one, count: patches))
      for mail in try renderSeries(report, templates: shippedTemplates()) where mail.patch != nil {
        let view = View(mounts: [
          .readOnly(host: "\(source)/scripts", inside: "/scripts"),
          .file(inside: "/mail", bytes: mail.message.bytes, executable: false),
        ])
        let execution = try await Containment().run(
          Command(
            "perl", ["/scripts/checkpatch.pl", "--no-tree", "--no-signoff", "--strict", "/mail"],
            place: .contained(view),
            mergesErrors: true))
        #expect(execution.succeeded, "\(execution.text)")
      }
    }
  }

  private func b4(_ mailbox: [UInt8], in folder: String) async throws -> [UInt8] {
    for name in ["home", "out"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try Data(mailbox).write(to: URL(fileURLWithPath: "\(folder)/series.mbox"))
    // b4 does not start without a user.
    try Data("[user]\n\tname = Test\n\temail = test@example.org\n".utf8)
      .write(to: URL(fileURLWithPath: "\(folder)/home/.gitconfig"))
    let environment = ["HOME": "\(folder)/home", "XDG_CACHE_HOME": "\(folder)/home", "XDG_DATA_HOME": "\(folder)/home"]
    let execution = try await Containment().run(
      Command(
        b4Program,
        [
          "--offline-mode", "--no-interactive", "--no-stdin", "am", "-m", "\(folder)/series.mbox", "-o",
          "\(folder)/out",
        ],
        environment: environment, directory: "\(folder)/home", place: .host, mergesErrors: true))
    #expect(execution.succeeded, "\(execution.text)")
    let made = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").filter { $0.hasSuffix(".mbx") }
    let name = try #require(made.first, "\(execution.text)")
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/\(name)")))
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline

/// `kmend explain`: the API changes of a commit, a patch, or of a symbol's whole history.
struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a commit or a posted series changes for drivers, and how callers were converted.",
    discussion: """
        kmend explain v6.12-rc1~5 --tree ~/linux
        kmend explain series.mbox
        kmend explain https://lore.example.org/all/20261120-1@example.org/
        kmend explain FUNCTION --tree ~/linux                 # all commits that changed it
        kmend explain 'struct NAME.FIELD' --tree ~/linux --json

      What is no file, and reads like a name of the kernel's, is taken for one; --commit and --symbol say which is \
      meant. The first question about a symbol reads the whole history, later ones only what is new. Where \
      a daemon has drivers subscribed, those that use what changed are listed.
      """)

  @Argument(help: "A commit, a file with patches, the URL of a mail, or a symbol as for kmend rules.")
  var subject: String

  @Option(help: ArgumentHelp("A git repository of the kernel.", valueName: "dir"))
  var tree: String?

  @Option(help: ArgumentHelp("Where a symbol's history ends.", valueName: "commit"))
  var tip = "HEAD"

  @ArgumentParser.Flag(help: "The subject names a commit.")
  var commit = false

  @ArgumentParser.Flag(help: "The subject names a symbol.")
  var symbol = false

  @ArgumentParser.Flag(help: "Also what only headers beside in-tree sources declare.")
  var `internal` = false

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  private var isThread: Bool { !commit && !symbol && subject.contains("://") }
  private var isFile: Bool { !commit && !symbol && FileManager.default.fileExists(atPath: subject) }

  /// A name as C has it, a field, or a header; what could be the short name of a commit is none.
  private var isSymbol: Bool {
    if symbol || commit { return symbol }
    if subject.hasSuffix(".h") || subject.contains(/^(?:struct|union) \w+\.\w+$/) { return true }
    let isHash = subject.contains(/^[0-9a-f]{7,40}$/)
    return !isHash && subject != "HEAD" && subject.contains(/^[A-Za-z_]\w*$/)
  }

  func validate() throws {
    if commit, symbol { throw ValidationError("--commit and --symbol exclude each other") }
    if !isFile, !isThread, tree == nil {
      throw ValidationError("'\(subject)' is no file: say with --tree where to look for it")
    }
  }

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let explanation = Explanation(
      workspace: try Workspace(), steps: Steps { progress.announce($0) }, control: try options.controlIfAny())
    let folder = URL(fileURLWithPath: tree ?? ".").standardizedFileURL.path
    var report =
      isFile
      ? try await explanation.patches(subject)
      : isThread
        ? try await explanation.thread(subject)
        : isSymbol
          ? try await explanation.symbol(subject, in: folder, tip: tip)
          : try await explanation.commit(subject, in: folder)
    progress.finish()
    if !self.internal {
      for index in report.commits.indices { report.commits[index].changes.removeAll { !$0.change.isPublic } }
    }
    print(common.json ? try Terminal.json(report) : ExplainText(report).text)
  }
}

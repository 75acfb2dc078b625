// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline
import Rainbow

/// `kmend rules`: how in-tree users of a symbol were converted between two kernels.
struct Rules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the users of a symbol in the kernel's own tree were converted.",
    discussion: """
        kmend rules FUNCTION --from 6.1 --to 6.12
        kmend rules 'struct NAME.FIELD' --from 6.1 --to 6.12 --json
        kmend rules FOLDER/HEADER.h --from 6.1 --to 6.12
        kmend rules MACRO --from 6.1 --to 6.12 --cocci > macro.cocci
      """)

  @Argument(help: "A function, macro or type, 'struct NAME.FIELD', or a header's path.")
  var symbol: String

  @Option(help: ArgumentHelp("The older kernel.", valueName: "kernel"))
  var from: String

  @Option(help: ArgumentHelp("The newer kernel.", valueName: "kernel"))
  var to: String

  @ArgumentParser.Flag(help: "Print a semantic patch for spatch(1).")
  var cocci = false

  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let steps = Steps { progress.announce($0) }
    let report = try await RuleListing(workspace: try Workspace(), steps: steps).rules(for: symbol, from: from, to: to)
    progress.finish()
    if cocci {
      print(report.semanticPatch, terminator: "")
    } else {
      print(common.json ? try Terminal.json(report) : text(of: report))
    }
  }

  private func text(of report: RulesReport) -> String {
    var lines = [Terminal.printable(report.symbol).bold + ": \(report.from.name) → \(report.to.name)"]
    lines.append("  before  " + (report.before ?? "not declared"))
    lines.append("  after   " + (report.after ?? "not declared"))
    lines.append("  in-tree \(report.converted) files were converted")
    if report.rules.isEmpty { lines.append("no rule: the conversions have nothing in common") }
    for rule in report.rules {
      let percent = Int((rule.confidence * 100).rounded())
      lines += [
        "", rule.id.bold + "  \(rule.summary)",
        "  \(rule.support) files, \(percent) % of \(rule.opportunities) places, "
          + "right at \(rule.replay.reproduced) of \(rule.replay.tried) held out",
      ]
      if !rule.smpl.isEmpty { lines += rule.smpl.split(separator: "\n").map { "    \($0)" } }
      for example in rule.examples.prefix(3) {
        lines.append("  \(example.site)")
        lines.append("    - \(example.before)")
        if !example.after.isEmpty { lines.append("    + \(example.after)") }
      }
      lines += rule.flags.map { "  review  \($0.reason.rawValue): \($0.detail)" }
    }
    return lines.joined(separator: "\n")
  }
}

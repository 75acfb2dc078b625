// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline

/// `kmend confidence`: what a confidence is worth between two kernels.
struct ConfidenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confidence",
    abstract: "Show how often rules are right at places held out from learning, by their strength.",
    discussion: """
        kmend confidence --from 6.1 --to 6.12

      Measured once per pair of kernels, and kept in the cache: kmend adapt takes its confidence from it.
      """)

  @Option(help: ArgumentHelp("The older kernel.", valueName: "name"))
  var from: String

  @Option(help: ArgumentHelp("The newer kernel.", valueName: "name"))
  var to: String

  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let steps = Steps { progress.announce($0) }
    let measured = try await PairCalibration(workspace: try Workspace(), steps: steps).measured(from: from, to: to)
    let report = ConfidenceReport(from: from, to: to, measured)
    progress.finish()
    print(common.json ? try Terminal.json(report) : text(of: report))
  }

  private func text(of report: ConfidenceReport) -> String {
    var lines = ["\(report.from) → \(report.to)  \(report.places) places of \(report.symbols) symbols, each held out"]
    guard !report.bands.isEmpty else { return lines[0] + "\ntoo few places to tell" }
    lines += ["", "strength from  confidence  right of places"]
    lines += report.bands.map {
      column(share($0.strength), 13) + "  " + column(share($0.confidence), 10) + "  \($0.right) of \($0.places)"
    }
    guard !report.check.isEmpty else { return lines.joined(separator: "\n") }
    lines += ["", "each half of the symbols, predicted from the other half", " predicted       right  places"]
    lines += report.check.map {
      column(share($0.predicted), 10) + "  " + column(share(Double($0.right) / Double($0.places)), 10) + "  "
        + column("\($0.places)", 6)
    }
    return lines.joined(separator: "\n")
  }

  private func share(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  private func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

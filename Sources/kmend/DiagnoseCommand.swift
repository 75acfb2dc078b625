// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline
import Rainbow

/// `kmend diagnose`: what a newer kernel breaks in a driver.
struct Diagnose: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a newer kernel breaks in a driver, and why.",
    discussion: """
        kmend diagnose ./my-driver --from 6.1 --to 6.12
        kmend diagnose debian:my-driver-dkms --from 6.1 --to 6.12 --json

      Exit code 0 also when breaks are found: they are the answer, not an error.
      """)

  @OptionGroup var pair: KernelPair
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let workspace = try Workspace(buildSeconds: Double(pair.timeout))
    let steps = Steps { progress.announce($0) }
    let report = try await Diagnoses(workspace: workspace, steps: steps)
      .diagnose(driver: pair.driver, from: pair.from, to: pair.to)
    progress.finish()
    print(common.json ? try Terminal.json(report) : text(of: report))
  }

  private func text(of report: DiagnosisReport) -> String {
    let name = [report.driver.name, report.driver.version].filter { !$0.isEmpty }.joined(separator: " ")
    var lines = [Terminal.printable(name).bold + ": \(report.from.name) → \(report.to.name)"]
    if report.breaks.isEmpty { lines.append("no break".green) }
    lines += report.breaks.filter { $0.cause == nil }.map { BreakText($0).lines }.joined()
    let cascades = report.breaks.count { $0.cause != nil }
    if cascades > 0 { lines.append("\(cascades) more follow from these") }
    if !report.alreadyWrong.isEmpty {
      lines.append("already wrong on \(report.from.name): \(report.alreadyWrong.count)")
      lines += report.alreadyWrong.prefix(5).map {
        Terminal.printable("  \($0.site?.description ?? ""): \($0.message)")
      }
    }
    return (lines + report.notes.map(Terminal.printable)).joined(separator: "\n")
  }
}

/// One break for a person.
struct BreakText {
  let lines: [String]

  init(_ entry: BreakEntry) {
    let place = Terminal.printable(entry.line > 0 ? "\(entry.file):\(entry.line)" : entry.file)
    var lines = ["", "\(place)  \(Terminal.printable(entry.symbol).bold)  \(entry.kind.rawValue)"]
    lines.append("  " + Terminal.printable(entry.message))
    lines.append("  before  " + Terminal.printable(entry.before ?? "not declared"))
    lines.append("  after   " + Terminal.printable(entry.after ?? "not declared"))
    if let count = entry.convertedInTree, count > 0 { lines.append("  in-tree \(count) files were converted") }
    self.lines = lines
  }
}

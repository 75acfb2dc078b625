// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline
import Rainbow

/// `kmend doctor`: is everything there that kmend needs?
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check every part that kmend needs, by trying it.",
    discussion: """
      One line each, with the remedy where something is wrong. Exit code 69 if kmend can't work as it is.
      """)
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let checks = await Checkup(workspace: try Workspace()).examine { progress.announce($0) }
    progress.finish()
    if common.json {
      print(try Terminal.json(checks))
    } else {
      let rows = checks.map { check in
        let word =
          switch check.state {
          case .ok: "ok".green
          case .warning: "warning".yellow
          case .failed: "failed".red
          }
        return [word, check.name, check.detail + (check.remedy.isEmpty ? "" : "; \(check.remedy)")]
      }
      print(Terminal.columns(rows), terminator: "")
    }
    if checks.contains(where: { $0.state == .failed }) { throw ExitCode(Failure.Code.unavailable.rawValue) }
  }
}

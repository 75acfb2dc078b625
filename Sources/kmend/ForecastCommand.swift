// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline
import Rainbow

/// `kmend forecast`: which drivers a change is going to break, and where.
struct ForecastCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Say which drivers a change is going to break, and where, without building them.",
    discussion: """
        kmend forecast --change v6.12-rc1~5 --tree ~/linux --driver ./my-driver
        kmend forecast --change series.mbox --driver ./one --driver ./other --json
        kmend forecast --driver debian:my-driver-dkms --from 6.1 --to 6.12
        kmend forecast --change '<20261120-words-v2-1@example.org>'
        kmend forecast --change https://lore.example.org/all/20261120-1@example.org/
        kmend forecast --change HEAD --tree ~/linux --callers
        kmend forecast --change HEAD --tree ~/linux --driver ./my-driver --on 6.12

      Without --driver the drivers are those that are subscribed; a Message-ID is one of a list \
      that the daemon watches, a URL one of a public-inbox archive: the whole series is meant.

      Exit code 0 also when something is going to break: that is the answer, not an error.
      """)

  @Option(
    help: ArgumentHelp(
      "A commit of --tree, a file with patches, a <Message-ID>, or the URL of a mail.", valueName: "change"))
  var change: String?

  @Option(help: ArgumentHelp("A git repository of the kernel.", valueName: "dir"))
  var tree: String?

  @Option(help: ArgumentHelp("In place of a change: the older kernel.", valueName: "name"))
  var from: String?

  @Option(help: ArgumentHelp("In place of a change: the newer kernel.", valueName: "name"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "A driver, as for kmend adapt; may be repeated; those that are subscribed by default.", valueName: "driver"))
  var driver: [String] = []

  @Option(
    help: ArgumentHelp(
      "A kernel at hand: its headers with those of the commit laid over them tell what is certain.",
      valueName: "name"))
  var on: String?

  @ArgumentParser.Flag(
    help: "Also the callers in --tree that the change does not convert; what patches touch counts as converted.")
  var callers = false

  @ArgumentParser.Flag(help: "Only what is likely or certain.")
  var likely = false

  @ArgumentParser.Flag(help: "Print SARIF, as code scanners read it.")
  var sarif = false

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    do {
      _ = try source()
    } catch let failure as Failure {
      throw ValidationError("\(failure)")
    }
    if callers, tree == nil { throw ValidationError("--callers looks into a kernel's repository: give --tree") }
    if on != nil, tree == nil || driver.isEmpty {
      throw ValidationError("--on asks what a commit does to drivers that are named: give --tree and --driver")
    }
    if sarif, common.json { throw ValidationError("--sarif and --json exclude each other: choose one") }
  }

  private func source() throws -> Forecasts.Source {
    switch (change, from, to) {
    case (nil, let from?, let to?) where tree == nil: return .kernels(from: from, to: to)
    case (let change?, nil, nil):
      let folder = tree.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
      switch try ChangePlace(change, hasTree: folder != nil) {
      case .commit(let name): return .commit(name, tree: folder ?? "")
      case .patches(let file): return .patches(file, tree: folder)
      case .thread(let url): return .thread(url)
      case .posted(let id): return .posted(id)
      }
    default: throw ValidationError("give --change, or --from and --to")
    }
  }

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let source = try source()
    let isPosted = if case .posted = source { true } else { false }
    // Whoever asks for callers need not have a daemon.
    let isNeeded = isPosted || driver.isEmpty && !callers
    let control = isNeeded ? try options.control() : driver.isEmpty ? try options.controlIfAny() : nil
    var report = try await Forecasts(
      workspace: try Workspace(), steps: Steps { progress.announce($0) }, control: control
    ).forecast(source, drivers: driver, on: on, callers: callers)
    progress.finish()
    if likely { report.entries.removeAll { $0.certainty == .possible } }
    if sarif { return print(try Terminal.json(SARIFLog(report))) }
    print(common.json ? try Terminal.json(report) : text(of: report))
  }

  private func text(of report: ForecastReport) -> String {
    let printable = Terminal.printable
    var lines = [printable(report.source).bold + ": \(report.changes) API change\(report.changes == 1 ? "" : "s")"]
    if report.drivers.isEmpty { lines += ["", "no subscribed driver uses what changes".green] }
    for driver in report.drivers {
      let entries = report.entries.filter { $0.driver == driver.name }
      let name = [driver.name, driver.version].filter { !$0.isEmpty }.joined(separator: " ")
      lines += ["", printable(name).bold + (entries.isEmpty ? "  nothing to expect".green : "")]
      lines += Terminal.columns(
        entries.map { entry in
          [
            entry.certainty.rawValue, printable("\(entry.file):\(entry.line)"), entry.kind.rawValue,
            printable(entry.reason),
          ]
        }, indent: "  "
      ).split(separator: "\n").map(String.init)
    }
    return lines.joined(separator: "\n")
  }
}

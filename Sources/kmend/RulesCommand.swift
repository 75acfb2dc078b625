// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline
import Rainbow

/// `kmend rules`: how in-tree users of a symbol were converted.
struct Rules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the users of a symbol in the kernel's own tree were converted.",
    discussion: """
        kmend rules FUNCTION --from 6.1 --to 6.12
        kmend rules 'struct NAME.FIELD' --from 6.1 --to 6.12 --json
        kmend rules FOLDER/HEADER.h --from 6.1 --to 6.12
        kmend rules MACRO --from 6.1 --to 6.12 --cocci > macro.cocci
        kmend rules FUNCTION --tree ~/linux --from v6.1 --to v6.12
        kmend rules FUNCTION --tree ~/linux --range v6.11..v6.12
        kmend rules FUNCTION --patches series.mbox
      """)

  @Argument(help: "A function, macro or type, 'struct NAME.FIELD', or a header's path.")
  var symbol: String

  @OptionGroup var options: OriginOptions

  @ArgumentParser.Flag(help: "Print a semantic patch for spatch(1).")
  var cocci = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try options.origin()
    if cocci, common.json { throw ValidationError("--cocci and --json exclude each other: choose one") }
  }

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let steps = Steps { progress.announce($0) }
    let report = try await RuleListing(workspace: try Workspace(), steps: steps).rules(
      for: symbol, from: try options.origin())
    let patch = cocci ? try await CocciFile(workspace: try Workspace()).text(of: report) : ""
    progress.finish()
    if cocci {
      print(patch, terminator: "")
    } else {
      print(common.json ? try Terminal.json(report) : text(of: report))
    }
  }

  /// `learned from 3 commits: abc123def456 ("subject"), …`
  private func learned(from commits: [CommitName]) -> String {
    let shown = commits.prefix(3).map(\.description).joined(separator: ", ")
    let rest = commits.count > 3 ? ", …" : ""
    return "learned from \(Self.count(commits.count, "commit")): \(shown)\(rest)"
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// Wrong at most of the places that it was not learned from.
  private static func isUnreliable(_ rule: Rule) -> Bool {
    rule.replay.tried > 0 && rule.replay.reproduced * 2 < rule.replay.tried
  }

  private static func reason(_ report: RulesReport) -> String {
    if report.sought.container != nil, report.before != nil, report.before == report.after {
      return "both declare it alike"
    }
    return report.sought.kind == .callbackPrototype
      ? "functions follow the new prototype; \"kmend adapt\" does that" : "the conversions have nothing in common"
  }

  private func text(of report: RulesReport) -> String {
    let printable = Terminal.printable
    var lines = [printable(report.symbol).bold + ": " + printable(report.source.title)]
    if report.source.kind != .patches {
      lines.append("  before  " + printable(report.before ?? "not declared"))
      lines.append("  after   " + printable(report.after ?? "not declared"))
    }
    lines.append(
      "  in-tree \(Self.count(report.converted, "file")) \(report.converted == 1 ? "was" : "were") converted")
    if let unreadable = report.source.unreadable, unreadable > 0 {
      lines.append("  gaps    \(unreadable) files or mails could not be read, or are too large")
    }
    for line in report.buildLines { lines += example(line) }
    if report.rules.isEmpty, report.buildLines.isEmpty {
      lines.append("no rule: \(Self.reason(report))")
    }
    for rule in report.rules.map(\.rule) {
      let percent = Int((rule.confidence * 100).rounded())
      lines += [
        "", rule.id.bold + "  " + printable(rule.summary),
        "  \(Self.count(rule.support, "file")), \(percent) % of \(Self.count(rule.opportunities, "place")), "
          + (rule.replay.tried > 0
            ? "right at \(rule.replay.reproduced) of \(rule.replay.tried) held out" : "tried at none held out"),
      ]
      if !rule.commits.isEmpty { lines.append("  " + printable(learned(from: rule.commits))) }
      let smpl = printable(rule.smpl).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      lines += smpl.map { $0.isEmpty ? "" : "    \($0)" }
      for place in rule.examples.prefix(3) { lines += example(place) }
      if Self.isUnreliable(rule) { lines.append("  review  wrong at most places that it was not learned from") }
      lines += rule.flags.map { "  review  \($0.reason.rawValue): " + printable($0.detail) }
    }
    return lines.joined(separator: "\n")
  }

  private func example(_ example: Rule.Example) -> [String] {
    func marked(_ mark: String, _ text: String) -> [String] {
      Terminal.printable(text).split(separator: "\n").map { "    \(mark) \($0)" }
    }
    return ["  " + Terminal.printable(example.site.description)] + marked("-", example.before)
      + marked("+", example.after)
  }
}

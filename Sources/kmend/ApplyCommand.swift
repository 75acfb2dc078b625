// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline
import Rainbow

/// `kmend apply`: learned rules run over a folder.
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Apply learned rules to the C files of a folder.",
    discussion: """
        kmend rules FUNCTION --from 6.1 --to 6.12 --json > rules.json
        kmend apply rules.json ./my-driver
        kmend apply rules.json ./my-driver --rule FUNCTION-1 --in-place
        kmend apply FUNCTION ./my-driver --from 6.1 --to 6.12

      The change is printed as a diff for git-apply(1); places that are left as they are, and \
      reasons to look, are named on standard error. No kernel takes part: code for all versions \
      is changed alike, and a field only where its structure shows in the source. To adapt a \
      driver to a kernel use kmend adapt. The exit code is 0 whether there was something to do or \
      not.
      """)

  @Argument(
    help: ArgumentHelp(
      "A file that kmend rules --json (.json) or --cocci (.cocci) wrote, - for JSON from standard input, or a symbol.",
      valueName: "rules"))
  var rules: String

  @Argument(help: ArgumentHelp("The folder.", valueName: "dir"))
  var folder: String

  @Option(name: .customLong("rule"), help: ArgumentHelp("Apply this rule only; can be repeated.", valueName: "id"))
  var ids: [String] = []

  @ArgumentParser.Flag(help: "Change the files.")
  var inPlace = false

  @OptionGroup var options: OriginOptions
  @OptionGroup var common: CommonOptions

  private var isFile: Bool { rules == "-" || rules.hasSuffix(".json") || rules.hasSuffix(".cocci") }

  func validate() throws {
    if isFile {
      guard !options.isGiven else { throw ValidationError("rules from a file need no --from, --tree or --patches") }
      guard ids.isEmpty || !rules.hasSuffix(".cocci") else {
        throw ValidationError("--rule does not go with a .cocci file, which is applied as a whole")
      }
    } else {
      _ = try options.origin()
    }
  }

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let steps = Steps { progress.announce($0) }
    let run = RuleRun(workspace: try Workspace(), steps: steps)
    let report = try await run.apply(
      source(), only: ids, to: URL(fileURLWithPath: folder).standardizedFileURL.path, inPlace: inPlace)
    progress.finish()
    if common.json {
      print(try Terminal.json(report))
    } else {
      tell(report)
      if !inPlace { FileHandle.standardOutput.write(Data(report.bytes)) }
    }
  }

  private func source() throws -> RuleRun.Rules {
    guard isFile else { return .symbol(rules, try options.origin()) }
    let data = rules == "-" ? try FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: rules)
    guard let data, data.count <= 64 << 20 else {
      throw Failure(.badInput, rules, "can't be read, or is larger than 64 MB")
    }
    return rules.hasSuffix(".cocci")
      ? .semanticPatch(String(decoding: data, as: UTF8.self)) : .report([UInt8](data), name: rules)
  }

  private func tell(_ report: ApplyReport) {
    for use in report.rules {
      Terminal.say(Terminal.printable("\(use.rule)  \(use.summary)  \(use.places) places"), prefix: "")
    }
    for file in report.files where inPlace {
      Terminal.say(Terminal.printable("changed  \(file.path)  +\(file.insertions) -\(file.deletions)"), prefix: "")
    }
    for place in report.left {
      let reason =
        switch place.reason {
        case .noRule: "no rule fits here"
        case .typeNeeded: "only a compiler knows whether this is the field"
        }
      Terminal.say(Terminal.printable("left  \(place.site): \(reason)"), prefix: "")
    }
    for flag in report.flags {
      Terminal.say(Terminal.printable("review  \(flag.reason.rawValue): \(flag.detail)"), prefix: "")
    }
    if report.files.isEmpty { Terminal.say("nothing to do", prefix: "") }
  }
}

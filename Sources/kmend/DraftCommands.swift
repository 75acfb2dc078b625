// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline

/// `kmend drafts`: series that the daemon made for subscribed drivers.
struct Drafts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the series that wait for subscribed drivers.",
    discussion: """
      A draft is withdrawn when its change is nowhere any more, and answered when the driver does \
      without it. Nothing is mailed.
      """)
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let drafts = try await options.control().drafts()
    guard !common.json else { return print(try Terminal.json(drafts)) }
    let rows = drafts.map { draft in
      [
        "\(draft.id)", draft.state == .open ? draft.outcome : draft.state.rawValue, Terminal.printable(draft.driver),
        Terminal.printable(draft.levels), Terminal.printable(draft.subject),
      ]
    }
    print(Terminal.columns(rows), terminator: "")
  }
}

/// `kmend show`: a draft, for git-am(1).
struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a draft's series, as git am takes it.",
    discussion: """
        kmend show 12 | git am
        kmend show 12 --json

      With --json the report, as kmend adapt prints it.
      """)
  @Argument(help: "The draft's number, as kmend drafts lists it.") var draft: Int
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let found = try await options.control().draft(draft)
    if found.draft.state != .open { Terminal.say("draft \(draft) is \(found.draft.state.rawValue)") }
    if common.json { return print(String(decoding: found.report, as: UTF8.self)) }
    guard !found.series.isEmpty else {
      throw Failure(.badInput, "draft \(draft)", "has no series: \(found.draft.outcome)", remedy: "see --json")
    }
    FileHandle.standardOutput.write(found.series)
  }
}

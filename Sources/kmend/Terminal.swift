// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import Rainbow

/// What a person at a terminal sees: messages, aligned columns, colour, progress.
enum Terminal {
  /// Whether standard error is a terminal.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Prints a line on standard error.
  static func say(_ text: String, prefix: String = "kmend: ") {
    FileHandle.standardError.write(Data((prefix + text + "\n").utf8))
  }

  /// Prints what went wrong and the remedy.
  static func report(_ failure: Failure) {
    say("\(failure.subject): \(failure.problem)")
    if !failure.remedy.isEmpty { say(failure.remedy, prefix: "  ") }
    if verbose, !failure.detail.isEmpty { say(failure.detail, prefix: "") }
  }

  /// Whether the command line asks for every step and for the full output behind an error.
  static let verbose = CommandLine.arguments.contains("--verbose")

  /// Rows as aligned columns, two spaces apart; the last column is not padded.
  static func columns(_ rows: [[String]], indent: String = "") -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].raw.count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.raw.count)
      }
      return indent + cells.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// Bytes for people: `483 MB`.
  static func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<1_000: "\(bytes) B"
    case ..<1_000_000: "\(bytes / 1_000) kB"
    case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
    default: "\(bytes / 1_000_000_000) GB"
    }
  }

  /// The outcome in its colour.
  static func coloured(_ outcome: Outcome) -> String {
    switch outcome {
    case .adapted, .nothingToDo: outcome.rawValue.green
    case .needsReview: outcome.rawValue.yellow
    case .notAdapted: outcome.rawValue.red
    }
  }

  /// A value as pretty JSON with sorted keys, as every `--json` prints it.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

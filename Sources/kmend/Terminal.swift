// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import Rainbow

/// What a person at a terminal sees: messages, aligned columns, colour, progress.
enum Terminal {
  /// Whether standard error is a terminal.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Text of a stranger's making without what a terminal would obey: control characters and reversed writing.
  static func printable(_ text: String) -> String {
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isHarmless =
        switch scalar.value {
        case 0x0A, 0x09: true
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
      clean.append(isHarmless ? scalar : "\u{FFFD}")
    }
    return String(clean)
  }

  /// Prints a line on standard error.
  static func say(_ text: String, prefix: String = "kmend: ") {
    FileHandle.standardError.write(Data((prefix + text + "\n").utf8))
  }

  /// Prints what went wrong and the remedy.
  static func report(_ failure: Failure) {
    say(printable("\(failure.subject): \(failure.problem)"))
    if !failure.remedy.isEmpty { say(printable(failure.remedy), prefix: "  ") }
    if verbose, !failure.detail.isEmpty { say(printable(failure.detail), prefix: "") }
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

  /// Text in the colour of an outcome.
  static func coloured(_ text: String, _ outcome: Outcome) -> String {
    switch outcome {
    case .adapted, .nothingToDo: text.green
    case .needsReview: text.yellow
    case .notAdapted: text.red
    }
  }

  /// A value as pretty JSON with sorted keys, as every `--json` prints it.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import PatchFormat

/// Subjects: the driver's name, then what is done, in the imperative.
enum Titles {
  /// submitting-patches.rst: "no more than 70-75 characters".
  static let limit = 70

  static func cover(_ report: SeriesReport) -> String {
    fit(report, report.outcome == .notAdapted ? ["start to adapt to Linux \(report.to.name)"] : [general(report)])
  }

  static func patch(_ patch: PatchReport, _ report: SeriesReport) -> String {
    if let title = patch.title { return fit(report, [PlainText.line(title), general(report)]) }
    let words = patch.changes.map { ChangeWords($0) }
    guard let first = words.first else { return fit(report, ["keep building on Linux \(report.from.name)"]) }
    let titles = Set(words.compactMap(\.titles.first))
    return fit(report, titles.count == 1 ? first.titles + [general(report)] : [general(report)])
  }

  private static func general(_ report: SeriesReport) -> String { "adapt to Linux \(report.to.name)" }

  /// The first candidate that fits behind the driver's name.
  private static func fit(_ report: SeriesReport, _ candidates: [String]) -> String {
    // Brackets, colons and the like in a name would be taken for marks by mail tools.
    let name = PlainText.line(report.driver.name, limit: 40).map { character in
      character.isLetter || character.isNumber || "-_.+".contains(character) ? character : "-"
    }
    let prefix = name.isEmpty ? "driver: " : String(name) + ": "
    let texts = candidates.map { prefix + PlainText.line($0) }
    return texts.first { $0.count <= limit } ?? String((texts.last ?? prefix).prefix(limit))
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison
import KernelModel

/// The figures of a bench in Markdown.
package struct BenchSummary: Sendable {
  package let text: String

  package init(_ rows: [BenchRow]) {
    let breaking = rows.filter { !$0["fails_on"].isEmpty }
    let controls = rows.filter { $0["fails_on"].isEmpty }
    var parts = ["# kmend bench\n"]
    if !breaking.isEmpty {
      parts.append(Self.outcomes("Drivers that break", breaking))
      parts.append(Self.packages(breaking))
      parts.append(Self.kinds(breaking))
      parts.append(Self.confidence(breaking))
      parts.append(Self.places(breaking))
    }
    if !controls.isEmpty { parts.append(Self.outcomes("Controls", controls)) }
    parts.append(Self.times(rows))
    parts.append(Self.cases(rows))
    text = parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// A Markdown table.
  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows).map {
      "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }.joined()
  }

  private static func share(_ count: Int, _ total: Int) -> String {
    total == 0 ? "0" : "\(count) (\(Int((Double(count) / Double(total) * 100).rounded())) %)"
  }

  private static func outcomes(_ title: String, _ rows: [BenchRow]) -> String {
    let words = rows.map { $0["outcome"] }
    let order = ["nothing-to-do", "adapted", "needs-review", "not-adapted", "unavailable", "error"]
    let counts = order.map { word in (word, words.count { $0 == word }) }.filter { $0.1 > 0 }
    return "## \(title)\n\n" + table(["outcome", "cases"], counts.map { [$0.0, share($0.1, rows.count)] })
  }

  /// A package counts as its best case does.
  private static func packages(_ rows: [BenchRow]) -> String {
    let groups = Dictionary(grouping: rows) { $0["package"] }
    func count(_ words: [String]) -> Int { groups.count { $0.value.contains { words.contains($0["outcome"]) } } }
    let total = groups.count
    return "## By package\n\n"
      + table(
        ["a case of the package is", "packages"],
        [
          ["adapted", share(count(["adapted"]), total)],
          ["adapted or needs-review", share(count(built), total)],
        ])
  }

  private static let built = ["adapted", "needs-review"]

  private static func kinds(_ rows: [BenchRow]) -> String {
    var groups: [String: [BenchRow]] = [:]
    for row in rows {
      for kind in row["kinds"].split(separator: " ") { groups[String(kind), default: []].append(row) }
    }
    let lines = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    return "## By kind of break\n\nA case counts for each kind of break that it has.\n\n"
      + table(
        ["kind", "cases", "adapted", "needs-review", "not-adapted", "equal", "different"],
        lines.map { kind, own in
          [kind, "\(own.count)"] + ["adapted", "needs-review", "not-adapted"].map { count(own, $0) } + equality(own)
        })
  }

  private static func count(_ rows: [BenchRow], _ outcome: String) -> String {
    "\(rows.count { $0["outcome"] == outcome })"
  }

  /// How many built cases are equal to the maintainer's version at each comparable place, and how many are not.
  private static func equality(_ rows: [BenchRow]) -> [String] {
    let words = rows.filter { built.contains($0["outcome"]) }.map(\.equality)
    return ["\(words.count { $0 == .same || $0 == .equivalent })", "\(words.count { $0 == .different })"]
  }

  /// The places of built cases, held against the maintainers' own versions.
  private static func places(_ rows: [BenchRow]) -> String {
    var counts: [SiteVerdict: Int] = [:]
    for row in rows where built.contains(row["outcome"]) { counts.merge(row.siteCounts) { $0 + $1 } }
    let total = counts.values.reduce(0, +)
    guard total > 0 else { return "" }
    return "## Against the maintainers' own later versions\n\nChanged places of the cases that were built.\n\n"
      + table(
        ["the maintainer's version is", "places"],
        SiteVerdict.allCases.map { [$0.rawValue, share(counts[$0] ?? 0, total)] })
  }

  /// Confidence of the series against what became of it. Where the driver has a twin in the tree its answer was there to
  /// be copied: such cases stand apart. So do those of which nothing was measured.
  private static func confidence(_ rows: [BenchRow]) -> String {
    let own = rows.filter { $0["twins"].isEmpty }
    let bands = [(0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0)]
    var lines = bands.map { low, high in
      line(
        "\(low) to \(high)",
        own.filter { row in
          Double(row["confidence"]).map { $0 >= low && ($0 < high || high == 1) } ?? false
        })
    }
    lines.append(line("not measured", own.filter { Double($0["confidence"]) == nil && !$0["rules"].isEmpty }))
    lines.append(line("any, with an in-tree twin", rows.filter { !$0["twins"].isEmpty }))
    return "## Confidence against truth\n\n"
      + table(["confidence", "cases", "builds everywhere", "does not", "adapted", "equal", "different"], lines)
  }

  private static func line(_ title: String, _ rows: [BenchRow]) -> [String] {
    let compiled = rows.count { $0["compile_new"] == "yes" && $0["compile_kept"] != "no" }
    return [title, "\(rows.count)", "\(compiled)", "\(rows.count - compiled)", count(rows, "adapted")] + equality(rows)
  }

  private static func times(_ rows: [BenchRow]) -> String {
    let times = rows.compactMap { Double($0["seconds"]) }.sorted()
    guard !times.isEmpty else { return "" }
    // Between the two times that it lies between.
    func percentile(_ share: Double) -> String {
      let place = Double(times.count - 1) * share
      let (below, above) = (times[Int(place)], times[min(times.count - 1, Int(place) + 1)])
      return "\(((below + (above - below) * (place - place.rounded(.down))) * 10).rounded() / 10) s"
    }
    return "## Time\n\n"
      + table(
        ["cases", "median", "90 %", "longest", "all"],
        [
          [
            "\(times.count)", percentile(0.5), percentile(0.9), percentile(1),
            "\(Int(times.reduce(0, +).rounded())) s",
          ]
        ])
  }

  private static func cases(_ rows: [BenchRow]) -> String {
    let columns = [
      "package", "version", "builds_on", "fails_on", "outcome", "compile_kept", "boot", "equal", "flags", "seconds",
      "problem",
    ]
    return "## Cases\n\n" + table(columns, rows.map { row in columns.map { row[$0] } })
  }
}

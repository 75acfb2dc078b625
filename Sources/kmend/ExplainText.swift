// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import Rainbow

/// A report as people read it.
struct ExplainText {
  private static let examples = 2
  private let report: ExplainReport

  init(_ report: ExplainReport) { self.report = report }

  var text: String {
    guard !report.commits.isEmpty else { return "no commit changed \(Terminal.printable(report.query))" }
    return report.commits.map { commit in
      let headers = Set(commit.changes.filter { $0.change.kind == .headerGone }.map(\.change.site.file))
      // Told together with others: a name that only moved, or that went with its header.
      let told = commit.changes.filter { explained in
        let isGone = explained.change.after == nil && explained.change.before != nil
        return explained.change.kind != .moved
          && !(isGone && headers.contains(explained.change.before?.site.file ?? ""))
      }
      return ([title(commit)] + told.map { change($0, commit) } + moved(commit) + hits(commit)).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// A line for all names that went from one header to another.
  private func moved(_ commit: ExplainedCommit) -> [String] {
    let changes = commit.changes.map(\.change).filter { $0.kind == .moved }
    let groups = Dictionary(grouping: changes) { "\($0.before?.site.file ?? "") → \($0.successor ?? "")" }
    return groups.sorted { $0.key < $1.key }.map { way, changes in
      let names = changes.prefix(5).map(\.name).joined(separator: ", ")
      let rest = changes.count > 5 ? " and \(changes.count - 5) more" : ""
      return "\n  moved  " + Terminal.printable(names).bold + rest + "  " + Terminal.printable(way)
    }
  }

  /// What is only possible is left to `kmend forecast`.
  private func hits(_ commit: ExplainedCommit) -> [String] {
    let rows = commit.hits.filter { $0.certainty > .possible }.map { hit in
      ["breaks", Terminal.printable("\(hit.driver) \(hit.file):\(hit.line)"), Terminal.printable(hit.reason)]
    }
    return rows.isEmpty ? [] : ["\n" + Terminal.columns(rows, indent: "  ")]
  }

  private func title(_ commit: ExplainedCommit) -> String {
    let origin = commit.origin
    var lines = [Terminal.printable(origin.name.description).bold]
    let day =
      origin.seconds > 0
      ? Date(timeIntervalSince1970: Double(origin.seconds)).formatted(.iso8601.year().month().day()) : ""
    lines.append("  " + [Terminal.printable(origin.author), day].filter { !$0.isEmpty }.joined(separator: ", "))
    if commit.unreadable > 0 { lines.append("  \(commit.unreadable) files could not be read, or are too large") }
    if commit.isMerge {
      lines.append("  a merge: each of its commits is explained by itself")
    } else if commit.changes.isEmpty {
      lines.append("  no API change")
    }
    return lines.joined(separator: "\n")
  }

  private func change(_ explained: ExplainedChange, _ commit: ExplainedCommit) -> String {
    let change = explained.change
    var head = change.kind.rawValue + "  " + Terminal.printable(change.name).bold
    if let successor = change.successor { head += " → " + Terminal.printable(successor) }
    var lines = ["", "  \(head)  \(Terminal.printable(change.site.description))"]
    if let before = change.before { lines.append("    - " + Terminal.printable(before.text)) }
    if let after = change.after { lines.append("    + " + Terminal.printable(after.text)) }
    if change.kind == .headerGone {
      let names = commit.changes.count { $0.change.before?.site.file == change.site.file && $0.change.after == nil }
      if names > 0 { lines.append("    with \(names) name\(names == 1 ? "" : "s") that it declared") }
    }
    if let statement = change.statement { lines.append("    from the message: " + Terminal.printable(statement)) }
    if explained.converted > 0 {
      lines.append("    converted with it: \(explained.converted) in-tree file\(explained.converted == 1 ? "" : "s")")
    }
    for rule in explained.rules.prefix(Self.examples) {
      lines.append("      " + Terminal.printable(rule.summary) + "  (\(rule.support))")
    }
    for example in explained.examples.prefix(Self.examples) {
      lines.append("      " + Terminal.printable(example.site.description))
      lines.append("        - " + Terminal.printable(example.before))
      lines.append("        + " + Terminal.printable(example.after))
    }
    return lines.joined(separator: "\n")
  }
}

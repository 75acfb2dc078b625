// SPDX-License-Identifier: GPL-2.0-or-later

/// The table of files and their changed lines that stands above a diff, as `git format-patch` prints it.
package struct Diffstat: Sendable {
  private let rows: [(name: String, added: Int, removed: Int)]
  private let summary: [String]

  package init(_ files: [FileDiff]) {
    rows = files.map { (QuotedPath.print($0.path), $0.insertions, $0.deletions) }
    summary = files.compactMap { file in
      let name = QuotedPath.print(file.path)
      if file.oldPath == nil { return " create mode \((file.newMode ?? .regular).rawValue) \(name)" }
      if file.newPath == nil { return " delete mode \((file.oldMode ?? .regular).rawValue) \(name)" }
      guard let old = file.oldMode, let new = file.newMode, old != new else { return nil }
      return " mode change \(old.rawValue) => \(new.rawValue) \(name)"
    }
  }

  /// The table, each line with its line feed; git's `show_stats()` in diff.c, with the 72 columns of `format-patch`.
  package func text(columns: Int = 72) -> String {
    let largest = rows.map { $0.added + $0.removed }.max() ?? 0
    let digits = String(largest).count
    let width = max(columns, 22 + digits)
    var graph = largest
    var name = rows.map(\.name.count).max() ?? 0
    if name + digits + 6 + graph > width {
      graph = min(graph, max(width * 3 / 8 - digits - 6, 6))
      if name > width - digits - 6 - graph {
        name = width - digits - 6 - graph
      } else {
        graph = width - digits - 6 - name
      }
    }
    func scale(_ lines: Int) -> Int { lines == 0 ? 0 : 1 + lines * (graph - 1) / largest }
    var text = ""
    for row in rows {
      var shown = row.name
      if shown.count > name {
        shown = String(shown.suffix(max(name - 3, 0)))
        if let slash = shown.firstIndex(of: "/") { shown = String(shown[slash...]) }
        shown = "..." + shown
      }
      var added = row.added
      var removed = row.removed
      let count = added + removed
      if graph <= largest {
        var total = scale(count)
        if total < 2, added > 0, removed > 0 { total = 2 }
        if added < removed {
          added = scale(added)
          removed = total - added
        } else {
          removed = scale(removed)
          added = total - removed
        }
      }
      let padding = String(repeating: " ", count: max(name - shown.count, 0))
      let number = String(repeating: " ", count: digits - String(count).count) + String(count)
      text += " \(shown)\(padding) | \(number)\(count > 0 ? " " : "")"
      text += String(repeating: "+", count: added) + String(repeating: "-", count: removed) + "\n"
    }
    return text + total + summary.map { $0 + "\n" }.joined()
  }

  private var total: String {
    let added = rows.reduce(0) { $0 + $1.added }
    let removed = rows.reduce(0) { $0 + $1.removed }
    var line = " \(rows.count) file\(rows.count == 1 ? "" : "s") changed"
    if added > 0 || removed == 0 { line += ", \(added) insertion\(added == 1 ? "" : "s")(+)" }
    if removed > 0 || added == 0 { line += ", \(removed) deletion\(removed == 1 ? "" : "s")(-)" }
    return line + "\n"
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import Foundation
import GitStore
import KernelModel
import PatchFormat

/// What a series changed of a file: where a checker's finding can be the series' doing.
package struct TouchedCode {
  private var lines: Set<Int> = []
  private var functions: [ClosedRange<Int>] = []

  /// - Parameters:
  ///   - before: nil for a new file.
  ///   - after: the text whose lines are asked about.
  package init(before: SourceText?, after: SourceText) throws {
    guard before != after else { return }
    for hunk in try Diffing.diff(FileChange(path: "file", before: before, after: after)).hunks {
      var line = max(1, hunk.newStart)
      for entry in hunk.lines {
        if entry.kind != .context { lines.insert(line) }
        if entry.kind != .removed { line += 1 }
      }
    }
    var spellings = Spellings()
    let code = Code(after, &spellings)
    let table = LineTable(after)
    for function in code.functions {
      let first = table.line(of: Int(code.tokens[function.head.lowerBound].start))
      let last = table.line(of: Int(code.tokens[function.body.upperBound - 1].start))
      if last >= first, lines.contains(where: { first <= $0 && $0 <= last }) { functions.append(first...last) }
    }
  }

  /// Whether a finding in this file may come from the change.
  ///
  /// On its own line any; in a function with a changed line what compiler and sparse say, but not kernel-doc, which has no
  /// option to its name; anywhere that something is no longer used.
  package func mayCause(_ finding: Finding) -> Bool {
    guard let line = finding.site?.line else { return false }
    if lines.contains(line) || finding.tool.hasPrefix("-Wunused") { return true }
    let readsCode = finding.tool.hasPrefix("-W") || finding.tool == "sparse"
    return readsCode && functions.contains { $0.contains(line) }
  }
}

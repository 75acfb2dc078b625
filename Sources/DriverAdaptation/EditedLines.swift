// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The lines that a proposal can have an effect on, in the files as they are with it.
struct EditedLines {
  /// By file; nil: everywhere.
  private let lines: [String: [ClosedRange<Int>]]?

  init(_ proposal: Proposal, _ layers: [String: Layers]) {
    guard let units = proposal.units else {
      lines = nil
      return
    }
    var lines: [String: [ClosedRange<Int>]] = [:]
    for (file, ranges) in units {
      guard let text = layers[file]?.current else { continue }
      let table = LineTable(text)
      let edits = proposal.edits.filter { $0.file == file }.map { edit in
        (
          at: edit.range.lowerBound, end: edit.range.upperBound,
          more: Self.ends(edit.replacement.utf8) - Self.ends(text[edit.range])
        )
      }
      /// Lines that edits before an offset added.
      func shift(_ offset: Int) -> Int { edits.filter { $0.end <= offset }.reduce(0) { $0 + $1.more } }
      lines[file] = ranges.map { range in
        let first = table.line(of: range.lowerBound) + shift(range.lowerBound)
        let last = table.line(of: max(range.lowerBound, range.upperBound - 1)) + shift(range.upperBound)
        return first...max(first, last)
      }
    }
    self.lines = lines
  }

  func holds(_ site: Site) -> Bool {
    guard let lines else { return true }
    return lines[site.file]?.contains { $0.contains(site.line) } ?? false
  }

  private static func ends(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 } }
}

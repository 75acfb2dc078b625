// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Why edits could not be applied: nothing was changed.
package enum EditConflict: Error, Hashable, Sendable {
  /// Two edits want the same bytes, or insert at the same place.
  case overlap(Edit, Edit)
  /// The range lies outside the file.
  case outside(Edit)
}

/// Applies `edits` to the bytes of the one file that they belong to, in any order.
///
/// Bytes outside the ranges come back as they were.
package func applying(_ edits: [Edit], to text: SourceText) -> Result<SourceText, EditConflict> {
  let sorted = edits.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
  var result = SourceText()
  result.reserveCapacity(text.count + edits.reduce(0) { $0 + $1.replacement.utf8.count })
  var done = 0
  var previous: Edit?
  for edit in sorted {
    guard edit.range.lowerBound >= 0, edit.range.upperBound <= text.count else { return .failure(.outside(edit)) }
    if let previous {
      let sameInsertion = edit.range.isEmpty && edit.range == previous.range
      if edit.range.lowerBound < done || sameInsertion { return .failure(.overlap(previous, edit)) }
    }
    result += text[done..<edit.range.lowerBound]
    result += Array(edit.replacement.utf8)
    done = edit.range.upperBound
    previous = edit
  }
  result += text[done...]
  return .success(result)
}

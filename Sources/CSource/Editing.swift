// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Why edits could not be applied: nothing was changed.
package enum EditConflict: Error, Hashable, Sendable {
  /// Two edits want the same bytes.
  case overlap(Edit, Edit)
  /// The range lies outside the file.
  case outside(Edit)
}

/// Applies `edits` to the bytes of the one file that they belong to, in any order; of several insertions at one place the
/// first comes first.
///
/// Bytes outside the ranges come back as they were.
package func applying(_ edits: [Edit], to text: SourceText) -> Result<SourceText, EditConflict> {
  let sorted = edits.enumerated().sorted { left, right in
    let (one, other) = (left.element.range, right.element.range)
    return (one.lowerBound, one.upperBound, left.offset) < (other.lowerBound, other.upperBound, right.offset)
  }
  var result = SourceText()
  result.reserveCapacity(text.count + edits.reduce(0) { $0 + $1.replacement.utf8.count })
  var done = 0
  var previous: Edit?
  for edit in sorted.map(\.element) {
    guard edit.range.lowerBound >= 0, edit.range.upperBound <= text.count else { return .failure(.outside(edit)) }
    if let previous {
      if edit.range.lowerBound < done { return .failure(.overlap(previous, edit)) }
    }
    result += text[done..<edit.range.lowerBound]
    result += Array(edit.replacement.utf8)
    done = edit.range.upperBound
    previous = edit
  }
  result += text[done...]
  return .success(result)
}

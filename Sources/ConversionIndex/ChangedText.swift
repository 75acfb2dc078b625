// SPDX-License-Identifier: GPL-2.0-or-later

/// A text that a commit or a patch changed: a whole file, or as much of it as a patch shows.
package struct ChangedText: Sendable {
  /// Relative to the tree.
  package var path: String
  package var old: [UInt8]
  package var new: [UInt8]
  /// Lines that differ, counted in the texts from 0, ascending.
  package var changes: [(old: Range<Int>, new: Range<Int>)]
  /// Lines of the file before the texts; nil for a whole file, of which only what surrounds the changes is kept.
  package var skipped: (old: Int, new: Int)?

  package init(
    path: String, old: [UInt8], new: [UInt8], changes: [(old: Range<Int>, new: Range<Int>)],
    skipped: (old: Int, new: Int)? = nil
  ) {
    (self.path, self.old, self.new) = (path, old, new)
    (self.changes, self.skipped) = (changes, skipped)
  }
}

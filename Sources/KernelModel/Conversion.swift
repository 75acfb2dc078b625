// SPDX-License-Identifier: GPL-2.0-or-later

/// One place where in-tree code changed between two trees: the unit that rules are learned from.
package struct Conversion: Codable, Hashable, Sendable {
  /// Path relative to the kernel tree, e.g. `drivers/media/usb/uvc/uvc_driver.c`.
  package var path: String
  /// Text of the file in the old tree from `oldStart`, whole lines with `\n`, including context around the change.
  package var oldText: String
  /// Text of the file in the new tree from `newStart`, whole lines, the same context.
  package var newText: String
  /// First line of `oldText` in the old file, from 1.
  package var oldStart: Int
  /// First line of `newText` in the new file, from 1.
  package var newStart: Int
  /// The commit that made the change; nil where only the two trees are known.
  package var commit: CommitName?
  /// What the new tree has, where `newText` was changed for learning.
  package var written: String?

  package init(
    path: String, oldText: String, newText: String, oldStart: Int, newStart: Int, commit: CommitName? = nil
  ) {
    self.path = path
    self.oldText = oldText
    self.newText = newText
    self.oldStart = oldStart
    self.newStart = newStart
    self.commit = commit
  }
}

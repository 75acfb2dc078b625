// SPDX-License-Identifier: GPL-2.0-or-later

/// The difference of one file between two trees, as git's extended unified diff says it.
///
/// Renames and copies are not modelled: an adaptation never renames, and git reads a rename given as two files as well.
package struct FileDiff: Hashable, Sendable {
  /// Path in the old tree; nil for a new file.
  package var oldPath: String?
  /// Path in the new tree; nil for a deleted file.
  package var newPath: String?
  /// Nil where the diff does not tell.
  package var oldMode: FileMode?
  /// Nil where the diff does not tell.
  package var newMode: FileMode?
  /// Blob id in hexadecimal digits, as many as are known; empty if the diff has no `index` line. All zeros: no file.
  package var oldBlob: String
  package var newBlob: String
  package var hunks: [Hunk]

  package init(
    oldPath: String?, newPath: String?, oldMode: FileMode? = nil, newMode: FileMode? = nil, oldBlob: String = "",
    newBlob: String = "", hunks: [Hunk] = []
  ) {
    self.oldPath = oldPath
    self.newPath = newPath
    self.oldMode = oldMode
    self.newMode = newMode
    self.oldBlob = oldBlob
    self.newBlob = newBlob
    self.hunks = hunks
  }

  /// The path that stands in lists: the new one, or the old one of a deleted file.
  package var path: String { newPath ?? oldPath ?? "" }

  /// Lines added.
  package var insertions: Int { hunks.reduce(0) { $0 + $1.lines.count { $0.kind == .added } } }

  /// True if a line of it ends with, or holds, a carriage return.
  package var hasCarriageReturns: Bool { hunks.contains { $0.lines.contains { $0.text.contains(0x0D) } } }

  /// Lines removed.
  package var deletions: Int { hunks.reduce(0) { $0 + $1.lines.count { $0.kind == .removed } } }
}

/// A contiguous piece of a diff: changed lines with their context.
package struct Hunk: Hashable, Sendable {
  /// First line in the old file, from 1; for an empty side the line before, as git counts.
  package var oldStart: Int
  package var oldCount: Int
  package var newStart: Int
  package var newCount: Int
  /// What stands after the second `@@`: the function that the hunk lies in, without the space before it; often empty.
  package var section: [UInt8]
  package var lines: [Line]

  package init(
    oldStart: Int, oldCount: Int, newStart: Int, newCount: Int, section: [UInt8] = [], lines: [Line] = []
  ) {
    self.oldStart = oldStart
    self.oldCount = oldCount
    self.newStart = newStart
    self.newCount = newCount
    self.section = section
    self.lines = lines
  }

  /// One line of a hunk.
  package struct Line: Hashable, Sendable {
    /// The mark in the first column.
    package enum Kind: UInt8, Sendable {
      case context = 0x20
      case added = 0x2B
      case removed = 0x2D
    }
    package var kind: Kind
    /// The bytes between the mark and the line feed; a carriage return stays.
    package var text: [UInt8]
    /// False for the last line of a file that does not end with a line feed.
    package var hasLineFeed: Bool

    package init(_ kind: Kind, _ text: [UInt8], hasLineFeed: Bool = true) {
      self.kind = kind
      self.text = text
      self.hasLineFeed = hasLineFeed
    }
  }
}

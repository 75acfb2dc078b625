// SPDX-License-Identifier: GPL-2.0-or-later

/// A replacement of bytes in one file of the driver.
package struct Edit: Codable, Hashable, Sendable {
  /// Path relative to the driver's root.
  package var file: String
  /// Byte offsets in the unedited file, half open. Empty range: an insertion.
  package var range: Range<Int>
  /// What stands there afterwards, in the file's own line ending.
  package var replacement: String
  /// `Rule.id` of the rule that asked for it; nil for a compatibility edit.
  package var rule: String?

  package init(file: String, range: Range<Int>, replacement: String, rule: String? = nil) {
    self.file = file
    self.range = range
    self.replacement = replacement
    self.rule = rule
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What git records about a file besides its bytes.
package enum FileMode: String, Codable, Sendable, CaseIterable {
  case regular = "100644"
  case executable = "100755"
  case link = "120000"
  case submodule = "160000"
}

/// One file of a tree before and after a commit.
package struct FileChange: Codable, Hashable, Sendable {
  /// Path relative to the root of the tree, with `/`, never absolute, never with `..`.
  package var path: String
  /// The file as it was; nil for a new file.
  package var before: SourceText?
  /// The file as it becomes; nil for a deleted file.
  package var after: SourceText?
  /// The mode that the file has, or had when it is deleted.
  package var mode: FileMode

  package init(path: String, before: SourceText?, after: SourceText?, mode: FileMode = .regular) {
    self.path = path
    self.before = before
    self.after = after
    self.mode = mode
  }
}

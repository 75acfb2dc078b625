// SPDX-License-Identifier: GPL-2.0-or-later

/// What building an index took, and what came of it.
package struct BuildFigures: Sendable, Codable, Hashable {
  package var seconds: Double
  /// Files that both trees have and that differ.
  package var files: Int
  package var hunks: Int
  /// Names that some hunk loses or gains.
  package var symbols: Int
  /// Names that some header declares.
  package var declarations: Int
  /// Size of the index file.
  package var bytes: Int
  /// Largest resident memory of this process so far, and of git, in bytes.
  package var peakMemory: Int
}

/// How far a build is.
package enum BuildStage: Sendable, Hashable {
  /// Another process builds the same index; this one waits for it.
  case waiting
  /// git compares the trees while the declarations are read.
  case comparing
  /// The hunks' names are collected.
  case collecting(files: Int, of: Int)
  case writing
}

// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What names a tree may hold, and how large it may be.
enum TreePath {
  /// True for a name that may become a file in a folder: not empty, no `/`, not `.`, `..` or `.git`.
  static func isSafe(_ name: some Collection<UInt8>) -> Bool {
    guard !name.isEmpty, name.count <= 255, !name.contains(0x2F), !name.contains(0) else { return false }
    let lower = name.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    return ![Array(".".utf8), Array("..".utf8), Array(".git".utf8)].contains(lower)
  }

  /// True for a relative path all of whose parts are safe.
  static func isSafe(path: String) -> Bool {
    path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).allSatisfy { isSafe($0) }
  }
}

/// What a tree may hold before it is refused: strangers' trees can be made to grow without end.
package struct TreeLimits: Sendable, Hashable {
  /// Bytes of one file.
  package var fileBytes: Int
  /// Bytes of all files.
  package var totalBytes: Int
  /// Files, links and folders.
  package var entries: Int
  /// Folders within folders.
  package var depth: Int

  package init(
    fileBytes: Int = 64 << 20, totalBytes: Int = 2 << 30, entries: Int = 300_000, depth: Int = 64
  ) {
    self.fileBytes = fileBytes
    self.totalBytes = totalBytes
    self.entries = entries
    self.depth = depth
  }

  /// Takes one entry of so many bytes off the limits.
  ///
  /// - Throws: `Failure` (`badInput`) when one is exceeded.
  mutating func take(_ bytes: Int, _ subject: String) throws(Failure) {
    guard bytes <= fileBytes else { throw Failure(.badInput, subject, "is larger than \(fileBytes) bytes") }
    totalBytes -= bytes
    entries -= 1
    guard totalBytes >= 0, entries >= 0 else { throw Failure(.badInput, subject, "is too much for one source tree") }
  }
}

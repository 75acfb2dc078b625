// SPDX-License-Identifier: GPL-2.0-or-later

/// What a git hook tells the daemon: where something was pushed. The refs are a hint: the daemon reads them itself.
package struct HookMessage: Sendable, Hashable {
  /// Larger than two names.
  package static let limit = 16 << 10
  private static let greeting = "kmend-hook 1"
  /// Absolute path of the repository.
  package var repository: String
  /// Its file in the spool; empty where it could not be put there.
  package var name: String

  package init(repository: String, name: String) { (self.repository, self.name) = (repository, name) }

  package var bytes: [UInt8] { Array("\(Self.greeting)\n\(name)\n\(repository)\n".utf8) }

  /// Nil for anything else.
  package init?(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard lines.count >= 4, lines[0] == Self.greeting, lines[2].hasPrefix("/"), !lines[2].contains("\0"),
      SpoolFolder.isName(lines[1]) || lines[1].isEmpty
    else { return nil }
    (name, repository) = (lines[1], lines[2])
  }
}

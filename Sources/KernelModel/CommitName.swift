// SPDX-License-Identifier: GPL-2.0-or-later

/// A commit, or a patch that was mailed, as people name it.
package struct CommitName: Codable, Hashable, Sendable, CustomStringConvertible {
  /// 40 hexadecimal digits; for a mail its Message-ID with angle brackets, for a patch without either the name of its
  /// bytes as a git blob.
  package var id: String
  /// First line of the message, without `[PATCH …]`.
  package var subject: String

  package init(id: String, subject: String) {
    self.id = id
    self.subject = subject
  }

  /// As kernel people quote it: `abc123def456 ("subject")`.
  package var description: String {
    let isHash = id.utf8.count == 40 && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return "\(isHash ? String(id.prefix(12)) : id) (\"\(subject)\")"
  }
}

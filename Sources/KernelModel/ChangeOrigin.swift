// SPDX-License-Identifier: GPL-2.0-or-later

/// The commit or posted patch that an API change comes from.
package struct ChangeOrigin: Codable, Hashable, Sendable {
  package var name: CommitName
  /// `Name <address>`.
  package var author: String
  /// When it was written: seconds since 1970.
  package var seconds: Int

  package init(name: CommitName, author: String, seconds: Int) {
    (self.name, self.author, self.seconds) = (name, author, seconds)
  }
}

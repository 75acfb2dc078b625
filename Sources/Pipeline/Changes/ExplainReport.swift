// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What `kmend explain --json` prints (schema `kmend-explain-1`, described in README.md).
package struct ExplainReport: Codable, Sendable {
  package static let schema = "kmend-explain-1"
  package var schema = Self.schema
  /// As it was asked.
  package var query: String
  /// The repository or file.
  package var source: String
  /// Commits or patches that change an API, the newest first for a symbol, else in their order.
  package var commits: [ExplainedCommit]
}

/// A commit or posted patch with the API changes that it makes.
package struct ExplainedCommit: Codable, Sendable {
  package var origin: ChangeOrigin
  /// It joins several commits: each of those is read by itself.
  package var isMerge: Bool
  package var changes: [ExplainedChange]
  /// Files that could not be read, or are too large.
  package var unreadable: Int
  /// Where subscribed drivers use what changed; empty without a daemon.
  package var hits: [ForecastEntry] = []
}

/// An API change, and how callers were converted in the same commit or series.
package struct ExplainedChange: Codable, Sendable {
  package var change: APIChange
  /// In-tree files whose use of the symbol the same commit or series changed.
  package var converted: Int
  /// The best first.
  package var rules: [Rule]
  /// Where no rule could be learned: places as they were and as they are.
  package var examples: [Rule.Example]
}

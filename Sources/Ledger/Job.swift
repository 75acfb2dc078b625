// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB

/// A piece of work that is recorded before it begins, and at each of its steps.
package struct Job: Codable, Sendable, Hashable, FetchableRecord {
  package enum State: String, Codable, Sendable, CaseIterable {
    /// Until `due`.
    case waiting
    case running
    case done
    /// It can't succeed without a person, or did not in all its attempts.
    case failed
    /// It took its worker down again and again.
    case setAside = "set-aside"
  }
  package var id: Int
  /// What does it, e.g. `push`.
  package var kind: String
  /// Two jobs of a kind with one key are one.
  package var key: String
  /// The tree, list or driver that it is about: its jobs run one after the other.
  package var source: String
  /// One line for people.
  package var title: String
  /// JSON, as its kind reads it.
  package var input: String
  package var state: State
  /// What was done last, in the words of its kind; where it goes on.
  package var step: String
  package var attempts: Int
  /// How often the process ended while it ran.
  package var crashes: Int
  /// Seconds since 1970: not to be begun earlier.
  package var due: Int
  package var created: Int
  package var updated: Int
  /// Why it failed, or was put off.
  package var problem: String
  /// JSON, as its kind writes it; empty before that.
  package var result: String

  /// It waits or runs.
  package var isOpen: Bool { state == .waiting || state == .running }
}

/// A job that does not exist yet.
package struct JobDraft: Sendable, Hashable {
  package var kind: String
  package var key: String
  package var source: String
  package var title: String
  package var input: String

  package init(kind: String, key: String, source: String, title: String, input: String) {
    (self.kind, self.key, self.source, self.title, self.input) = (kind, key, source, title, input)
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// A series that adapts a driver to a change, before anybody was told of it.
package struct Draft: Codable, Sendable, Hashable {
  package enum State: String, Codable, Sendable {
    case open
    /// The change is nowhere any more.
    case withdrawn
    /// The driver does without it now.
    case answered
  }
  package var id: Int
  package var patch: Int
  package var subscription: Int
  /// The state of the driver that it was made for.
  package var head: String
  /// As `kmend adapt` says it.
  package var outcome: String
  /// What is proven on each kernel, for people.
  package var levels: String
  package var state: State
  package var created: Int
  /// First lines of the driver and of the change, for people.
  package var driver: String
  package var subject: String
}

extension LedgerStore {
  /// Puts a draft in the place of an earlier one for the same driver and change.
  ///
  /// - Parameters:
  ///   - report: JSON, as `kmend adapt --json` prints it.
  ///   - series: an mbox; empty where nothing was reached.
  package func keepDraft(
    of patch: Int, for subscription: Int, head: String, outcome: String, levels: String, report: Data, series: Data
  ) async throws {
    try await write { db in
      // Either may be gone meanwhile.
      let isThere = try Int.fetchOne(
        db, sql: "SELECT 1 FROM subscription, patch WHERE subscription.id = ? AND patch.id = ?",
        arguments: [subscription, patch])
      guard isThere != nil else { return }
      try db.execute(
        sql: """
          INSERT INTO draft(patch, subscription, head, outcome, levels, report, series, created)
          VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
          ON CONFLICT(patch, subscription) DO UPDATE SET head = ?3, outcome = ?4, levels = ?5, report = ?6,
            series = ?7, created = ?8
          """, arguments: [patch, subscription, head, outcome, levels, report, series, now])
    }
  }

  /// The newest first.
  package func drafts() async throws -> [Draft] {
    try await read { db in try Row.fetchAll(db, sql: Self.drafts + " ORDER BY draft.id DESC").map(Self.draft) }
  }

  /// - Throws: `Failure` (`badInput`) if there is no such draft.
  package func draft(_ id: Int) async throws -> (draft: Draft, report: Data, series: Data) {
    let found = try await read { db in
      try Row.fetchOne(db, sql: Self.drafts + " WHERE draft.id = ?", arguments: [id]).map { row in
        (try Self.draft(row), row["report"] as Data, row["series"] as Data)
      }
    }
    guard let found else { throw Failure(.badInput, "draft \(id)", "there is none", remedy: "see kmend drafts") }
    return found
  }

  private static let drafts = """
    SELECT draft.*, subscription.name AS driver, patch.subject AS subject,
      EXISTS(SELECT 1 FROM sighting WHERE sighting.patch = draft.patch AND state = 'there') AS there,
      EXISTS(SELECT 1 FROM forecast WHERE forecast.patch = draft.patch
        AND forecast.subscription = draft.subscription AND certainty <> 'possible') AS hit
    FROM draft JOIN subscription ON subscription.id = draft.subscription JOIN patch ON patch.id = draft.patch
    """

  private static func draft(_ row: Row) throws -> Draft {
    Draft(
      id: row["id"], patch: row["patch"], subscription: row["subscription"], head: row["head"],
      outcome: row["outcome"], levels: row["levels"],
      state: !(row["there"] as Bool) ? .withdrawn : row["hit"] ? .open : .answered, created: row["created"],
      driver: row["driver"], subject: row["subject"])
  }
}

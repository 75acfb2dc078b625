// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// A driver whose people want to know what is going to break it.
package struct Subscription: Codable, Sendable, Hashable {
  package var id: Int
  /// What `kmend adapt` would take: a folder, a repository with `#BRANCH`, an `https://` URL, `debian:PACKAGE`.
  package var place: String
  package var name: String
  /// Lines of development that it follows; empty: all.
  package var lines: [String]
  /// Kernels that it has to go on building on, as `kmend kernel add` names them.
  package var keep: [String]
  /// How older kernels are kept; nil: as the driver does.
  package var compat: String?
  /// What was indexed last: a commit, or a digest of the files; empty before that.
  package var head: String
  package var created: Int

  package init(
    id: Int = 0, place: String, name: String, lines: [String], keep: [String], compat: String?, head: String = "",
    created: Int = 0
  ) {
    (self.id, self.place, self.name, self.lines) = (id, place, name, lines)
    (self.keep, self.compat, self.head, self.created) = (keep, compat, head, created)
  }
}

/// What a driver uses, as it is kept: texts that its reader understands, by name.
package struct DriverRecord: Sendable {
  package var head: String
  /// What it says of itself.
  package var statements: Data
  package var names: [String: Data]

  package init(head: String, statements: Data, names: [String: Data]) {
    (self.head, self.statements, self.names) = (head, statements, names)
  }
}

extension LedgerStore {
  /// What of a subscription has no column.
  private struct Content: Codable {
    var lines: [String]
    var keep: [String]
    var compat: String?
  }

  private static func subscription(_ row: Row) throws -> Subscription {
    let content = try JSONDecoder().decode(Content.self, from: Data((row["content"] as String).utf8))
    return Subscription(
      id: row["id"], place: row["place"], name: row["name"], lines: content.lines, keep: content.keep,
      compat: content.compat, head: row["head"], created: row["created"])
  }

  /// - Parameter job: the first index of it, given its number.
  /// - Throws: `Failure` (`badInput`) if the place has one already.
  package func subscribe(
    _ subscription: Subscription, job: @escaping @Sendable (Int) throws -> JobDraft
  ) async throws -> Int {
    try await write { db in
      let place = subscription.place
      guard try Int.fetchOne(db, sql: "SELECT 1 FROM subscription WHERE place = ?", arguments: [place]) == nil else {
        throw Failure(.badInput, place, "is subscribed already", remedy: "see kmend subscriptions")
      }
      let content = Content(lines: subscription.lines, keep: subscription.keep, compat: subscription.compat)
      try db.execute(
        sql: "INSERT INTO subscription(place, name, content, created) VALUES(?, ?, ?, ?)",
        arguments: [place, subscription.name, try Self.json(content), now])
      let id = Int(db.lastInsertedRowID)
      try add(try job(id), db)
      return id
    }
  }

  /// Forgets a subscription with all that was found for it.
  ///
  /// - Parameter name: its place, or its number.
  /// - Throws: `Failure` (`badInput`) if there is none.
  package func unsubscribe(_ name: String) async throws -> String {
    let place = try await write { db in
      try String.fetchOne(
        db, sql: "DELETE FROM subscription WHERE place = ?1 OR CAST(id AS TEXT) = ?1 RETURNING place",
        arguments: [name])
    }
    guard let place else { throw Failure(.badInput, name, "is not subscribed", remedy: "see kmend subscriptions") }
    return place
  }

  package func subscriptions() async throws -> [Subscription] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM subscription ORDER BY id").map(Self.subscription)
    }
  }

  /// Nil where it was given up meanwhile.
  package func subscription(_ id: Int) async throws -> Subscription? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM subscription WHERE id = ?", arguments: [id]).map(Self.subscription)
    }
  }

  // MARK: What they use

  /// Puts what a driver uses in the place of what was known.
  package func index(_ subscription: Int, _ record: DriverRecord) async throws {
    try await write { db in
      // It may have been given up meanwhile.
      guard try Int.fetchOne(db, sql: "SELECT 1 FROM subscription WHERE id = ?", arguments: [subscription]) != nil
      else { return }
      try db.execute(sql: "DELETE FROM use WHERE subscription = ?", arguments: [subscription])
      try db.execute(
        sql: "INSERT OR REPLACE INTO driver(subscription, head, content) VALUES(?, ?, ?)",
        arguments: [subscription, record.head, record.statements])
      let insert = try db.cachedStatement(sql: "INSERT INTO use(name, subscription, content) VALUES(?, ?, ?)")
      for (name, content) in record.names.sorted(by: { $0.key < $1.key }) {
        try insert.execute(arguments: [name, subscription, content])
      }
      try db.execute(
        sql: "UPDATE subscription SET head = ? WHERE id = ?", arguments: [record.head, subscription])
    }
  }

  /// Subscriptions whose drivers use one of the names.
  package func users(of names: Set<String>) async throws -> [Subscription] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM subscription WHERE id IN
            (SELECT subscription FROM use WHERE name IN (SELECT value FROM json_each(?))) ORDER BY id
          """, arguments: [try Self.json(names.sorted())]
      ).map(Self.subscription)
    }
  }

  /// What drivers were found to use; those that were not read yet are left out.
  ///
  /// - Parameter names: nil: all.
  package func drivers(_ subscriptions: [Int], using names: Set<String>? = nil) async throws -> [Int: DriverRecord] {
    try await read { db in
      let ids = try Self.json(subscriptions)
      let known = try Row.fetchAll(
        db, sql: "SELECT * FROM driver WHERE subscription IN (SELECT value FROM json_each(?))", arguments: [ids])
      var records = known.reduce(into: [Int: DriverRecord]()) { records, row in
        records[row["subscription"]] = DriverRecord(head: row["head"], statements: row["content"], names: [:])
      }
      let list = try names.map { try Self.json($0.sorted()) }
      let uses = try Row.fetchCursor(
        db,
        sql: """
          SELECT name, subscription, content FROM use WHERE subscription IN (SELECT value FROM json_each(?1))
            \(list == nil ? "" : "AND name IN (SELECT value FROM json_each(?2))")
          """, arguments: list.map { [ids, $0] } ?? [ids])
      while let row = try uses.next() {
        records[row["subscription"]]?.names[row["name"] as String] = row["content"] as Data
      }
      return records
    }
  }

  // MARK: What is going to break

  /// Puts what a patch is going to break in a driver in the place of what was known.
  package func forecast(
    _ patch: Int, for subscription: Int, _ entries: [(certainty: String, content: Data)]
  ) async throws {
    try await write { db in
      try db.execute(
        sql: "DELETE FROM forecast WHERE patch = ? AND subscription = ?", arguments: [patch, subscription])
      // Either may be gone meanwhile.
      let isThere = try Int.fetchOne(
        db, sql: "SELECT 1 FROM subscription, patch WHERE subscription.id = ? AND patch.id = ?",
        arguments: [subscription, patch])
      guard isThere != nil else { return }
      for (number, entry) in entries.enumerated() {
        try db.execute(
          sql: "INSERT INTO forecast(patch, subscription, number, certainty, content) VALUES(?, ?, ?, ?, ?)",
          arguments: [patch, subscription, number, entry.certainty, entry.content])
      }
    }
  }

  /// What is known to be going to break, by patch and driver; of patches that are somewhere.
  package func forecasts(
    of patch: Int? = nil, for subscription: Int? = nil
  ) async throws -> [(patch: Int, subscription: Int, content: Data)] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT patch, subscription, content FROM forecast
          WHERE (?1 IS NULL OR patch = ?1) AND (?2 IS NULL OR subscription = ?2)
            AND EXISTS(SELECT 1 FROM sighting WHERE sighting.patch = forecast.patch AND state = 'there')
          ORDER BY patch, subscription, number
          """, arguments: [patch, subscription]
      ).map { ($0["patch"], $0["subscription"], $0["content"]) }
    }
  }
}

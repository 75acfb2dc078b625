// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// A commit of a tree with what it changed of the API.
package struct SeenCommit: Sendable {
  package var tree: String
  package var origin: ChangeOrigin
  /// Equal for the same patch wherever it is applied (git-patch-id(1)); nil where nothing of the API changed.
  package var patchID: String?
  /// The commit that it says to be a copy of.
  package var upstream: String?
  package var changes: [APIChange]

  package init(
    tree: String, origin: ChangeOrigin, patchID: String?, upstream: String?, changes: [APIChange]
  ) {
    (self.tree, self.origin, self.patchID, self.upstream, self.changes) = (tree, origin, patchID, upstream, changes)
  }
}

/// One change, in however many trees it was seen.
package struct LedgerPatch: Sendable, Hashable, Codable {
  package struct Sighting: Sendable, Hashable, Codable {
    package var tree: String
    package var commit: String
    /// False after a force push dropped it.
    package var isThere: Bool
    /// The first release of the tree that has it, where one is known.
    package var release: String?
  }
  package var id: Int
  package var subject: String
  package var author: String
  /// When it was written: seconds since 1970.
  package var seconds: Int
  package var sightings: [Sighting]
  package var changes: [APIChange]

  /// A force push dropped it everywhere.
  package var isWithdrawn: Bool { !sightings.contains(where: \.isThere) }
}

extension LedgerStore {
  /// Those of the commits that were not read for the tree yet, in their order.
  package func unseen(_ commits: [String], of tree: String) async throws -> [String] {
    try await read { db in
      let statement = try db.cachedStatement(sql: "SELECT 1 FROM sighting WHERE tree = ? AND id = ?")
      return try commits.filter { try Int.fetchOne(statement, arguments: [tree, $0]) == nil }
    }
  }

  /// Records commits that were read for another tree: what they change is known.
  ///
  /// - Returns: the others, in their order.
  package func adopt(_ commits: [String], for tree: String) async throws -> [String] {
    try await write { db in
      let statement = try db.cachedStatement(sql: "SELECT patch FROM sighting WHERE id = ? LIMIT 1")
      return try commits.filter { commit in
        guard let row = try Row.fetchOne(statement, arguments: [commit]) else { return true }
        try see(tree, commit, patch: row["patch"], db)
        return false
      }
    }
  }

  /// Records a commit. A patch that is known already, by its contents or because one says to be a copy of the other, is
  /// seen once more.
  package func add(_ commit: SeenCommit) async throws {
    try await write { db in
      let id = commit.origin.name.id
      guard let digest = commit.patchID else {
        return try see(commit.tree, id, patch: nil, db)
      }
      let same = try Int.fetchOne(db, sql: "SELECT id FROM patch WHERE digest = ?", arguments: [digest])
      let related = try Int.fetchAll(
        db,
        sql: """
          SELECT id FROM patch WHERE upstream = ?1
          UNION SELECT patch FROM sighting WHERE id = ?2 AND patch IS NOT NULL
          UNION SELECT id FROM patch WHERE ?2 IS NOT NULL AND upstream = ?2
          """, arguments: [id, commit.upstream])
      // What says to be a copy may change something else, or less.
      let known = try same ?? related.first { try Self.outline($0, db) == commit.changes.map(Self.outline) }
      if let known {
        return try see(commit.tree, id, patch: known, db)
      }
      try db.execute(
        sql: "INSERT INTO patch(digest, upstream, subject, author, seconds) VALUES(?, ?, ?, ?, ?)",
        arguments: [
          digest, commit.upstream, commit.origin.name.subject, commit.origin.author, commit.origin.seconds,
        ])
      let patch = Int(db.lastInsertedRowID)
      try write(commit.changes, of: patch, db)
      try see(commit.tree, id, patch: patch, db)
    }
  }

  private static func outline(_ change: APIChange) -> String { "\(change.kind.rawValue) \(change.name)" }

  private static func outline(_ patch: Int, _ db: Database) throws -> [String] {
    try Data.fetchAll(db, sql: "SELECT content FROM change WHERE patch = ? ORDER BY number", arguments: [patch])
      .map { outline(try JSONDecoder().decode(APIChange.self, from: $0)) }
  }

  /// Writes down what a patch changes.
  func write(_ changes: [APIChange], of patch: Int, _ db: Database) throws {
    for (number, change) in changes.enumerated() {
      try db.execute(
        sql: "INSERT INTO change(patch, number, symbol, kind, public, content) VALUES(?, ?, ?, ?, ?, ?)",
        arguments: [
          patch, number, change.symbol, change.kind.rawValue, change.isPublic, try JSONEncoder().encode(change),
        ])
    }
  }

  private func see(_ tree: String, _ commit: String, patch: Int?, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO sighting(tree, id, patch, state, seconds) VALUES(?, ?, ?, 'there', ?)
        ON CONFLICT DO UPDATE SET state = 'there'
        """, arguments: [tree, commit, patch, now])
  }

  /// Commits of a tree that changed something of the API and were dropped, the newest of them.
  package func withdrawn(in tree: String) async throws -> Set<String> {
    try await read { db in
      try String.fetchSet(
        db,
        sql: """
          SELECT id FROM sighting WHERE tree = ? AND state = 'withdrawn' AND patch IS NOT NULL
          ORDER BY patch DESC LIMIT 1000
          """, arguments: [tree])
    }
  }

  /// Commits that a ref no longer leads to, or leads to again.
  ///
  /// - Returns: patches that are nowhere any more, or are there again.
  package func mark(_ commits: [String], of tree: String, there isThere: Bool) async throws -> [Int] {
    try await write { db in
      let list = try Self.json(commits)
      let patches = try Int?.fetchAll(
        db,
        sql: """
          UPDATE sighting SET state = ?1 WHERE tree = ?2 AND id IN (SELECT value FROM json_each(?3))
            AND state != ?1 RETURNING patch
          """, arguments: [isThere ? "there" : "withdrawn", tree, list])
      return try Set(patches.compactMap { $0 }).sorted().filter { patch in
        let others = try Int.fetchOne(
          db, sql: "SELECT count(*) FROM sighting WHERE patch = ? AND state = 'there'", arguments: [patch])
        return ((others ?? 0) > 0) == isThere
      }
    }
  }

  /// The tree's commits that no release is known to have.
  package func unreleased(in tree: String) async throws -> Set<String> {
    try await read { db in
      try String.fetchSet(
        db,
        sql: "SELECT id FROM sighting WHERE tree = ? AND patch IS NOT NULL AND release IS NULL AND state = 'there'",
        arguments: [tree])
    }
  }

  /// Records the first release of a tree that has the commits.
  package func release(_ commits: [String], of tree: String, as release: String) async throws {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE sighting SET release = ?1 WHERE tree = ?2 AND id IN (SELECT value FROM json_each(?3))
            AND release IS NULL
          """, arguments: [release, tree, try Self.json(commits)])
    }
  }

  package func patchCount() async throws -> Int {
    try await read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM patch") ?? 0 }
  }

  /// - Parameter limit: the newest of them.
  package func patches(limit: Int) async throws -> [LedgerPatch] {
    try await read { db in
      let ids = try Int.fetchAll(db, sql: "SELECT id FROM patch ORDER BY id DESC LIMIT ?", arguments: [limit])
      return try ids.reversed().compactMap { try Self.patch($0, db) }
    }
  }

  /// - Throws: `Failure` (`badInput`) if there is no such patch.
  package func patch(_ id: Int) async throws -> LedgerPatch {
    guard let patch = try await read({ db in try Self.patch(id, db) }) else {
      throw Failure(.badInput, "change \(id)", "there is none")
    }
    return patch
  }

  private static func patch(_ id: Int, _ db: Database) throws -> LedgerPatch? {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM patch WHERE id = ?", arguments: [id]) else { return nil }
    let sightings = try Row.fetchAll(
      db, sql: "SELECT * FROM sighting WHERE patch = ? ORDER BY seconds, tree", arguments: [id])
    let changes = try Data.fetchAll(
      db, sql: "SELECT content FROM change WHERE patch = ? ORDER BY number", arguments: [id])
    return LedgerPatch(
      id: id, subject: row["subject"], author: row["author"], seconds: row["seconds"],
      sightings: sightings.map {
        .init(
          tree: $0["tree"], commit: $0["id"], isThere: ($0["state"] as String) == "there", release: $0["release"])
      }, changes: try changes.map { try JSONDecoder().decode(APIChange.self, from: $0) })
  }

  static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }
}

extension LedgerStore {
  /// The patches that commits of a tree are.
  package func patches(of commits: [String], in tree: String) async throws -> [Int] {
    try await read { db in
      try Int.fetchAll(
        db,
        sql: """
          SELECT DISTINCT patch FROM sighting WHERE tree = ? AND patch IS NOT NULL
            AND id IN (SELECT value FROM json_each(?)) ORDER BY patch
          """, arguments: [tree, try Self.json(commits)])
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB

/// A ref of a watched tree that is elsewhere now than it was last seen.
package struct RefMove: Codable, Sendable, Hashable {
  package var tree: String
  package var ref: String
  /// Nil for a new one.
  package var old: String?
  /// Nil for one that is gone.
  package var new: String?

  package init(tree: String, ref: String, old: String?, new: String?) {
    (self.tree, self.ref, self.old, self.new) = (tree, ref, old, new)
  }
}

/// What has to be read for a move.
package struct Push: Codable, Sendable, Hashable {
  package static let kind = "push"
  package var move: RefMove
  /// Where the tree's refs ever were seen last, and those of the same look before this one: nothing that they lead to is
  /// new. Tags are left out: what only they lead to was not read.
  package var known: [String]

  package static func isTag(_ ref: String) -> Bool { ref.hasPrefix("refs/tags/") }
}

extension LedgerStore {
  /// Where a tree's refs were last seen; nil for a tree that was never looked at.
  package func refs(of tree: String) async throws -> [String: String]? {
    try await read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT name, tip, gone FROM ref WHERE tree = ?", arguments: [tree])
      guard !rows.isEmpty else { return nil }
      return rows.reduce(into: [:]) { refs, row in if !(row["gone"] as Bool) { refs[row["name"]] = row["tip"] } }
    }
  }

  /// Records how a look at a tree or list ended.
  ///
  /// - Parameter problem: why it could not be read; nil where it could.
  /// - Returns: whether that is news.
  package func looked(at source: String, _ problem: String?) async throws -> Bool {
    // Most looks change nothing, and write nothing.
    guard try await troubles()[source] != problem else { return false }
    try await write { db in
      try db.execute(sql: "DELETE FROM trouble WHERE source = ?", arguments: [source])
      guard let problem else { return }
      try db.execute(
        sql: "INSERT INTO trouble(source, problem, since) VALUES(?, ?, ?)", arguments: [source, problem, now])
    }
    return true
  }

  /// Trees and lists that could not be read at the last look, with the reason.
  package func troubles() async throws -> [String: String] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM trouble").reduce(into: [:]) { $0[$1["source"]] = $1["problem"] }
    }
  }

  /// Records where a tree's refs are when it is looked at for the first time: what they lead to is no news.
  package func begin(_ tree: String, at refs: [String: String]) async throws {
    try await write { db in
      for (name, tip) in refs {
        try db.execute(
          sql: "INSERT OR IGNORE INTO ref(tree, name, tip, moves, seconds) VALUES(?, ?, ?, 0, ?)",
          arguments: [tree, name, tip, now])
      }
    }
  }

  /// Records moves, and a job for each, in one step.
  ///
  /// - Parameter input: the job's input for a move, given the tips that were known before.
  /// - Returns: the jobs; nil where another look was faster: nothing was recorded.
  package func record(
    _ moves: [RefMove], encoding input: @escaping @Sendable (Push) throws -> String
  ) async throws -> [Int]? {
    guard let tree = moves.first?.tree else { return [] }
    return try await write { db in
      let rows = try Row.fetchAll(db, sql: "SELECT name, tip, gone FROM ref WHERE tree = ?", arguments: [tree])
      let tips = rows.reduce(into: [String: String]()) { tips, row in
        if !(row["gone"] as Bool) { tips[row["name"]] = row["tip"] }
      }
      var known = Set(rows.filter { !Push.isTag($0["name"]) }.map { $0["tip"] as String })
      guard moves.allSatisfy({ tips[$0.ref] == $0.old }) else { return nil }
      var jobs: [Int] = []
      for move in moves {
        try db.execute(
          sql: """
            INSERT INTO ref(tree, name, tip, gone, moves, seconds) VALUES(?1, ?2, ?3, ?5, 1, ?4)
            ON CONFLICT DO UPDATE SET tip = ?3, gone = ?5, moves = moves + 1, seconds = ?4
            """, arguments: [move.tree, move.ref, move.new ?? move.old, now, move.new == nil])
        let number = try Int.fetchOne(
          db, sql: "SELECT moves FROM ref WHERE tree = ? AND name = ?", arguments: [move.tree, move.ref])
        let push = Push(move: move, known: known.sorted())
        let short = move.ref.split(separator: "/").dropFirst(2).joined(separator: "/")
        let draft = JobDraft(
          kind: Push.kind, key: "\(move.tree) \(move.ref) \(number ?? 0)", source: "tree \(move.tree)",
          title: "\(move.tree) \(short)", input: try input(push))
        jobs.append(try add(draft, db))
        // What one ref of the look brings is no news by the next.
        if let new = move.new, !Push.isTag(move.ref) { known.insert(new) }
      }
      return jobs
    }
  }
}

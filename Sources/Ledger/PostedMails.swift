// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// A mail with a patch or a cover letter, as a list's archive has it.
package struct PostedMail: Sendable, Hashable {
  /// Its Message-ID.
  package var id: String
  /// What it answers: In-Reply-To and References, the nearest first.
  package var references: [String]
  /// Address only.
  package var author: String
  package var version: Int
  package var number: Int
  package var count: Int
  package var title: String
  package var seconds: Int
  package var epoch: Int
  /// The commit that brought it.
  package var place: String

  package init(
    id: String, references: [String], author: String, version: Int, number: Int, count: Int, title: String,
    seconds: Int, epoch: Int, place: String
  ) {
    (self.id, self.references, self.author) = (id, references, author)
    (self.version, self.number, self.count, self.title) = (version, number, count, title)
    (self.seconds, self.epoch, self.place) = (seconds, epoch, place)
  }
}

/// A posted series as far as it was seen.
package struct LedgerSeries: Sendable, Hashable {
  package enum State: String, Sendable, Hashable {
    case proposed
    /// A later version, or the same once more, took its place.
    case superseded
    /// A tree has it.
    case merged
    /// The archive dropped all of its mails.
    case withdrawn
  }
  package var id: Int
  /// Message-ID of the cover letter, or of the lone patch.
  package var root: String
  package var list: String
  package var author: String
  package var version: Int
  package var count: Int
  package var title: String
  package var seconds: Int
  package var state: State
  package var patch: Int?

  fileprivate init(_ row: Row) {
    (id, root, list, author) = (row["id"], row["root"], row["list"], row["author"])
    (version, count, title, seconds) = (row["version"], row["count"], row["title"], row["seconds"])
    (state, patch) = (State(rawValue: row["state"]) ?? .proposed, row["patch"])
  }
}

extension LedgerStore {
  /// Mails of one series that were posted without answering each other arrive within so many seconds.
  private static let together = 3600

  /// How far a list's archive was read; nil where it was not begun.
  package func epochs(of list: String) async throws -> [Int: (tip: String, seconds: Int)]? {
    try await read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT * FROM epoch WHERE list = ?", arguments: [list])
      guard !rows.isEmpty else { return nil }
      return rows.reduce(into: [:]) { $0[$1["number"]] = ($1["tip"], $1["seconds"]) }
    }
  }

  /// What an archive did.
  package enum ArchiveStep: Sendable {
    case came(PostedMail)
    /// The Message-ID of a mail that it dropped.
    case dropped(String)
  }

  /// Follows an archive in its order, each mail once, and records how far it was read, in one step.
  ///
  /// - Parameter tip: of the epoch; and when the archive got it.
  package func follow(
    _ steps: [ArchiveStep], of list: String, epoch: Int, tip: String, seconds: Int
  ) async throws {
    try await write { db in
      for step in steps {
        switch step {
        case .came(let mail): try add(mail, to: list, db)
        case .dropped(let id):
          try db.execute(
            sql: """
              UPDATE series SET dirty = 1, attempts = 0 WHERE id IN (SELECT series FROM mail WHERE list = ? AND id = ?)
              """, arguments: [list, id])
          try db.execute(sql: "DELETE FROM mail WHERE list = ? AND id = ?", arguments: [list, id])
        }
      }
      try db.execute(
        sql: """
          INSERT INTO epoch(list, number, tip, seconds) VALUES(?1, ?2, ?3, ?4)
          ON CONFLICT DO UPDATE SET tip = ?3, seconds = ?4
          """, arguments: [list, epoch, tip, seconds])
    }
  }

  private func add(_ mail: PostedMail, to list: String, _ db: Database) throws {
    let isKnown =
      try Int.fetchOne(db, sql: "SELECT 1 FROM mail WHERE list = ? AND id = ?", arguments: [list, mail.id]) != nil
    guard !isKnown else {
      // A rewritten archive has it elsewhere.
      return try db.execute(
        sql: "UPDATE mail SET epoch = ?, place = ? WHERE list = ? AND id = ?",
        arguments: [mail.epoch, mail.place, list, mail.id])
    }
    let series = try series(of: mail, list, db)
    try db.execute(
      sql: "INSERT INTO mail(list, id, series, number, title, author, epoch, place) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [list, mail.id, series, mail.number, mail.title, mail.author, mail.epoch, mail.place])
    try db.execute(sql: "UPDATE series SET dirty = 1, attempts = 0 WHERE id = ?", arguments: [series])
    guard mail.number < 2 else { return }
    // The cover letter, or the first patch where there is none, names the series.
    try db.execute(
      sql: """
        UPDATE series SET title = ?1 WHERE id = ?2 AND NOT EXISTS(
          SELECT 1 FROM mail WHERE mail.series = ?2 AND mail.number < ?3)
        """, arguments: [mail.title, series, mail.number])
    try supersede(by: series, mail, list, db)
  }

  /// The series that a mail is of: that of a mail which it answers, if that lacks its number and is by the same hand; else
  /// a new one.
  private func series(of mail: PostedMail, _ list: String, _ db: Database) throws -> Int {
    let isPart = mail.count > 1
    if isPart {
      for reference in mail.references + [mail.id] {
        let known = try Int.fetchOne(
          db,
          sql: """
            SELECT id FROM series WHERE id IN (
                SELECT series FROM mail WHERE mail.list = ?5 AND mail.id = ?1
                UNION ALL SELECT series.id FROM series WHERE series.list = ?5 AND root = ?1)
              AND version = ?2 AND count = ?3 AND author = ?6 AND NOT EXISTS(
                SELECT 1 FROM mail AS other WHERE other.series = series.id AND other.number = ?4) LIMIT 1
            """, arguments: [reference, mail.version, mail.count, mail.number, list, mail.author])
        if let known { return known }
      }
      if mail.references.isEmpty {
        let near = try Int.fetchOne(
          db,
          sql: """
            SELECT id FROM series WHERE list = ?1 AND author = ?2 AND version = ?3 AND count = ?4
              AND seconds BETWEEN ?5 - ?6 AND ?5 + ?6 AND NOT EXISTS(
                SELECT 1 FROM mail WHERE mail.series = series.id AND mail.number = ?7) ORDER BY id DESC LIMIT 1
            """,
          arguments: [list, mail.author, mail.version, mail.count, mail.seconds, Self.together, mail.number])
        if let near { return near }
      }
    }
    // What the archive dropped comes again.
    let empty = try Int.fetchOne(
      db,
      sql: """
        SELECT id FROM series WHERE list = ? AND root = ? AND NOT EXISTS(SELECT 1 FROM mail WHERE series = series.id)
        """, arguments: [list, mail.id])
    if let empty {
      try db.execute(
        sql: "UPDATE series SET state = 'proposed', author = ?, version = ?, count = ?, title = ? WHERE id = ?",
        arguments: [mail.author, mail.version, mail.count, mail.title, empty])
      return empty
    }
    return try begin(mail, isPart, list, db)
  }

  private func begin(_ mail: PostedMail, _ isPart: Bool, _ list: String, _ db: Database) throws -> Int {
    // A patch may arrive before its cover letter. The name is a stranger's choice, and may be taken.
    var root = isPart && mail.number > 0 ? mail.references.first ?? mail.id : mail.id
    var number = 1
    while try Int.fetchOne(db, sql: "SELECT 1 FROM series WHERE list = ? AND root = ?", arguments: [list, root]) != nil
    {
      root = number == 1 && root != mail.id ? mail.id : "\(mail.id) \(number)"
      number += 1
    }
    try db.execute(
      sql: """
        INSERT INTO series(list, root, author, version, count, title, seconds, state, dirty)
        VALUES(?, ?, ?, ?, ?, ?, ?, 'proposed', 1)
        """, arguments: [list, root, mail.author, mail.version, mail.count, mail.title, mail.seconds])
    return Int(db.lastInsertedRowID)
  }

  /// An earlier version of the series, by its title and author, makes place.
  private func supersede(by series: Int, _ mail: PostedMail, _ list: String, _ db: Database) throws {
    let older = try Int.fetchAll(
      db,
      sql: """
        SELECT id FROM series WHERE title = ? AND author = ? AND list = ? AND version <= ? AND id < ?
          AND state = 'proposed'
        """, arguments: [mail.title, mail.author, list, mail.version, series])
    for id in older { try end(id, .superseded, db) }
  }

  private func end(_ series: Int, _ state: LedgerSeries.State, _ db: Database) throws {
    try db.execute(sql: "UPDATE series SET state = ? WHERE id = ?", arguments: [state.rawValue, series])
    try db.execute(
      sql: """
        UPDATE sighting SET state = ?1 WHERE (tree, id) IN (SELECT list, root FROM series WHERE id = ?2)
        """, arguments: [state.rawValue, series])
  }

  /// Series whose mails were not read yet, the oldest first; but for those that could not be read again and again.
  package func dirtySeries(of list: String, limit: Int) async throws -> [LedgerSeries] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM series WHERE dirty = 1 AND list = ? AND attempts < ? ORDER BY id LIMIT ?",
        arguments: [list, Self.maximalCrashes, limit]
      ).map { LedgerSeries($0) }
    }
  }

  /// Where the mails of a series lie, the cover letter first, then the patches in their order; recorded as an attempt to
  /// read them.
  ///
  /// - Parameter limit: at most so many.
  package func mails(of series: Int, limit: Int) async throws -> [(epoch: Int, place: String)] {
    try await write { db in
      try db.execute(sql: "UPDATE series SET attempts = attempts + 1 WHERE id = ?", arguments: [series])
      return try Self.parts(of: series, limit, db)
    }
  }

  /// The same, for a series that was read before.
  package func parts(of series: Int, limit: Int) async throws -> [(epoch: Int, place: String)] {
    try await read { db in try Self.parts(of: series, limit, db) }
  }

  private static func parts(of series: Int, _ limit: Int, _ db: Database) throws -> [(epoch: Int, place: String)] {
    try Row.fetchAll(
      db, sql: "SELECT epoch, place FROM mail WHERE series = ? ORDER BY number, id LIMIT ?", arguments: [series, limit]
    ).map { ($0["epoch"], $0["place"]) }
  }

  /// Records what a series changes: it is seen in its list as a commit is in its tree, and one that was sent to several
  /// lists is one patch. It stays dirty: what follows from it is not recorded yet.
  ///
  /// - Parameter changes: none where nothing of the API changes.
  /// - Returns: the patch, if there is one.
  package func conclude(_ series: LedgerSeries, _ changes: [APIChange]) async throws -> Int? {
    try await write { db in
      let digest = "series \(series.root)"
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM mail WHERE series = ?", arguments: [series.id])
      let state = try String.fetchOne(db, sql: "SELECT state FROM series WHERE id = ?", arguments: [series.id])
      var patch = try Int.fetchOne(db, sql: "SELECT id FROM patch WHERE digest = ?", arguments: [digest])
      if changes.isEmpty || count == 0 {
        try db.execute(
          sql: "DELETE FROM sighting WHERE tree = ? AND id = ?", arguments: [series.list, series.root])
        try db.execute(
          sql: "DELETE FROM patch WHERE id = ?1 AND NOT EXISTS(SELECT 1 FROM sighting WHERE patch = ?1)",
          arguments: [patch])
        patch = nil
      } else {
        if let patch {
          // With fewer mails it was less.
          try db.execute(sql: "DELETE FROM change WHERE patch = ?", arguments: [patch])
        } else {
          try db.execute(
            sql: "INSERT INTO patch(digest, upstream, subject, author, seconds) VALUES(?, NULL, ?, ?, ?)",
            arguments: [digest, series.title, series.author, series.seconds])
          patch = Int(db.lastInsertedRowID)
        }
        try write(changes, of: patch ?? 0, db)
        try db.execute(
          sql: "INSERT OR REPLACE INTO sighting(tree, id, patch, state, seconds) VALUES(?, ?, ?, ?, ?)",
          arguments: [series.list, series.root, patch, state == "proposed" ? "there" : state, now])
      }
      try db.execute(sql: "UPDATE series SET patch = ? WHERE id = ?", arguments: [patch, series.id])
      if count == 0 { try end(series.id, .withdrawn, db) }
      return patch
    }
  }

  /// All that follows from so many mails of the series is recorded; if others came meanwhile, it stays dirty.
  package func settle(_ series: LedgerSeries, having count: Int) async throws {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE series SET dirty = 0, attempts = 0 WHERE id = ?1
            AND (SELECT count(*) FROM mail WHERE mail.series = ?1) = ?2
          """, arguments: [series.id, count])
    }
  }

  /// A tree has got a patch that was posted: its series is no proposal any more.
  package func merge(title: String, author: String) async throws {
    try await write { db in
      let found = try Int.fetchAll(
        db,
        sql: """
          SELECT DISTINCT series.id FROM series JOIN mail ON mail.series = series.id
          WHERE mail.title = ? AND mail.author = ? AND series.state = 'proposed'
          """, arguments: [title, author])
      for id in found { try end(id, .merged, db) }
    }
  }

  /// The series whose cover letter, or any of whose mails, has the Message-ID.
  package func series(_ id: String) async throws -> LedgerSeries? {
    try await read { db in
      try Row.fetchOne(
        db,
        sql: "SELECT * FROM series WHERE root = ?1 OR id = (SELECT series FROM mail WHERE mail.id = ?1) LIMIT 1",
        arguments: [id]
      ).map { LedgerSeries($0) }
    }
  }
}

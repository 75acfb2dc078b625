// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// The API changes of a history by symbol: a file that grows by commits, each of them read once.
package actor ChangeStore {
  /// A commit with what it changed.
  package struct Entry: Sendable {
    package var origin: ChangeOrigin
    package var changes: [APIChange]

    package init(origin: ChangeOrigin, changes: [APIChange]) { (self.origin, self.changes) = (origin, changes) }
  }

  /// "kmc" and the number of the format: raise it whenever tables, the taxonomy or its detection change.
  private static let format = 0x6b6d_6300 | 1
  private static let tables = """
    CREATE TABLE entry(
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, author TEXT NOT NULL,
      seconds INTEGER NOT NULL);
    CREATE TABLE change(entry INTEGER NOT NULL, symbol TEXT NOT NULL, content BLOB NOT NULL);
    CREATE INDEX change_symbol ON change(symbol);
    CREATE TABLE tip(key TEXT PRIMARY KEY) WITHOUT ROWID;
    """
  /// Commits after which what was read is written.
  private static let batch = 2000
  private let file: GrowingFile
  private var pending: [Entry] = []
  private var keys: Set<String> = []

  private init(_ file: consuming GrowingFile) { self.file = file }

  /// Opens the file, alone: waits until no other process has it open. One that is damaged or of another format is begun
  /// anew.
  ///
  /// - Throws: `Failure` (`unavailable`) if it can't be written, `CancellationError`.
  package static func open(_ path: String, waiting: @Sendable () -> Void = {}) async throws -> ChangeStore {
    ChangeStore(try await GrowingFile.open(path, format: format, tables: tables, waiting: waiting))
  }

  /// Whether everything that a commit descends from was read.
  package func holds(_ tip: String) async throws -> Bool {
    try await file.read { db in
      try Int.fetchOne(db, sql: "SELECT 1 FROM tip WHERE key = ?", arguments: [tip]) != nil
    }
  }

  /// Those of the commits that were not read yet, in their order.
  package func missing(_ commits: [String]) async throws -> [String] {
    let keys = keys
    return try await file.read { db in
      let statement = try db.cachedStatement(sql: "SELECT 1 FROM entry WHERE key = ?")
      return try commits.filter { try !keys.contains($0) && Int.fetchOne(statement, arguments: [$0]) == nil }
    }
  }

  /// Adds a commit, which may have changed nothing: it is not to be read again.
  ///
  /// - Throws: `Failure` (`unavailable`) if the file can't be written.
  package func add(_ entry: Entry) async throws {
    guard keys.insert(entry.origin.name.id).inserted else { return }
    pending.append(entry)
    if pending.count >= Self.batch { try await flush() }
  }

  /// Writes what was added, and remembers that everything was read that the commit descends from.
  ///
  /// - Throws: `Failure` (`unavailable`) if the file can't be written.
  package func finish(_ tip: String) async throws {
    try await flush()
    try await file.write { db in
      try db.execute(sql: "INSERT OR IGNORE INTO tip VALUES (?)", arguments: [tip])
    }
  }

  /// The commits that changed a symbol, the newest first.
  ///
  /// - Parameter symbol: a function, field, macro, type, header as it is included, or build variable.
  /// - Throws: `Failure` (`tryAgain`) if the file can't be read.
  package func entries(changing symbol: String) async throws -> [Entry] {
    try await flush()
    return try await file.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT entry.key, subject, author, seconds, content
          FROM change JOIN entry ON entry.id = change.entry WHERE symbol = ? ORDER BY seconds DESC, entry.id DESC
          """, arguments: [symbol])
      var entries: [Entry] = []
      for row in rows {
        guard let change = try? JSONDecoder().decode(APIChange.self, from: row[4] as Data) else { continue }
        let name = CommitName(id: row[0], subject: row[1])
        if entries.last?.origin.name == name {
          entries[entries.count - 1].changes.append(change)
        } else {
          entries.append(Entry(origin: ChangeOrigin(name: name, author: row[2], seconds: row[3]), changes: [change]))
        }
      }
      return entries
    }
  }

  private func flush() async throws {
    guard !pending.isEmpty else { return }
    let entries = pending
    (pending, keys) = ([], [])
    try await file.write { db in
      let entry = try db.cachedStatement(
        sql: "INSERT OR IGNORE INTO entry(key, subject, author, seconds) VALUES (?, ?, ?, ?)")
      let change = try db.cachedStatement(sql: "INSERT INTO change VALUES (?, ?, ?)")
      for added in entries {
        let name = added.origin.name
        try entry.execute(arguments: [name.id, name.subject, added.origin.author, added.origin.seconds])
        guard db.changesCount > 0 else { continue }
        let id = db.lastInsertedRowID
        for content in added.changes {
          try change.execute(arguments: [id, content.symbol, try JSONEncoder().encode(content)])
        }
      }
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB

/// The file of an index that grows: SQLite with its own journal, so that a killed process costs its last transaction.
///
/// What is written together is a segment: its postings stand in rows of their own, and nothing that is there is written
/// again.
enum HistorySchema {
  /// "kmh" and the number of the format: raise it whenever tables or lists change.
  static let format = 0x6b6d_6800 | 1

  /// `change.id` counts in the order of reading, `key` finds a change again, `name` is what people call it. `place` is one window of a change, its new text told by the hunks and
  /// the lines that they add. `symbol` holds the places on whose changed lines a name stands.
  static let tables = """
    CREATE TABLE change(
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, subject TEXT NOT NULL,
      message TEXT NOT NULL, unreadable INTEGER NOT NULL);
    CREATE TABLE place(
      id INTEGER PRIMARY KEY, change INTEGER NOT NULL, class INTEGER NOT NULL, path TEXT NOT NULL,
      oldStart INTEGER NOT NULL, newStart INTEGER NOT NULL, hunks BLOB NOT NULL, old BLOB NOT NULL, added BLOB NOT NULL);
    CREATE TABLE symbol(
      name TEXT NOT NULL, segment INTEGER NOT NULL, lost BLOB NOT NULL, gained BLOB NOT NULL,
      PRIMARY KEY(name, segment)) WITHOUT ROWID;
    CREATE TABLE selection(name TEXT PRIMARY KEY, changes BLOB NOT NULL) WITHOUT ROWID;
    PRAGMA application_id = \(format);
    """

  /// A connection for growing; makes the tables in a new file.
  static func writer(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768")
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { db in
      if try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 { try db.execute(sql: tables) }
    }
    return queue
  }

  static func reader(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Whether the file is an index of this format that can be read; its contents are looked at when they are needed.
  static func isValid(_ path: String) -> Bool {
    guard FileManager.default.fileExists(atPath: path), let queue = try? reader(path) else { return false }
    let found = try? queue.read { db in
      guard try Int.fetchOne(db, sql: "PRAGMA application_id") == format else { return false }
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table'") == 4
    }
    return found ?? false
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// Grows the index of a history: changes in any order, each once.
package actor HistoryWriter {
  /// Bytes and changes after which what was read is written.
  private static let batch = (bytes: 16 << 20, changes: 1000)
  private let path: String
  private let database: DatabaseQueue
  private let lock: BuildLock
  private var segment = HistorySegment()
  /// Keys of the changes in it.
  private var pending: Set<String> = []

  private init(_ path: String, _ database: DatabaseQueue, _ lock: consuming BuildLock) {
    (self.path, self.database) = (path, database)
    self.lock = lock
  }

  /// Opens the index at `path` for growing, alone: waits until no other process does. One that is damaged or of another
  /// format is begun anew.
  ///
  /// - Throws: `Failure` (`unavailable`) if it can't be written, `CancellationError`.
  package static func open(_ path: String, waiting: @Sendable () -> Void = {}) async throws -> HistoryWriter {
    let lock = try await BuildLock(for: path, waiting: waiting)
    if !HistorySchema.isValid(path) {
      for end in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + end) }
    }
    let database = try await writing(path) { try await offload { _ in try HistorySchema.writer(path) } }
    return HistoryWriter(path, database, lock)
  }

  /// Those of the keys that the index does not hold yet, in their order.
  ///
  /// - Throws: `Failure` (`unavailable`) if the index can't be read.
  package func missing(_ keys: [String]) async throws -> [String] {
    try await writing(path) { [database, pending] in
      try await database.read { db in
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM change WHERE key = ?")
        return try keys.filter { try !pending.contains($0) && Int.fetchOne(statement, arguments: [$0]) == nil }
      }
    }
  }

  /// Adds texts to the change that is being read; returns how many are too large to be kept.
  package func add(_ texts: [ChangedText]) -> Int { texts.count { !segment.add($0) } }

  /// Ends the change that is being read, which may have no text at all: it is not to be read again.
  ///
  /// - Parameters:
  ///   - key: what it is found by, if not by the commit's id.
  ///   - unreadable: what of it could not be read or kept.
  /// - Throws: `Failure` (`unavailable`) if the index can't be written.
  package func finish(
    _ commit: CommitName, key: String? = nil, message: String, unreadable: Int
  ) async throws {
    let key = key ?? commit.id
    segment.finish(key, commit, message: message, unreadable: unreadable)
    pending.insert(key)
    if segment.bytes >= Self.batch.bytes || segment.changes.count >= Self.batch.changes { try await flush() }
  }

  /// Writes what was read and remembers, under a name, which changes belong together.
  ///
  /// - Throws: `Failure` (`unavailable`) if the index can't be written.
  package func select(_ keys: [String], as selection: String) async throws {
    try await flush()
    try await writing(path) { [database] in
      try await database.write { db in
        let statement = try db.cachedStatement(sql: "SELECT id FROM change WHERE key = ?")
        let changes = try keys.compactMap { try UInt32.fetchOne(statement, arguments: [$0]) }.sorted()
        try db.execute(
          sql: "INSERT OR REPLACE INTO selection VALUES (?, ?)",
          arguments: [selection, Data(Varint.ascending(changes))])
      }
    }
  }

  private func flush() async throws {
    guard !segment.changes.isEmpty else { return }
    let segment = self.segment
    self.segment = HistorySegment()
    pending = []
    try await writing(path) { [database] in try await database.write { db in try segment.write(to: db) } }
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// A SQLite file that grows, with its own journal: a killed process costs its last transaction. One process has it open.
struct GrowingFile: ~Copyable, Sendable {
  let path: String
  let database: DatabaseQueue
  private let lock: BuildLock

  /// Opens the file, alone: waits until no other process has it open. One that is damaged or of another format is begun
  /// anew.
  ///
  /// - Parameters:
  ///   - format: its application id; see `PRAGMA application_id`.
  ///   - tables: SQL that makes them.
  /// - Throws: `Failure` (`unavailable`) if it can't be written, `CancellationError`.
  static func open(_ path: String, format: Int, tables: String, waiting: () -> Void) async throws -> GrowingFile {
    let lock = try await BuildLock(for: path, waiting: waiting)
    let database = try await writing(path) { try await offload { _ in try connect(path, format, tables) } }
    return GrowingFile(path, database, lock)
  }

  private init(_ path: String, _ database: DatabaseQueue, _ lock: consuming BuildLock) {
    (self.path, self.database) = (path, database)
    self.lock = lock
  }

  private static func connect(_ path: String, _ format: Int, _ tables: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768")
    }
    let isValid = try? DatabaseQueue(path: path, configuration: configuration).read { db in
      try Int.fetchOne(db, sql: "PRAGMA application_id") == format
    }
    if isValid != true {
      for end in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + end) }
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    if isValid != true {
      try queue.write { db in try db.execute(sql: "\(tables); PRAGMA application_id = \(format)") }
    }
    return queue
  }

  /// - Throws: `Failure` (`unavailable`) in place of SQLite's error.
  func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
    try await writing(path) { [database] in try await database.write(body) }
  }

  /// - Throws: `Failure` (`tryAgain`) in place of SQLite's error.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await database.answer(path, body)
  }
}

/// - Throws: `Failure` (`unavailable`) in place of SQLite's error.
func writing<Value>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
  do {
    return try await body()
  } catch let error as DatabaseError {
    throw Failure(
      .unavailable, path, "can't be written (\(error.resultCode.rawValue): \(error.message ?? "SQLite error"))",
      remedy: "check the space and the rights of its folder, or remove it")
  }
}

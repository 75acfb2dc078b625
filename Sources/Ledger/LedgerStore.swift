// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// Everything that the daemon has seen and decided: one SQLite file in WAL mode, which other processes read and write
/// as well.
package struct LedgerStore: Sendable {
  /// What a ledger is told by the machine; tests have their own.
  package struct Surroundings: Sendable {
    /// Seconds since 1970.
    package var clock: @Sendable () -> Int
    /// Called before each change is begun and after it is in the file; what it throws is as a failing disk.
    package var probe: @Sendable () throws -> Void

    package init(
      clock: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) },
      probe: @escaping @Sendable () throws -> Void = {}
    ) {
      (self.clock, self.probe) = (clock, probe)
    }
  }
  package let path: String
  let pool: DatabasePool
  private let surroundings: Surroundings

  /// Opens the ledger, and brings an older one up to date.
  ///
  /// - Parameter creating: whether one that is not there is made.
  /// - Throws: `Failure`: `unavailable` if it can't be opened or written, or was written by a newer kmend.
  package init(_ path: String, creating: Bool, in surroundings: Surroundings = Surroundings()) throws {
    self.surroundings = surroundings
    guard creating || FileManager.default.fileExists(atPath: path) else {
      throw Failure(.unavailable, path, "there is no ledger yet", remedy: "run kmend serve")
    }
    self.path = path
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
      var configuration = GRDB.Configuration()
      configuration.busyMode = .timeout(30)
      configuration.maximumReaderCount = 2
      configuration.prepareDatabase { db in
        // A power cut must not take back what others were told.
        try db.execute(sql: "PRAGMA synchronous = FULL")
      }
      pool = try DatabasePool(path: path, configuration: configuration)
      let migrator = Self.migrator
      guard try !pool.read(migrator.hasBeenSuperseded) else {
        throw Failure(.unavailable, path, "was written by a newer kmend", remedy: "install that version")
      }
      try migrator.migrate(pool)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Self.failure(path, error)
    }
  }

  /// Reads a state of the ledger that nobody changes meanwhile.
  ///
  /// - Throws: `Failure` (`unavailable`) if it can't be read.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do { return try await pool.read(body) } catch { throw Self.failure(path, error) }
  }

  /// Changes the ledger: all of it or nothing.
  ///
  /// - Throws: `Failure`: `unavailable` if it can't be written, `tryAgain` if another process keeps it busy.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    do {
      try surroundings.probe()
      let value = try await pool.write(body)
      try surroundings.probe()
      return value
    } catch {
      throw Self.failure(path, error)
    }
  }

  private static func failure(_ path: String, _ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let words = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return Failure(.tryAgain, path, "another process keeps it busy: \(words)")
    case .SQLITE_FULL: return Failure(.unavailable, path, "the disk is full", remedy: "free some space")
    default:
      return Failure(
        .unavailable, path, "the ledger fails: \(words)", detail: "SQLite code \(error.extendedResultCode)")
    }
  }

  /// Seconds since 1970.
  var now: Int { surroundings.clock() }
}

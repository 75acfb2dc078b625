// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// Which names stand in the files of a repository: a file that grows by blobs, each of them read once.
///
/// Of each blob it keeps the sorted hashes of its names, about 1.6 kB for a kernel source: a question looks through all
/// of them, which for a whole kernel is a tenth of a second. Two names may have one hash: who asks reads the files.
package actor NameStore {
  /// What is asked: a file is meant if it holds one name of each of the groups.
  package typealias Question = [Set<String>]

  /// "kmn" and the number of the format: raise it whenever tables or the hash change.
  private static let format = 0x6b6d_6e00 | 1
  private static let tables = """
    CREATE TABLE blob(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, names BLOB NOT NULL)
    """
  /// Blobs and bytes after which what was read is written.
  private static let batch = (blobs: 4000, bytes: 16 << 20)
  private let file: GrowingFile
  private var pending: [(id: String, names: Data)] = []
  private var bytes = 0

  private init(_ file: consuming GrowingFile) { self.file = file }

  /// Opens the file, alone: waits until no other process has it open. One that is damaged or of another format is begun
  /// anew.
  ///
  /// - Throws: `Failure` (`unavailable`) if it can't be written, `CancellationError`.
  package static func open(_ path: String, waiting: @Sendable () -> Void = {}) async throws -> NameStore {
    NameStore(try await GrowingFile.open(path, format: format, tables: tables, waiting: waiting))
  }

  /// Those of the blobs that were not read yet, in their order.
  package func missing(_ blobs: [String]) async throws -> [String] {
    let known = try await file.read { db in try String.fetchSet(db, sql: "SELECT id FROM blob") }
    return blobs.filter { !known.contains($0) }
  }

  /// - Parameters:
  ///   - hashes: as `nameHashes` makes them.
  /// - Throws: `Failure` (`unavailable`) if the file can't be written.
  package func add(_ blob: String, _ hashes: [UInt32]) async throws {
    pending.append((blob, hashes.withUnsafeBytes { Data($0) }))
    bytes += 4 * hashes.count
    if pending.count >= Self.batch.blobs || bytes >= Self.batch.bytes { try await finish() }
  }

  /// Writes what was added.
  ///
  /// - Throws: `Failure` (`unavailable`) if the file can't be written.
  package func finish() async throws {
    guard !pending.isEmpty else { return }
    let blobs = pending
    (pending, bytes) = ([], 0)
    try await file.write { db in
      let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO blob(id, names) VALUES (?, ?)")
      for blob in blobs { try statement.execute(arguments: [blob.id, blob.names]) }
    }
  }

  /// For each question the blobs that hold its names.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the file can't be read.
  package func blobs(holding questions: [Question]) async throws -> [Set<String>] {
    let asked = questions.map { $0.map { $0.map(Self.hash) } }
    return try await file.read { db in
      var found = [Set<String>](repeating: [], count: asked.count)
      let rows = try Row.fetchCursor(db, sql: "SELECT id, names FROM blob")
      while let row = try rows.next() {
        let meant = try row.withUnsafeData(atIndex: 1) { data in
          (data ?? Data()).withUnsafeBytes { bytes in
            asked.indices.filter { index in
              asked[index].allSatisfy { group in group.contains { Self.holds($0, bytes) } }
            }
          }
        }
        guard !meant.isEmpty else { continue }
        let id: String = row[0]
        for index in meant { found[index].insert(id) }
      }
      return found
    }
  }

  private static func hash(_ name: String) -> UInt32 { name.utf8.reduce(SymbolTable.seed, SymbolTable.hash) }

  private static func holds(_ hash: UInt32, _ names: UnsafeRawBufferPointer) -> Bool {
    var (low, high) = (0, names.count / 4)
    while low < high {
      let middle = (low + high) / 2
      let found = names.loadUnaligned(fromByteOffset: middle * 4, as: UInt32.self)
      if found == hash { return true }
      if found < hash { low = middle + 1 } else { high = middle }
    }
    return false
  }
}

/// Hashes of the names that stand in a file of a kernel tree, each once, in ascending order; none for files that are not
/// indexed.
package func nameHashes(_ text: [UInt8], path: String) -> [UInt32] {
  guard let language = FileClass(path: path[...]) else { return [] }
  var hashes: Set<UInt32> = []
  text.withUnsafeBufferPointer { NameScanner.scan($0, as: language) { _, hash, _ in hashes.insert(hash) } }
  return hashes.sorted()
}

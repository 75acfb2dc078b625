// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// How code was converted commit by commit, by the names that changed: a selection of what an index holds.
///
/// Unlike the index of two trees it holds the texts: it needs neither the repository nor the mails.
package struct HistoryStore: Sendable {
  /// Texts that are read for the names that come with a conversion.
  private static let coChangeLimit = 400
  /// Names that are told.
  private static let newcomerLimit = 200
  private let path: String
  private let database: DatabaseQueue
  /// Numbers of the selected changes.
  private let changes: Set<Int>

  /// Changes in the selection.
  package var count: Int { changes.count }

  /// Opens a selection of an index.
  ///
  /// - Returns: nil if there is no such index, or it does not hold the selection.
  package static func open(_ path: String, selection: String) async throws -> HistoryStore? {
    try await offload { _ in
      guard HistorySchema.isValid(path), let database = try? HistorySchema.reader(path) else { return nil }
      let list = try? database.read { db in
        try Data.fetchOne(db, sql: "SELECT changes FROM selection WHERE name = ?", arguments: [selection])
      }
      guard let list else { return nil }
      return HistoryStore(path: path, database: database, changes: Set(Varint.ascending([UInt8](list))))
    }
  }

  /// Files, folders and mails of the selected changes that could not be read, or are too large.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func unreadable() async throws -> Int {
    try await read { db in
      var unreadable = 0
      let rows = try Row.fetchCursor(db, sql: "SELECT id, unreadable FROM change WHERE unreadable > 0")
      while let row = try rows.next() {
        if changes.contains(row[0]) { unreadable += row[1] }
      }
      return unreadable
    }
  }

  /// The places where commits changed lines that name `symbol`, each with its commit, in the order of the history. What
  /// two commits changed alike, as versions of one patch do, counts once. Where there are more than `limit`, they are
  /// taken evenly.
  ///
  /// - Parameter build: asks for Makefiles and the like in place of `.c` and `.h` files.
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func conversions(
    losing symbol: String, limit: Int = 400, build: Bool = false
  ) async throws -> [Conversion] {
    let kind = build ? FileClass.build : .c
    return try await read { db in
      let places = try self.places(db, "lost", symbol, kind)
      var seen: Set<Conversion> = []
      return try spread(places, limit: limit).compactMap { place in
        guard let found = try conversion(db, place) else { return nil }
        var anonymous = found
        (anonymous.commit, anonymous.oldStart, anonymous.newStart) = (nil, 0, 0)
        return seen.insert(anonymous).inserted ? found : nil
      }
    }
  }

  /// How many files were converted away from `symbol`; whether they still name it elsewhere is not known.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func filesLosing(_ symbol: String) async throws -> Int {
    try await read { db in
      let statement = try db.cachedStatement(sql: "SELECT path FROM place WHERE id = ?")
      let paths = try places(db, "lost", symbol, .c).compactMap { try String.fetchOne(statement, arguments: [$0]) }
      return Set(paths).count
    }
  }

  /// Of the places that lose `symbol` on a line the share that has it on a new line: it lives on in another form (0…1).
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func share(keeping symbol: String) async throws -> Double {
    try await read { db in
      let lost = try places(db, "lost", symbol, .c)
      let gained = Set(try places(db, "gained", symbol, .c))
      return lost.isEmpty ? 0 : Double(lost.count { gained.contains($0) }) / Double(lost.count)
    }
  }

  /// Names that come with the loss of `symbol`: not in the old text of the place, but in the new one.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func newNames(inPlacesLosing symbol: String) async throws -> CoChange {
    try await read { db in
      let losing = try spread(places(db, "lost", symbol, .c), limit: Self.coChangeLimit)
      var counts: [String: Int] = [:]
      for place in losing {
        guard let found = try conversion(db, place) else { continue }
        let known = Self.names(found.oldText)
        for name in Self.names(found.newText).subtracting(known) { counts[name, default: 0] += 1 }
      }
      let total = max(1, try Int.fetchOne(db, sql: "SELECT max(id) + 1 FROM place") ?? 1)
      let statement = try db.cachedStatement(sql: "SELECT gained FROM symbol WHERE name = ?")
      let frequent = counts.filter { $0.value > 1 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let newcomers = try frequent.prefix(Self.newcomerLimit).map { name, count in
        let anywhere = try Data.fetchAll(statement, arguments: [name]).reduce(0) {
          $0 + Varint.ascending([UInt8]($1)).count
        }
        return CoChange.Newcomer(name: name, files: count, baseRate: Double(anywhere) / Double(total))
      }
      return CoChange(files: losing.count, newcomers: newcomers)
    }
  }
}

extension HistoryStore {
  private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await database.answer(path, body)
  }

  /// Selected places of a kind on whose changed lines the name stands, ascending.
  private func places(_ db: Database, _ column: String, _ symbol: String, _ kind: FileClass) throws -> [Int] {
    let statement = try db.cachedStatement(sql: "SELECT \(column) FROM symbol WHERE name = ? ORDER BY segment")
    let place = try db.cachedStatement(sql: "SELECT change FROM place WHERE id = ? AND class = ?")
    return try Data.fetchAll(statement, arguments: [symbol]).flatMap { Varint.ascending([UInt8]($0)) }.filter {
      try Int.fetchOne(place, arguments: [$0, kind.rawValue]).map { changes.contains($0) } ?? false
    }
  }

  private func spread(_ places: [Int], limit: Int) -> [Int] {
    guard places.count > limit, limit > 0 else { return places }
    return (0..<limit).map { places[$0 * places.count / limit] }
  }

  private func conversion(_ db: Database, _ place: Int) throws -> Conversion? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT place.path, oldStart, newStart, hunks, old, added, change.name, change.subject
        FROM place JOIN change ON change.id = place.change WHERE place.id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [place]) else { return nil }
    let (old, added) = (Lines([UInt8](row[4] as Data)), Lines([UInt8](row[5] as Data)))
    return Conversion(
      path: row[0], oldText: old.text(0..<old.count),
      newText: Self.newText(old, [Hunk](packed: [UInt8](row[3] as Data)), added), oldStart: row[1], newStart: row[2],
      commit: CommitName(id: row[6], subject: row[7]))
  }

  /// The old lines with each hunk's replaced by the lines that it adds.
  private static func newText(_ old: Lines, _ hunks: [Hunk], _ added: Lines) -> String {
    var bytes: [UInt8] = []
    var (next, line) = (0, 0)
    for hunk in hunks where hunk.old.lowerBound >= line {
      bytes += old.slice(line..<hunk.old.lowerBound)
      bytes += added.slice(next..<next + hunk.new.count)
      (line, next) = (hunk.old.upperBound, next + hunk.new.count)
    }
    bytes += old.slice(min(line, old.count)..<old.count)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func names(_ text: String) -> Set<String> {
    var names: Set<String> = []
    let bytes = Array(text.utf8)
    bytes.withUnsafeBufferPointer { text in
      NameScanner.scan(text, as: .c) { name, _, _ in names.insert(String(decoding: name, as: UTF8.self)) }
    }
    return names
  }
}

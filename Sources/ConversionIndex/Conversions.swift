// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

extension ConversionStore {
  /// The places where in-tree code changed lines that name `symbol`: a function, macro, field, type, or the path of a
  /// header (`asm/foo.h`). Only `.c` and `.h` files count.
  ///
  /// Each place is whole hunks, those that follow closely taken together, widened to the function around them (up to
  /// 200 lines; in longer ones 30 lines around). In the order of paths and lines; where there are more than `limit`,
  /// files are taken evenly from all over the tree.
  ///
  /// - Throws: `Failure` (`badInput`) if a tree is not the one that the index was built from, (`tryAgain`) if the index
  ///   can't be read.
  package func conversions(losing symbol: String, limit: Int = 400) async throws -> [Conversion] {
    try await conversions(limit: limit) { try symbolRow($0, symbol)?.lost ?? [] }
  }

  /// The places where in-tree code came to name `symbol` on a changed line; otherwise as `conversions(losing:)`.
  package func conversions(gaining symbol: String, limit: Int = 400) async throws -> [Conversion] {
    try await conversions(limit: limit) { try symbolRow($0, symbol)?.gained ?? [] }
  }

  /// The places where one hunk lost `symbol` and came to name `other`; otherwise as `conversions(losing:)`.
  package func conversions(losing symbol: String, gaining other: String, limit: Int = 400) async throws -> [Conversion]
  {
    try await conversions(limit: limit) {
      let gained = Set(try symbolRow($0, other)?.gained ?? [])
      return try symbolRow($0, symbol)?.lost.filter(gained.contains) ?? []
    }
  }

  /// The places where lines with `symbol` changed on the old side, in these files only.
  package func conversions(losing symbol: String, in paths: Set<String>) async throws -> [Conversion] {
    try await conversions(limit: .max, paths: paths) { try symbolRow($0, symbol)?.lost ?? [] }
  }

  /// The places where Makefiles and the like changed lines that name `symbol`; otherwise as `conversions(losing:)`.
  package func buildConversions(losing symbol: String, limit: Int = 400) async throws -> [Conversion] {
    try await conversions(limit: limit, in: .build) { try symbolRow($0, symbol)?.lost ?? [] }
  }

  private func conversions(
    limit: Int, in kind: FileClass = .c, paths: Set<String>? = nil,
    hunks: @escaping @Sendable (Database) throws -> [Int]
  ) async throws -> [Conversion] {
    let places = try await read { db in
      let groups = files.groups(of: try hunks(db), in: kind)
      guard let paths else { return try changedFiles(db, spread(groups, limit: limit)) }
      return try changedFiles(db, groups).filter { paths.contains($0.path) }
    }
    return try await offload { check in
      var result: [Conversion] = []
      for place in places {
        try check()
        result += try conversions(place)
        if result.count >= limit { break }
      }
      return Array(result.prefix(limit))
    }
  }

  /// At most `limit` of them, evenly chosen, in order.
  private func spread(_ groups: [FileTable.Group], limit: Int) -> [FileTable.Group] {
    guard groups.count > limit, limit > 0 else { return groups }
    return (0..<limit).map { groups[$0 * groups.count / limit] }
  }

  private func conversions(_ place: ChangedFile) throws -> [Conversion] {
    let (old, new) = try texts(place)
    return Windows(old: old, new: new, hunks: place.hunks).windows(around: place.chosen).map { window in
      Conversion(
        path: place.path, oldText: old.text(window.old), newText: new.text(window.new),
        oldStart: window.old.lowerBound + 1, newStart: window.new.lowerBound + 1)
    }
  }

  func texts(_ place: ChangedFile) throws -> (old: Lines, new: Lines) {
    func bytes(_ tree: Tree, _ size: Int) throws -> [UInt8] {
      guard let bytes = tree.bytes(place.path), bytes.count == size else {
        throw Failure(
          .badInput, "\(tree.root)/\(place.path)", "is not as it was when the index was built",
          remedy: "unpack the source of \(tree.version) again")
      }
      return bytes
    }
    return (Lines(try bytes(old, place.oldBytes)), Lines(try bytes(new, place.newBytes)))
  }
}

/// A changed file with the hunks that a question is about.
struct ChangedFile: Sendable {
  var id: Int
  var path: String
  var hunks: [Hunk]
  /// Indices into `hunks`, ascending.
  var chosen: [Int]
  var oldBytes: Int
  var newBytes: Int
}

/// A row of the symbol table.
struct SymbolRow: Sendable {
  var lost: [Int]
  var gained: [Int]
  var gone: [Int]
  var fresh: Int
}

extension ConversionStore {
  /// Reads from the database on its own queue.
  ///
  /// - Throws: `Failure` (`tryAgain`) in place of SQLite's error.
  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await database.answer(path, body)
  }

  func symbolRow(_ db: Database, _ name: String) throws -> SymbolRow? {
    let statement = try db.cachedStatement(sql: "SELECT lost, gained, gone, fresh FROM symbol WHERE name = ?")
    return try Row.fetchOne(statement, arguments: [name]).map { row in
      func list(_ column: Int) -> [Int] { Varint.ascending([UInt8](row[column] as Data)) }
      return SymbolRow(lost: list(0), gained: list(1), gone: list(2), fresh: row[3])
    }
  }

  /// The files of these groups with all their hunks.
  func changedFiles(_ db: Database, _ groups: [FileTable.Group]) throws -> [ChangedFile] {
    let statement = try db.cachedStatement(sql: "SELECT path, hunks, oldBytes, newBytes FROM file WHERE id = ?")
    return try groups.compactMap { group in
      try Row.fetchOne(statement, arguments: [group.file]).map { row in
        ChangedFile(
          id: group.file, path: row[0], hunks: [Hunk](packed: [UInt8](row[1] as Data)), chosen: group.hunks,
          oldBytes: row[2], newBytes: row[3])
      }
    }
  }
}

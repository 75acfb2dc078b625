// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB

/// Places of watched trees that a change should have converted.
extension LedgerStore {
  /// Puts those of a patch in one tree in the place of what was known.
  package func keepCallers(_ contents: [Data], of patch: Int, in tree: String) async throws {
    try await write { db in
      try db.execute(sql: "DELETE FROM caller WHERE patch = ? AND tree = ?", arguments: [patch, tree])
      // The patch may be gone meanwhile.
      guard try Int.fetchOne(db, sql: "SELECT 1 FROM patch WHERE id = ?", arguments: [patch]) != nil else { return }
      for (number, content) in contents.enumerated() {
        try db.execute(
          sql: "INSERT INTO caller(patch, tree, number, content) VALUES(?, ?, ?, ?)",
          arguments: [patch, tree, number, content])
      }
    }
  }

  /// Those of a patch, by tree.
  package func callers(of patch: Int) async throws -> [(tree: String, content: Data)] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT tree, content FROM caller WHERE patch = ? ORDER BY tree, number", arguments: [patch]
      ).map { ($0["tree"], $0["content"]) }
    }
  }

  /// Patches that left callers of a tree as they were, the newest first.
  package func patchesWithCallers(in tree: String, limit: Int) async throws -> [Int] {
    try await read { db in
      try Int.fetchAll(
        db, sql: "SELECT DISTINCT patch FROM caller WHERE tree = ? ORDER BY patch DESC LIMIT ?",
        arguments: [tree, limit])
    }
  }
}

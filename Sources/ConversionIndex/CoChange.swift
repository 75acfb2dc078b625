// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// How many in-tree files changed with a symbol.
package struct LossCount: Sendable, Codable, Hashable {
  /// `.c` and `.h` files with a changed line that named the symbol in the old tree.
  package var changed: Int
  /// Of these, files that no longer name it at all.
  package var lost: Int

  package init(changed: Int, lost: Int) {
    self.changed = changed
    self.lost = lost
  }
}

/// What else came into the files that lost a symbol: the raw material of the co-change guard.
package struct CoChange: Sendable, Codable, Hashable {
  /// Files that lost the symbol.
  package var files: Int
  /// Names that newly stand in at least two of these files, the most frequent first, then by name.
  package var newcomers: [Newcomer]

  package init(files: Int, newcomers: [Newcomer]) { (self.files, self.newcomers) = (files, newcomers) }

  package struct Newcomer: Sendable, Codable, Hashable {
    package var name: String
    /// Files that lost the symbol and hold the name anew.
    package var files: Int
    /// Share of all changed files that hold the name anew (0…1).
    package var baseRate: Double
  }
}

/// Which files count as having lost a symbol.
package enum LossScope: Sendable, Hashable {
  /// Files with a changed line that named it: for a symbol that is still there with another meaning.
  case changed
  /// Files that no longer name it at all.
  case gone
}

extension ConversionStore {
  /// How many in-tree files were converted away from `symbol`.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func filesLosing(_ symbol: String) async throws -> LossCount {
    try await read { db in
      guard let row = try symbolRow(db, symbol) else { return LossCount(changed: 0, lost: 0) }
      let changed = files.groups(of: row.lost)
      let gone = Set(row.gone)
      return LossCount(changed: changed.count, lost: changed.count { gone.contains($0.file) })
    }
  }

  /// Paths of the `.c` and `.h` files that lost `symbol`, in order.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func paths(losing symbol: String, _ scope: LossScope = .changed) async throws -> [String] {
    try await read { db in try changedFiles(db, groups(db, losing: symbol, scope)).map(\.path) }
  }

  /// Names that newly appear in the files that lost `symbol`, with how often they appear anywhere.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func newNames(inFilesLosing symbol: String, _ scope: LossScope = .gone) async throws -> CoChange {
    try await read { db in
      let losing = try groups(db, losing: symbol, scope)
      var counts: [Int: Int] = [:]
      let fresh = try db.cachedStatement(sql: "SELECT fresh FROM file WHERE id = ?")
      for group in losing {
        let list = try Data.fetchOne(fresh, arguments: [group.file]) ?? Data()
        for name in Varint.ascending([UInt8](list)) { counts[name, default: 0] += 1 }
      }
      let names = try db.cachedStatement(sql: "SELECT name, fresh FROM symbol WHERE id = ?")
      let newcomers = try counts.filter { $0.value > 1 }.compactMap { id, count in
        try Row.fetchOne(names, arguments: [id]).map { row in
          CoChange.Newcomer(name: row[0], files: count, baseRate: Double(row[1] as Int) / Double(max(files.count, 1)))
        }
      }
      return CoChange(
        files: losing.count, newcomers: newcomers.sorted { ($1.files, $0.name) < ($0.files, $1.name) })
    }
  }

  /// How many changed files hold each of the names anew; names without such files are left out.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func filesGaining(_ names: Set<String>) async throws -> [String: Int] {
    try await read { db in
      let fresh = try db.cachedStatement(sql: "SELECT fresh FROM symbol WHERE name = ?")
      var counts: [String: Int] = [:]
      for name in names {
        if let count = try Int.fetchOne(fresh, arguments: [name]), count > 0 { counts[name] = count }
      }
      return counts
    }
  }

  private func groups(_ db: Database, losing symbol: String, _ scope: LossScope) throws -> [FileTable.Group] {
    guard let row = try symbolRow(db, symbol) else { return [] }
    let changed = files.groups(of: row.lost)
    guard scope == .gone else { return changed }
    let gone = Set(row.gone)
    return changed.filter { gone.contains($0.file) }
  }
}

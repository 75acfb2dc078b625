// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

extension ConversionStore {
  /// Those of `names` that a tree declares at all, in one look.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func declared(in side: Side, among names: Set<String>) async throws -> Set<String> {
    try await read { db in
      let statement = try db.cachedStatement(sql: "SELECT places FROM declared WHERE name = ?")
      return try names.filter { name in
        guard let list = try Data.fetchOne(statement, arguments: [name]) else { return false }
        return Varint.ascending([UInt8](list)).contains { DeclarationPlace(packed: $0)?.side == side }
      }
    }
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

extension ConversionStore {
  /// Those of `names` that a tree declares for everybody, in one look: as fields alone they are no names of their own.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func declared(in side: Side, among names: Set<String>) async throws -> Set<String> {
    try await read { db in
      let statement = try db.cachedStatement(sql: "SELECT places FROM declared WHERE name = ?")
      return try names.filter { name in
        guard let list = try Data.fetchOne(statement, arguments: [name]) else { return false }
        return Varint.ascending([UInt8](list)).compactMap(DeclarationPlace.init(packed:)).contains {
          $0.side == side && ![.field, .other, .export].contains($0.kind)
        }
      }
    }
  }
}

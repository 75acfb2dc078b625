// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

extension ConversionStore {
  /// Functions, macros and the like that the old tree declares for everybody and the new one does not, and that some
  /// files did lose: by name, at most `limit`, evenly from all over.
  ///
  /// - Parameter leastBytes: of the list of files that lost the name, about one per file.
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func goneNames(leastBytes: Int, limit: Int) async throws -> [String] {
    try await read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT symbol.name, declared.places FROM symbol JOIN declared ON declared.name = symbol.name
          WHERE length(symbol.gone) >= ? ORDER BY symbol.name
          """, arguments: [leastBytes])
      let names = rows.compactMap { row -> String? in
        let places = Varint.ascending([UInt8](row[1] as Data)).compactMap(DeclarationPlace.init(packed:))
        let isKept = places.contains { $0.side == .new }
        let isDeclared = places.contains { $0.side == .old && ![.field, .other, .export].contains($0.kind) }
        return isDeclared && !isKept ? row[0] : nil
      }
      return names.count <= limit ? names : (0..<limit).map { names[$0 * names.count / limit] }
    }
  }
}

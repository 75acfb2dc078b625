// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import KernelModel
import Ledger

/// What a driver uses, as the ledger keeps it.
enum KeptUses {
  static func record(_ uses: DriverUses, head: String) throws -> DriverRecord {
    let encoder = JSONEncoder()
    return DriverRecord(
      head: head, statements: try encoder.encode(uses.statements), names: try uses.all.mapValues(encoder.encode))
  }

  static func uses(_ record: DriverRecord) throws -> DriverUses {
    let decoder = JSONDecoder()
    return DriverUses(
      try decoder.decode(DriverUses.Statements.self, from: record.statements),
      names: try record.names.mapValues { try decoder.decode(DriverUses.Name.self, from: $0) })
  }
}

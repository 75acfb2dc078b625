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
      head: head, frame: try encoder.encode(uses.frame), uses: try uses.uses.mapValues { try encoder.encode($0) })
  }

  static func uses(_ record: DriverRecord) throws -> DriverUses {
    let decoder = JSONDecoder()
    return DriverUses(
      try decoder.decode(DriverUses.Frame.self, from: record.frame),
      uses: try record.uses.mapValues { try decoder.decode([Use].self, from: $0) })
  }
}

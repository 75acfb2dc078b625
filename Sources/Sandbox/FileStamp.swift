// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation

/// What tells a file from a later one of the same path without reading it.
package enum FileStamp {
  /// Size in bytes and time of the last change in seconds; zeros for a file that is not there.
  package static func of(_ path: String) -> String {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(size) \(Int(time))"
  }
}

// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel
import Sandbox

/// Through which of the driver's own includes a kernel's headers come in.
///
/// Many headers can't be included by themselves; what the driver includes mostly can, for it compiles.
package enum HeaderDoors {
  private static let maximalHeaders = 5_000

  /// For each header that is reached, by its path between brackets, the include that reaches it in the fewest steps.
  ///
  /// - Parameters:
  ///   - includes: what the driver includes, the most important first.
  ///   - trees: roots of the kernel's trees. Conditions in its headers are not looked at.
  package static func find(from includes: [String], in trees: [String]) -> [String: String] {
    var doors: [String: String] = [:]
    var queue: [String] = []
    for header in includes where doors[header] == nil {
      doors[header] = header
      queue.append(header)
    }
    var next = 0
    while next < queue.count, queue.count < maximalHeaders {
      let header = queue[next]
      next += 1
      guard let text = text(of: header, in: trees) else { continue }
      for inner in IncludedHeaders.of(text).sorted() where doors[inner] == nil {
        doors[inner] = doors[header]
        queue.append(inner)
      }
    }
    return doors
  }

  static func text(of header: String, in trees: [String]) -> [UInt8]? {
    for tree in trees {
      for folder in Tree(root: tree, version: "").headerFolders {
        // The driver chose the name: nothing outside of the folder is opened.
        if let text = (try? Harvest("\(tree)/\(folder)").bytes(header, limit: 1 << 20)) ?? nil { return text }
      }
    }
    return nil
  }
}
